// The list of requests: number, method, path, visitor, verdict; arrow keys choose. The answer that
// sends a browser elsewhere is an entry of its own below its request.

import { html } from "./dom.js";
import { isRedirect, isRefused, userOf, verdictOf } from "./requests.js";

const ANSWER = "-answer"; // how the name of such an entry ends
const LOT = 100; // rows that are laid out, or left out of view, together: each alone would take long
const WAYS = {
  ArrowDown: ["nextElementSibling", "firstElementChild"],
  ArrowUp: ["previousElementSibling", "lastElementChild"],
};

export class Timeline {
  constructor(list, requests, show) {
    this.list = list;
    this.requests = requests;
    this.show = show;
    this.rows = new Map(); // the name of an entry → its row
    this.entries = new WeakMap(); // a row → {name, request, line: the words that a filter finds}
    this.chosen = null;
    this.chosenName = "";
    this.remembered = decodeURIComponent(location.hash.slice(1)); // chosen before a reload
    this.following = true;
    this.wanted = [];
    document.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("click", (event) => this.click(event));
  }

  // Does the newest request take the place of the chosen one?
  get follows() {
    return this.following;
  }

  // What was chosen by hand is in the address, so that a reload finds it.
  set follows(follows) {
    this.following = follows;
    const hash = follows || !this.chosenName ? "" : `#${encodeURIComponent(this.chosenName)}`;
    if (hash !== location.hash) history.replaceState(null, "", `${location.pathname}${hash}`);
  }

  // Only entries in whose line every one of these words stands.
  filter(words) {
    this.wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of this.rows.values()) row.hidden = !this.isWanted(row);
    for (const lot of this.list.children) lot.hidden = !lot.querySelector("li:not([hidden])");
  }

  isWanted(row) {
    const { line } = this.entries.get(row);
    return this.wanted.every((word) => line.includes(word));
  }

  draw(changed, gone) {
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    const atEnd = scrollTop + clientHeight >= scrollHeight - 40;
    for (const request of changed) this.drawRows(request);
    for (const { key } of gone) this.drop(key);
    this.chooseAnew([...changed].findLast(({ key }) => this.rows.has(`${key}`)));
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  chooseAnew(newest) {
    const found = this.entries.get(this.rows.get(this.remembered));
    if (found) {
      this.remembered = "";
      this.choose(found);
      this.follows = false;
    } else if (this.follows && newest) this.choose({ name: `${newest.key}`, request: newest });
  }

  drawRows(request) {
    const name = `${request.key}`;
    const row = rowOf(request);
    this.place({ name, request, line: lineOf(row, "") }, row, null);
    if (isRedirect(request)) this.drawAnswer(request, row, name + ANSWER);
  }

  // A word that finds the request by its visitor or its verdict finds its answer, too.
  drawAnswer(request, above, name) {
    const row = answerRowOf(request);
    const line = lineOf(row, `${whoOf(request)} ${verdictOf(request)}`);
    this.place({ name, request, line }, row, above);
  }

  place(entry, row, above) {
    const before = this.rows.get(entry.name);
    if (before) before.replaceWith(row);
    else if (above) above.after(row);
    else this.lastLot().append(row);
    this.rows.set(entry.name, row);
    this.entries.set(row, entry);
    row.hidden = !this.isWanted(row);
    if (!row.hidden) row.parentElement.hidden = false;
    if (entry.name === this.chosenName) row.setAttribute("aria-selected", "true");
  }

  lastLot() {
    const last = this.list.lastElementChild;
    if (last && last.childElementCount < LOT) return last;
    return this.list.appendChild(html("ol", { role: "presentation" }));
  }

  drop(key) {
    for (const name of [`${key}`, key + ANSWER]) {
      const row = this.rows.get(name);
      const lot = row?.parentElement;
      row?.remove();
      this.rows.delete(name);
      if (lot?.childElementCount === 0) lot.remove();
    }
  }

  // By hand: from now on the newest request no longer takes its place.
  pick(entry) {
    this.choose(entry);
    this.follows = !this.isAnswer && entry.request.key === [...this.requests.all.keys()].at(-1);
  }

  choose({ name, request }) {
    this.rows.get(this.chosenName)?.setAttribute("aria-selected", "false");
    this.chosen = request;
    this.chosenName = name;
    const row = this.rows.get(name);
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    this.show(request, this.isAnswer);
  }

  // Is the answer of the chosen request what was chosen?
  get isAnswer() {
    return this.chosenName.endsWith(ANSWER);
  }

  click(event) {
    const entry = this.entries.get(event.target.closest("li"));
    if (entry) this.pick(entry);
  }

  key(event) {
    const way = WAYS[event.key];
    if (!way || !this.chosen || !event.target.matches("body, #timeline")) return;
    event.preventDefault();
    const next = neighbour(this.rows.get(this.chosenName), way);
    if (next) this.pick(this.entries.get(next));
  }
}

// The next row that a filter has left; nothing is beside a row that was let go.
function neighbour(row, [sibling, end]) {
  const beside = (each) => each[sibling] ?? each.parentElement[sibling]?.[end];
  let found = row && beside(row);
  while (found?.hidden) found = beside(found);
  return found;
}

function rowOf(request) {
  const code = verdictOf(request);
  const { method = "", path = "not told in full" } = request.began ?? {};
  return html(
    "li",
    { role: "option", class: `request ${isRefused(code) ? "refused" : "ok"}`, "aria-selected": "false" },
    html("span", { class: "number" }, `#${request.id}`),
    html("span", { class: "what" }, `${method} ${path}`),
    html("span", { class: "who" }, whoOf(request)),
    html("span", { class: "code" }, `${isRefused(code) ? "✗ " : ""}${code}`),
  );
}

function answerRowOf({ response }) {
  return html(
    "li",
    { role: "option", class: "answer", "aria-selected": "false" },
    html("span", { class: "number" }, "↳"),
    html("span", { class: "what" }, `${response.status} → ${response.location}`),
    ...(response.set_cookie?.length ? [html("span", { class: "code" }, "Set-Cookie")] : []),
  );
}

function whoOf(request) {
  const { visitor = "", server, called_by: caller } = request.began ?? {};
  return [visitor, userOf(request), server, caller].filter(Boolean).join(" · ");
}

function lineOf(row, more) {
  return [...row.children].map((each) => each.textContent).concat(more).join(" ").toLowerCase();
}
