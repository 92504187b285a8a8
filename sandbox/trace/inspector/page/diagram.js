// A sequence diagram: the browser asks, the server asks signer, store and guard, and answers.

import { svg } from "./dom.js";
import { isRecorded } from "./recorded.js";

const LANES = ["browser", "server", "signer", "store", "guard"];
const NAMES = { browser: "Browser", server: "Server", signer: "Signer", store: "Store", guard: "Guard" };
const WIDTH = 900;
const HEAD = 44;
const ROW = 40;
const x = (lane) => (LANES.indexOf(lane) + 0.5) * (WIDTH / LANES.length);

export function drawDiagram(request) {
  const rows = rowsOf(request);
  const height = HEAD + (rows.length + 0.6) * ROW;
  const lifelines = LANES.map((lane) =>
    svg("line", { class: "life", x1: x(lane), x2: x(lane), y1: HEAD - 10, y2: height }),
  );
  const heads = LANES.map((lane) => text(x(lane), 22, NAMES[lane], "head"));
  const drawn = rows.map((row, at) => drawRow(row, HEAD + (at + 0.6) * ROW));
  const label = `Request ${request.id} as a sequence diagram`;
  const box = { viewBox: `0 0 ${WIDTH} ${height}`, role: "group", "aria-label": label };
  return svg("svg", { class: "diagram", ...box }, ...lifelines, ...heads, ...drawn);
}

function rowsOf({ began, stages, response }) {
  const rows = [];
  if (began) rows.push({ from: "browser", to: "server", says: `${began.method} ${began.path}` });
  for (const stage of stages) rows.push(ofStage(stage));
  for (const name of response?.skipped ?? []) rows.push({ skipped: true, says: name });
  if (response) rows.push({ from: "server", to: "browser", says: answerOf(response) });
  return rows;
}

function answerOf({ status, location, set_cookie: cookies }) {
  const to = location ? ` to ${location}` : "";
  return `${status}${to}${cookies?.length ? ", Set-Cookie" : ""}`;
}

function ofStage(stage) {
  const outcome = stage.outcome ?? "…";
  const refused = outcome !== "OK" && outcome !== "…";
  return { from: "server", to: stage.lane, says: stage.stage, outcome, refused, seq: !isRecorded() && stage.source && stage.seq };
}

function drawRow(row, y) {
  if (row.skipped) return text(x("server"), y, `${row.says}: not reached`, "skipped");
  const { from, to, says, outcome, refused } = row;
  const kind = refused ? "step refused" : "step";
  const parts = from === to ? [(refused ? cross : dot)(x(from), y)] : arrow(x(from), x(to), y);
  // A path can be long, and to the left of the browser there is no room.
  const isOutside = from === "browser" || to === "browser";
  const at = isOutside ? x("browser") : from === to ? x(from) : (x(from) + x(to)) / 2;
  const label = outcome ? `${says}  ${refused ? "✗" : "✓"} ${outcome}` : says;
  const words = text(at, y - (from === to ? 11 : 7), label, "label", isOutside ? "start" : "middle");
  return svg("g", { class: kind, ...choosable(row) }, ground(row, y), ...parts, words);
}

// A stage that has ended can be chosen, to see its source.
function choosable({ seq, says, outcome }) {
  const label = `${says}, ${outcome}: show its source`;
  return seq ? { "data-seq": seq, tabindex: 0, role: "button", "aria-label": label } : {};
}

// What can be hit is a whole line, not only its strokes.
function ground({ seq }, y) {
  const box = { x: 0, y: y - ROW + 12, width: WIDTH, height: ROW - 2 };
  return seq ? svg("rect", { class: "ground", ...box }) : "";
}

function arrow(from, to, y) {
  const way = Math.sign(to - from);
  const tip = `M ${to - way * 9} ${y - 5} L ${to} ${y} L ${to - way * 9} ${y + 5}`;
  return [svg("line", { x1: from, x2: to, y1: y, y2: y }), svg("path", { d: tip })];
}

function dot(at, y) {
  return svg("circle", { cx: at, cy: y, r: 4 });
}

function cross(at, y) {
  return svg("path", { d: `M ${at - 5} ${y - 5} l 10 10 m 0 -10 l -10 10` });
}

function text(at, y, words, kind, anchor = "middle") {
  return svg("text", { x: at, y, class: kind, "text-anchor": anchor }, words);
}
