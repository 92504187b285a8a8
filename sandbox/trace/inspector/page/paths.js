// Two requests, stage by stage, in two columns; where they part is marked by a shape and a word.

import { html, table } from "./dom.js";
import { LAMPS, isRefused, verdictOf } from "./requests.js";

const NOT_REACHED = "not reached";
const WAITING = "…";

export function drawPaths(original, run) {
  const [before, now] = [stagesOf(original), stagesOf(run)];
  const names = inOrder(before, now);
  const parting = names.find((name) => parts(before.get(name), now.get(name)));
  const rest = run.response ? "" : WAITING;
  const rows = names.map((name) => row(name, before.get(name), now.get(name) ?? rest, name === parting));
  const heads = ["Stage", `#${original.id}, the original`, `#${run.id}, this run`];
  const said = html("p", { class: "said" }, sentence(parting, before, now, run));
  return [said, table({ class: "paths" }, heads, [...rows, ...ends(original, run)])];
}

function stagesOf({ stages, response }) {
  const reached = stages.map((each) => [each.stage, each.outcome ?? WAITING]);
  return new Map([...(response?.skipped ?? []).map((name) => [name, NOT_REACHED]), ...reached]);
}

// As the one that went further came to them.
function inOrder(before, now) {
  const reached = (each) => [...each].filter(([, code]) => code !== NOT_REACHED).map(([name]) => name);
  const lists = [reached(before), reached(now)].sort((one, other) => other.length - one.length);
  return [...new Set([...lists.flat(), ...before.keys(), ...now.keys()])];
}

// A stage that only one of them has says nothing: another path is another story.
function parts(before, now) {
  return before && now && now !== WAITING && before !== now;
}

function row(name, before, now, isParting) {
  const mark = isParting ? [html("b", { class: "parting" }, "◆ here they part")] : [];
  const cells = [cell(before), cell(now, mark)];
  return html("tr", isParting ? { class: "parts-here" } : {}, html("th", { scope: "row" }, name), ...cells);
}

function cell(code, mark = []) {
  if (!code) return html("td", { class: "faint" }, "– not of this path");
  const [shape, kind] = shapeOf(code);
  return html("td", {}, html("span", { class: `sign ${kind}` }, `${shape} ${code}`), ...mark.flatMap((each) => [" ", each]));
}

function shapeOf(code) {
  if (code === NOT_REACHED) return ["○", "none"];
  if (code === WAITING) return ["", "none"];
  return isRefused(code) ? ["✗", "gone"] : ["✓", "same"];
}

function ends(original, run) {
  const lamp = (name) => (each) => each.response?.lamps?.[name].replace("_", " ") ?? WAITING;
  const told = [
    ["verdict", verdictOf],
    ...Object.entries(LAMPS).map(([name, words]) => [words, lamp(name)]),
    ["status", (each) => `${each.response?.status ?? WAITING}`],
  ];
  return told.map(([words, of]) =>
    html("tr", { class: "end" }, html("th", { scope: "row" }, words), html("td", {}, of(original)), html("td", {}, of(run))),
  );
}

function sentence(parting, before, now, run) {
  if (parting) return `◆ They part at ${parting}: ${before.get(parting)} there, ${now.get(parting)} here.`;
  return run.response ? "≡ Both went the same way." : "The run is on its way.";
}
