// The source of the stage that was chosen in the diagram by a click or Enter.

import { html } from "./dom.js";
import { isRecorded } from "./recorded.js";

const HINT = "Choose a stage in the diagram (click, or Tab and Enter) to see its source.";
const SILENT = "The server does not answer, so there is no source to show.";
const BEGAN = "▶ began here";
const REFUSED = "✗ ended here";

const NOTHING = { id: null, seq: null };
let chosen = NOTHING;

export function chosenStage(request) {
  return chosen.id === request.id ? request.stages.find((each) => each.seq === chosen.seq) : undefined;
}

export function forgetChoice() {
  chosen = NOTHING;
}

// The source is that of the running server: of a recording nobody knows what ran then.
export function drawSource(request, diagram) {
  if (isRecorded()) return [];
  const panel = html("section", { class: "source", "aria-label": "Source" });
  panel.append(html("p", { class: "empty" }, HINT));
  const choose = (element) => {
    chosen = { id: request.id, seq: Number(element.dataset.seq) };
    show(request, diagram, panel);
  };
  diagram.addEventListener("click", (event) => withStage(event, choose));
  diagram.addEventListener("keydown", (event) => event.key === "Enter" && withStage(event, choose));
  if (chosen.id === request.id) show(request, diagram, panel);
  keepFocus(diagram);
  return [panel];
}

function withStage(event, choose) {
  const element = event.target.closest("[data-seq]");
  if (element) choose(element);
}

// The diagram is drawn anew while a request goes on; whoever stood in it stands there still.
function keepFocus(diagram) {
  const { seq } = document.activeElement?.dataset ?? {};
  if (seq) queueMicrotask(() => diagram.querySelector(`[data-seq="${Number(seq)}"]`)?.focus());
}

async function show(request, diagram, panel) {
  const { seq } = chosen;
  const stage = request.stages.find((each) => each.seq === seq);
  if (!stage?.source) return;
  for (const each of diagram.querySelectorAll("[data-seq]"))
    each.setAttribute("aria-pressed", `${Number(each.dataset.seq) === seq}`);
  diagram.dispatchEvent(new Event("chosen"));
  const told = await ask(stage.source);
  if (chosen.id === request.id && chosen.seq === seq) panel.replaceChildren(...drawn(stage, told));
}

async function ask(place) {
  try {
    return await (await fetch(`source?at=${encodeURIComponent(place)}`)).json();
  } catch {
    return { error: SILENT };
  }
}

function drawn(stage, told) {
  const title = html("h3", {}, `${stage.stage}  `, html("code", {}, stage.source));
  if (told.error) return [title, html("p", { class: "empty" }, told.error)];
  const lines = told.lines.map((text, at) => drawLine(text, told.first + at, told.line, stage.outcome));
  const note = told.note ? [html("p", { class: "note" }, told.note)] : [];
  return [title, ...note, html("pre", { tabindex: 0, role: "region", "aria-label": told.file }, ...lines)];
}

function drawLine(text, number, executed, outcome) {
  const is = number === executed;
  const said = is ? [html("b", {}, outcome === "OK" ? BEGAN : REFUSED)] : [];
  const shown = html("span", { class: "number" }, `${number}`.padStart(4));
  return html("span", is ? { class: "line executed" } : { class: "line" }, shown, ` ${text} `, ...said, "\n");
}
