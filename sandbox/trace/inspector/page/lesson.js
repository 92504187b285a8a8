// The lesson that runs beside the page: its step and its question; answers stay in the terminal.

import { html } from "./dom.js";

let drawn = "";

export function drawLesson(strip, lesson) {
  const told = JSON.stringify(lesson ?? null);
  if (told === drawn) return;
  drawn = told;
  strip.hidden = !lesson;
  document.documentElement.toggleAttribute("data-beside", lesson !== undefined);
  if (!lesson) return;
  const { step, question, task, options = [], server } = lesson;
  strip.replaceChildren(
    html("b", {}, step),
    ...[question || task].filter(Boolean).map((each) => html("span", {}, each)),
    ...options.map((each) => html("span", { class: "option" }, each)),
    ...(question ? [html("small", {}, "Answer in the terminal.")] : []),
    ...(server ? [html("span", { class: "server" }, server)] : []),
  );
}
