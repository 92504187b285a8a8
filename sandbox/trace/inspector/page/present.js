// What helps in front of a class: projector mode, the narration, hidden secrets. All are remembered.

import { html } from "./dom.js";
import { hide } from "./hide.js";
import { onKey } from "./keys.js";

const root = document.documentElement;

export function addTools(tools) {
  const projector = toggle("projector", "Projector", false, (on) => root.toggleAttribute("data-projector", on));
  projector.title = "Large and plain, for the last row (key p)";
  projector.setAttribute("aria-keyshortcuts", "p");
  onKey("p", () => projector.click());
  tools.append(
    projector,
    toggle("narration", "Narration", true, (on) => root.toggleAttribute("data-silent", !on)),
    toggle("hide", "Hide secrets", false, hide),
  );
}

function toggle(name, label, initially, apply) {
  const button = html("button", { type: "button", id: `tool-${name}` }, label);
  const set = (on) => {
    button.setAttribute("aria-pressed", `${on}`);
    apply(on);
  };
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    remember(name, on);
    set(on);
  });
  set(remembered(name) ?? initially);
  return button;
}

// A browser may keep nothing, and a file on a disk has no place to keep it in.
function remember(name, on) {
  try {
    localStorage.setItem(name, on ? "on" : "off");
  } catch {
    // it holds until the page is left
  }
}

function remembered(name) {
  try {
    const kept = localStorage.getItem(name);
    return kept && kept === "on";
  } catch {
    return null;
  }
}
