// A cookie, character by character: choose one, then type another in its place.

import { html } from "./dom.js";
import { hidable, redraw } from "./hide.js";

const LONGEST = 256; // characters that are drawn; a cookie of ours has 94
const CARRIED = /^[!#-+\--:<-[\]-~]$/; // RFC 6265: what a cookie can carry
const PARTS = ["session id", "time", "stamp"];

export class Strip {
  constructor(changed) {
    this.element = html("div", { class: "strip", role: "group", "aria-label": "The cookie, character by character" });
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.changed = changed;
    Object.assign(this, { sent: [], now: [], at: 0, isRevealed: false });
    hidable(this.element, (hidden) => this.drawn(hidden));
  }

  load(value) {
    this.sent = [...value];
    this.now = [...value];
    this.isRevealed = false;
    this.at = Math.max(0, value.length - 20); // in the stamp: its last character has spare bits
    this.draw();
  }

  get value() {
    return this.now.join("");
  }

  // The places of the characters that are not as they were sent.
  get differing() {
    return [...this.now.keys()].filter((at) => this.now[at] !== this.sent[at]);
  }

  nameOf(at) {
    const before = this.sent.slice(0, at);
    if (this.sent[at] === ".") return "a dot between the parts";
    const part = PARTS[before.filter((each) => each === ".").length] ?? "rest";
    return `character ${at - before.lastIndexOf(".")} of the ${part}`;
  }

  reveal() {
    this.isRevealed = !this.isRevealed;
    this.draw();
  }

  draw() {
    redraw(this.element);
  }

  drawn(hidden) {
    const end = this.sent.indexOf("."); // of the id
    const isMasked = (each, at) => each !== "." && (hidden || (at < end && !this.isRevealed));
    const shown = this.now.slice(0, LONGEST).map((each, at) => this.character(each, at, isMasked(each, at)));
    const more = this.now.length - shown.length;
    return [...shown, ...(more > 0 ? [` and ${more.toLocaleString("en")} more`] : [])];
  }

  character(each, at, isMasked) {
    const isChanged = each !== this.sent[at];
    const shown = isMasked && !isChanged ? "•" : each;
    const said = `${this.nameOf(at)}: ${shown === "•" ? "hidden" : each}${isChanged ? ", changed" : ""}`;
    const names = { type: "button", "aria-label": said, "aria-pressed": `${at === this.at}`, tabindex: at === this.at ? 0 : -1 };
    const made = html("button", { ...names, class: isChanged ? "changed" : "" }, shown);
    made.addEventListener("click", () => this.choose(at));
    return made;
  }

  choose(at) {
    this.at = Math.min(Math.max(at, 0), Math.min(this.now.length, LONGEST) - 1);
    this.draw();
    this.element.children[this.at].focus();
  }

  put(character) {
    this.now[this.at] = character;
    this.choose(this.at);
    this.changed();
  }

  // Another one, whichever it is; pressed twice, the one that was sent.
  flip() {
    const sent = this.sent[this.at];
    const other = sent === "A" ? "B" : "A";
    this.put(this.now[this.at] === sent ? other : sent);
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key === "Escape" || event.key === "Tab") return;
    const steps = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: this.now.length - 1 };
    if (event.key in steps) this.choose(steps[event.key]);
    else if (event.key === "Enter") this.flip();
    else if (event.key === "Backspace" || event.key === "Delete") this.put(this.sent[this.at]);
    else if (CARRIED.test(event.key)) this.put(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation(); // a letter typed here is no key of the page
  }
}
