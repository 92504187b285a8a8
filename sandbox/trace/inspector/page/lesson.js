// The lesson that runs beside the page: its step and its question; answers stay in the terminal.

import { html } from "./dom.js";

let drawn = "";

export function drawLesson(strip, lesson) {
  const told = JSON.stringify(lesson ?? null);
  if (told === drawn) return;
  drawn = told;
  strip.hidden = !lesson;
  if (!lesson) return;
  strip.replaceChildren(
    html("b", {}, lesson.step),
    html("span", {}, lesson.question || lesson.task || ""),
    ...(lesson.options ?? []).map((each) => html("span", { class: "option" }, each)),
  );
}
