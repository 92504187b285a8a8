// What the page orders of the server: {…} as it was told, {error: a sentence} where it refused.

import { html } from "./dom.js";

const SILENT = "The server does not answer, so nothing was done.";

export async function order(name, fields = {}) {
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(`orders/${name}`, { method: "POST", headers, body: JSON.stringify(fields) });
    return await response.json();
  } catch {
    return { error: SILENT };
  }
}

// What an order brought: its sentence where it was refused, else what `draw` makes of it.
export function answer(place, told, draw) {
  place.replaceChildren(...(told.error ? [html("p", { class: "said bad" }, `✗ ${told.error}`)] : draw(told)));
}

// What orders something needs a living server.
export function button(words, act, kind = "live") {
  const made = html("button", { type: "button", class: kind }, words);
  made.addEventListener("click", act);
  return made;
}
