// The list of requests: number, method, path, visitor, verdict; arrow keys choose.

import { html } from "./dom.js";
import { isRefused, userOf, verdictOf } from "./requests.js";

export class Timeline {
  constructor(list, requests, show) {
    this.list = list;
    this.requests = requests;
    this.show = show;
    this.rows = new Map();
    this.chosen = null;
    this.follows = true;
    this.wanted = [];
    list.addEventListener("keydown", (event) => this.key(event));
  }

  // Only requests in whose line every one of these words stands.
  filter(words) {
    this.wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of this.rows.values()) row.hidden = !this.isWanted(row);
  }

  isWanted(row) {
    const line = row.textContent.toLowerCase();
    return this.wanted.every((word) => line.includes(word));
  }

  draw(changed) {
    const atEnd = this.list.scrollTop + this.list.clientHeight >= this.list.scrollHeight - 40;
    for (const request of changed) this.drawRow(request);
    const newest = [...changed].pop();
    if (this.follows && newest) this.choose(newest);
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  drawRow(request) {
    const row = rowOf(request);
    const before = this.rows.get(request.id);
    if (before) before.replaceWith(row);
    else this.list.append(row);
    this.rows.set(request.id, row);
    row.hidden = !this.isWanted(row);
    row.addEventListener("click", () => this.pick(request));
    if (request === this.chosen) row.setAttribute("aria-selected", "true");
  }

  // By hand: from now on the newest request no longer takes its place.
  pick(request) {
    this.follows = request.id === Math.max(...this.rows.keys());
    this.choose(request);
  }

  choose(request) {
    this.rows.get(this.chosen?.id)?.setAttribute("aria-selected", "false");
    this.chosen = request;
    const row = this.rows.get(request.id);
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    this.show(request);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !this.chosen) return;
    event.preventDefault();
    const ids = [...this.rows].filter(([, row]) => !row.hidden).map(([id]) => id);
    const next = ids[ids.indexOf(this.chosen.id) + step];
    if (next) this.pick(this.requests.all.get(next));
  }
}

function rowOf(request) {
  const code = verdictOf(request);
  const { method = "", path = "not told in full", visitor = "" } = request.began ?? {};
  return html(
    "li",
    { role: "option", class: isRefused(code) ? "refused" : "ok", "aria-selected": "false" },
    html("span", { class: "number" }, `#${request.id}`),
    html("span", { class: "what" }, `${method} ${path}`),
    html("span", { class: "who" }, [visitor, userOf(request)].filter(Boolean).join(" · ")),
    html("span", { class: "code" }, `${isRefused(code) ? "✗ " : ""}${code}`),
  );
}
