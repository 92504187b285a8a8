// Session ids are shortened until a button is pressed, and once more when another request is shown.

import { html } from "./dom.js";

let revealed = null; // the number of the request whose ids are shown in full
const ids = new WeakMap(); // element → the whole id, which stands nowhere in the page before

// As the server shortens: enough to tell two apart, not to use one.
export function shortened(id) {
  if (id.includes("…")) return id;
  return id.length > 8 ? `${id.slice(0, 4)}…${id.slice(-2)}` : "…";
}

export function idElement(request, id) {
  forgetOthers(request);
  const element = html("span", { class: "id" });
  ids.set(element, id);
  write(element, revealed === request.id);
  return element;
}

export function revealButton(request) {
  forgetOthers(request);
  if (areToldByTheirEnds(request)) return html("small", {}, "(ids are told by their ends only)");
  const button = html("button", { type: "button", class: "reveal" });
  name(button, revealed !== null);
  button.addEventListener("click", () => {
    revealed = revealed === null ? request.id : null;
    for (const each of document.querySelectorAll(".id")) write(each, revealed !== null);
    for (const each of document.querySelectorAll(".reveal")) name(each, revealed !== null);
  });
  return button;
}

// With keys that were brought along.
function areToldByTheirEnds({ began, response }) {
  const sent = began?.cookies.find((each) => each.ours)?.value;
  return (sent ?? response?.set_cookie?.[0] ?? "").includes("…");
}

function forgetOthers(request) {
  if (revealed !== request.id) revealed = null;
}

function write(element, inFull) {
  const id = ids.get(element) ?? element.textContent;
  element.textContent = inFull ? id : shortened(id);
  element.classList.toggle("short", !inFull);
}

function name(button, inFull) {
  button.textContent = inFull ? "Shorten the ids" : "Reveal the ids";
}
