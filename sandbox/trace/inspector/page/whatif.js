// What if? One cookie under each circumstance, evaluated aside: clock, keys and rows stay as they are.

import { html, table } from "./dom.js";
import { answer, button, order } from "./order.js";
import { isRefused } from "./requests.js";
import { shortened } from "./hide.js";
import { NONE } from "./tamper.js";

const ONE_CLICK = {
  "Signature removed": "the signature removed",
  "Old key": "its key was retired",
  "Another salt": "checked with another salt",
  "An hour later": "an hour later",
  "After logout": "after logout",
  "Every circumstance": "",
};
const HEADS = ["Cookie", "Circumstance", "Code", "Issued by us?", "Still alive?"];
const MOST = 60; // rows; the oldest go
const NOTE = "The cookie is that of “Tamper and replay”. It is evaluated aside: no clock, key or row is touched.";

export class WhatIf {
  constructor(tamper) {
    this.title = "What if?";
    this.tamper = tamper;
    this.rows = new Map();
    const asks = Object.entries(ONE_CLICK).map(([words, name]) => button(words, () => this.ask(name)));
    this.said = html("div", { role: "status" });
    this.table = table({ class: "what-ifs" }, HEADS, []);
    const buttons = html("p", { class: "controls" }, ...asks);
    this.element = html("div", {}, html("p", { class: "note" }, NOTE), buttons, this.said, this.table);
  }

  async ask(circumstance) {
    const { cookie } = this.tamper;
    const told = cookie ? await order("what_if", { cookie, circumstance }) : { error: NONE };
    answer(this.said, told, () => []);
    for (const each of told.answers ?? []) this.fill(cookie, each);
    while (this.rows.size > MOST) this.forget(this.rows.keys().next().value);
  }

  fill(cookie, told) {
    const key = `${cookie} ${told.circumstance}`;
    const row = drawRow(this.named(cookie), told);
    if (this.rows.has(key)) this.rows.get(key).replaceWith(row);
    else this.table.tBodies[0].append(row);
    this.rows.set(key, row);
  }

  named(cookie) {
    const [id, ...rest] = cookie.split(".");
    const isChanged = this.tamper.strip.differing.length;
    return `${shortened(id)}.${rest.map((each) => (each.length > 8 ? shortened(each) : each)).join(".")}${isChanged ? " ✎ changed" : ""}`;
  }

  forget(key) {
    this.rows.get(key).remove();
    this.rows.delete(key);
  }
}

function drawRow(cookie, { circumstance, code, issued, alive }) {
  const shape = isRefused(code) ? "✗" : "✓";
  const lamp = (said) => html("td", { class: `lamp ${said}` }, said.replace("_", " "));
  return html(
    "tr",
    { class: isRefused(code) ? "refused" : "ok" },
    html("td", {}, html("code", {}, cookie)),
    html("th", { scope: "row" }, circumstance),
    html("td", {}, html("span", { class: "code" }, `${shape} ${code}`)),
    lamp(issued),
    lamp(alive),
  );
}
