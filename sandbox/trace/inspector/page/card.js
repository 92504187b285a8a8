// One request: what came, the diagram, the two lamps, what went.

import { html } from "./dom.js";
import { drawColumns } from "./columns.js";
import { drawDiagram } from "./diagram.js";
import { drawDissection } from "./dissect.js";
import { drawNarration } from "./narration.js";
import { LAMPS, isRefused, verdictOf } from "./requests.js";
import { drawSource } from "./source.js";
import { walkButtons, walked } from "./walk.js";

const SAID = { yes: "yes", no: "no", not_asked: "not asked" };

// `redraw` shows it anew, when somebody walks through its stages.
export function drawRequest(whole, requests, redraw) {
  const request = walked(whole);
  const { began, response } = request;
  const diagram = drawDiagram(request);
  const code = verdictOf(request);
  const title = began ? `#${request.id} ${began.method} ${began.path}` : `#${request.id}`;
  return [
    html(
      "h2",
      { class: isRefused(code) ? "refused" : "ok" },
      `${title} `,
      html("span", { class: "code" }, code),
    ),
    ...walkButtons(whole, redraw),
    diagram,
    drawNarration(request, diagram),
    ...drawSource(request, diagram),
    ...(response?.lamps ? [lamps(response.lamps)] : []),
    ...drawDissection(request),
    ...drawColumns(request, requests.all),
  ];
}

function lamps(told) {
  const each = ([lamp, question]) =>
    html("li", { class: told[lamp] }, `${question} `, html("b", {}, SAID[told[lamp]]));
  return html("ul", { class: "lamps" }, ...Object.entries(LAMPS).map(each));
}
