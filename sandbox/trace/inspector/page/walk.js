// Through a request that has ended, stage by stage: the right arrow key and the left one.

import { html } from "./dom.js";

const [BACK, ON] = ["One stage back", "One stage on"];
const SIGNS = { [BACK]: "◀", [ON]: "▶" };

let place = { id: null, at: 0 }; // so many of its stages are shown

// The request as far as somebody has walked, or whole.
export function walked(request) {
  if (!request.response || place.id !== request.id) return request;
  if (place.at > request.stages.length) return request;
  return { ...request, stages: request.stages.slice(0, place.at), response: null };
}

function walk(request, step) {
  const end = request.stages.length + 1; // with the answer
  const from = place.id === request.id ? place.at : end;
  place = { id: request.id, at: Math.min(Math.max(from + step, 0), end) };
}

// `chosen` gives the request that is shown, `redraw` shows it anew.
export function walkByKeys(chosen, redraw) {
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const isTaken = event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey;
    if (isTaken || event.target.closest?.("input, textarea, select, pre, #bench")) return;
    if (!step || !chosen()?.response) return;
    event.preventDefault();
    walk(chosen(), step);
    redraw(chosen());
  });
}

export function walkButtons(request, redraw) {
  if (!request.response || !request.stages.length) return [];
  const end = request.stages.length + 1;
  const at = place.id === request.id ? place.at : end;
  const said = at === end ? "whole" : `${at} of ${request.stages.length} stages`;
  return [
    html("div", { class: "walk", role: "group", "aria-label": "Stage by stage" },
      button(request, BACK, -1, at > 0, redraw),
      html("span", {}, said, " ", html("small", {}, "(← →)")),
      button(request, ON, 1, at < end, redraw)),
  ];
}

function button(request, label, step, can, redraw) {
  const made = html("button", { type: "button", "aria-label": label, ...(can ? {} : { disabled: "" }) }, SIGNS[label]);
  made.addEventListener("click", () => {
    walk(request, step);
    redraw(request);
    document.querySelector(`.walk [aria-label="${label}"]`)?.focus(); // it was drawn anew
  });
  return made;
}
