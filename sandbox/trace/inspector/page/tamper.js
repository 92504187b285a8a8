// Tamper and replay: the chosen request's cookie, changed, goes to this sandbox as a request of its own.

import { html } from "./dom.js";
import { sentCookie } from "./jar.js";
import { answer, button, order } from "./order.js";
import { drawPaths } from "./paths.js";
import { Strip } from "./strip.js";

const LONG_ENOUGH = 5000; // milliseconds until a run that was not told is given up
export const NONE = "This request bears no cookie of ours. Choose one that does, such as GET /profile after a login.";
const CUT =
  "With keys that you brought along the page knows cookies by their ends only: nothing can be sent again.";
const ESCAPED = "This cookie holds characters that are told as escapes only: it cannot be sent again.";
const HINT = "Choose a character (click, arrow keys), then type another. Enter changes it, Backspace takes it back.";
const NO_POST =
  "A POST is not sent again: it would change something. Instead GET /api/me is asked.";
const LOST =
  "The request is not in the trace: it waits to be stepped on, or too many came at once.";

export class Tamper {
  constructor(requests) {
    this.title = "Tamper and replay";
    this.requests = requests;
    this.request = null;
    this.strip = new Strip(() => this.describe());
    this.place = html("p", { class: "note", role: "status" });
    this.head = html("div", {});
    this.controls = html("p", { class: "controls" }, ...this.buttons());
    this.result = html("div", { role: "region", "aria-label": "The run beside the original", "aria-live": "polite" });
    const desk = html("div", {}, this.head, this.strip.element, this.place, this.controls);
    this.element = html("div", { class: "tamper" }, desk, this.result);
    this.clear();
    this.head.replaceChildren(html("p", { class: "empty" }, NONE));
  }

  clear() {
    this.visitor = null; // as the trace names the run that is waited for
    this.run = null;
    this.result.replaceChildren();
  }

  // A cookie that is being worked on stays until it is let go by hand.
  show(request) {
    if (request === this.shown) return;
    this.shown = request;
    const isFresh = !this.visitor && !this.strip.differing.length;
    if (isFresh || !this.cookie) this.load(request);
    else this.describe();
  }

  load(request) {
    this.request = request;
    this.clear();
    const sent = sentCookie(request);
    this.cannot = sent === null ? NONE : sent.includes("…") ? CUT : sent.includes("\\") ? ESCAPED : "";
    this.strip.load(this.cannot ? "" : sent);
    const title = html("p", {}, "The cookie of ", html("b", {}, this.named(request)), `. ${this.cannot || HINT}`);
    this.head.replaceChildren(title);
    this.describe();
  }

  // As it is now, "" where there is none to be sent.
  get cookie() {
    return this.strip.value;
  }

  named({ id, began }) {
    return `#${id} ${began ? `${began.method} ${began.path}` : ""}`.trim();
  }

  get path() {
    const { method, path } = this.request.began;
    return method === "GET" ? path.split("?")[0] : "/api/me";
  }

  buttons() {
    const { strip } = this;
    this.back = button("Take all back", () => this.load(this.request), "");
    this.see = button("", () => (strip.reveal(), this.describe()), "");
    this.send = button("", () => this.replay());
    this.other = button("", () => this.load(this.shown), "");
    this.noPost = html("small", { class: "note" }, NO_POST);
    return [button("Change this character", () => strip.flip(), ""), this.back, this.see, this.send, this.other, this.noPost];
  }

  describe() {
    this.controls.hidden = this.place.hidden = !this.cookie;
    if (!this.cookie) return;
    const { strip, request, shown } = this;
    const changed = strip.differing;
    const said = changed.slice(0, 4).map((at) => strip.nameOf(at)).join("; ");
    const more = changed.length > 4 ? ` and ${changed.length - 4} more` : "";
    this.place.textContent = changed.length ? `✎ Changed: ${said}${more}.` : "As it was sent, nothing changed.";
    this.see.textContent = strip.isRevealed ? "Hide the id" : "Show the id";
    this.send.textContent = `Send it: GET ${this.path}`;
    this.other.textContent = `Take the cookie of #${shown.id} instead`;
    this.back.disabled = !changed.length;
    this.other.hidden = shown === request;
    this.noPost.hidden = request.began.method === "GET";
  }

  async replay() {
    this.clear();
    const told = await order("replay", { path: this.path, cookie: this.cookie });
    answer(this.result, told, () => [html("p", { class: "note" }, "Sent. Its stages come with the trace.")]);
    if (told.error) return;
    this.visitor = told.visitor;
    this.take(this.requests.all.values()); // it may have come before the answer
    setTimeout(() => this.giveUp(told.visitor), LONG_ENOUGH);
  }

  take(changed) {
    if (!this.visitor) return;
    for (const each of changed)
      if (each === this.run || each.began?.visitor.split("·")[0] === this.visitor) this.drawRun(each);
  }

  drawRun(run) {
    this.run = run;
    this.result.replaceChildren(...drawPaths(this.request, run));
  }

  giveUp(visitor) {
    if (this.visitor !== visitor || this.run) return;
    answer(this.result, { error: LOST });
  }
}
