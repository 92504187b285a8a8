// Session ids are shortened until a button is pressed, and once more when another request is shown.

import { html } from "./dom.js";
import { hidable, redraw, shortened } from "./hide.js";

let revealed = null; // the number of the request whose ids are shown in full

export function idElement(request, id) {
  forgetOthers(request);
  const element = html("span", { class: "id" });
  return hidable(element, (hidden) => {
    const short = hidden || revealed !== request.id;
    element.classList.toggle("short", short);
    return [short ? shortened(id) : id];
  });
}

export function revealButton(request) {
  forgetOthers(request);
  if (areToldByTheirEnds(request)) return html("small", {}, "(ids are told by their ends only)");
  const button = html("button", { type: "button", class: "reveal" });
  button.addEventListener("click", () => {
    revealed = revealed === null ? request.id : null;
    for (const each of document.querySelectorAll(".id, .reveal")) redraw(each);
  });
  return hidable(button, (hidden) => {
    button.disabled = hidden;
    return [hidden ? "Secrets are hidden" : revealed === null ? "Reveal the ids" : "Shorten the ids"];
  });
}

// With keys that were brought along.
function areToldByTheirEnds({ began, response }) {
  const sent = began?.cookies.find((each) => each.ours)?.value;
  return (sent ?? response?.set_cookie?.[0] ?? "").includes("…");
}

function forgetOthers(request) {
  if (revealed !== request.id) revealed = null;
}
