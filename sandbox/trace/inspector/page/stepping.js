// Step by step: which request waits, and where; space or a button lets it go on.

import { html } from "./dom.js";
import { onKey } from "./keys.js";
import { order } from "./order.js";
import { forgetChoice } from "./source.js";

const NOBODY = "Step by step: the next request will wait here at each of its stages.";

export class Stepping {
  constructor(strip, timeline, requests) {
    Object.assign(this, { strip, timeline, requests, step: undefined, shown: null });
    this.words = html("span", { role: "status" });
    this.buttons = [this.button("Next (space)", "next", "Space"), this.button("Run to the end", "go")];
    strip.append(this.words, ...this.buttons);
    onKey(" ", () => this.order("next"));
    // A button that was clicked must not take the next space.
    document.addEventListener("click", ({ detail }) => {
      if (detail && this.step !== undefined) document.activeElement.closest("button, [role=button]")?.blur();
    });
  }

  button(label, name, key) {
    const button = html("button", { type: "button", ...(key ? { "aria-keyshortcuts": key } : {}) }, label);
    button.addEventListener("click", () => this.order(name));
    return button;
  }

  // A stage that was seen goes on, no other: the page may be a moment behind.
  order(name) {
    if (!this.step) return;
    forgetChoice();
    order(name, { id: this.step.id, seq: this.step.seq });
  }

  // `step` is where a request waits, null: none does, undefined: this server does not step.
  now(step) {
    this.follow(step);
    this.step = step;
    const words = step ? this.said(step) : NOBODY;
    if (step === undefined || words === this.words.textContent) return;
    this.strip.hidden = false;
    this.words.textContent = words;
    for (const each of this.buttons) each.setAttribute("aria-disabled", `${!step}`);
    // The events that came with it are drawn first.
    setTimeout(() => document.querySelector(".diagram > g:last-of-type")?.scrollIntoView({ block: "nearest" }));
  }

  said({ id, stage, outcome }) {
    const { method = "", path = "" } = this.requests.all.get(id)?.began ?? {};
    const place = stage ? `after ${stage} ${outcome === "OK" ? "✓" : "✗"} ${outcome}` : "before its first stage";
    return `#${id} ${method} ${path} waits ${place}`;
  }

  // The page stays with the request that is stepped, whatever others do.
  follow(step) {
    const { timeline } = this;
    if (!step) {
      if (this.shown !== null && timeline.chosen?.id === this.shown) timeline.follows = true;
      if (step === null) this.shown = null;
    } else if (step.id !== this.shown && this.requests.all.has(step.id)) {
      this.shown = step.id;
      timeline.choose({ name: `${step.id}`, request: this.requests.all.get(step.id) });
      timeline.follows = false;
    }
  }
}
