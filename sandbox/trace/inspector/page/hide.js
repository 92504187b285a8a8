// "Hide secrets": what opens something stands on the page by its ends only. Each session id, stamp,
// key and cookie value comes to the page by way of `secret` or `hidable`.

import { html } from "./dom.js";

const drawn = new WeakMap(); // element → how it is drawn; the whole secret stands nowhere else
let hiding = false;

// As the server shortens: enough to tell two apart, not to use one.
export function shortened(text) {
  if (text.length > 8) return `${text.slice(0, 4)}…${text.slice(-2)}`;
  return text.includes("…") ? text : "…";
}

export function secret(text) {
  return hidable(html("span"), (hidden) => [hidden ? shortened(text) : text]);
}

// An element that is drawn anew when secrets are hidden or shown: draw(hidden) gives its content.
export function hidable(element, draw) {
  element.classList.add("hidable");
  drawn.set(element, draw);
  return redraw(element);
}

export function redraw(element) {
  element.replaceChildren(...drawn.get(element)(hiding));
  return element;
}

export function hide(on) {
  hiding = on;
  document.documentElement.toggleAttribute("data-hiding", on);
  for (const each of document.querySelectorAll(".hidable")) redraw(each);
}
