// A pasted cookie in three separate panels; what was pasted is never changed.

import { facts, html, time } from "./dom.js";
import { secret } from "./hide.js";
import { answer, button, order } from "./order.js";
import { isRefused } from "./requests.js";

const LONGEST = 32 * 1024; // characters; no cookie is as long
const TOO_LONG = "A cookie has at most 4,096 bytes. Paste the value alone.";
const EXPLAINED = {
  Decode: "Needs no key: whoever sees a cookie can read all of it.",
  Verify: "Needs the signing key: only this server can say whether the stamp is its own.",
  "Re-sign":
    "Makes a new cookie: the same id, the time of now, this sandbox's key. Only who has the key can do it.",
};

export class Panels {
  constructor() {
    this.title = "Decode, verify, re-sign";
    const names = { id: "pasted", rows: 2, spellcheck: "false", autocomplete: "off" };
    this.field = html("textarea", names);
    const label = html("label", { for: "pasted" }, "Paste a cookie's value. It stays as you pasted it.");
    const panels = [
      this.panel("Decode", "decode", decoded),
      this.panel("Verify", "verify", verified),
      this.panel("Re-sign", "re_sign", (told) => reSigned(told, this.field.value)),
    ];
    this.element = html("div", { class: "pasted" }, label, this.field, html("div", { class: "three" }, ...panels));
    this.field.addEventListener("input", () => this.clear());
  }

  panel(title, name, draw) {
    const result = html("div", { class: "result", "aria-live": "polite" });
    const act = async () => {
      const cookie = this.field.value;
      const told = cookie.length > LONGEST ? { error: TOO_LONG } : await order(name, { cookie });
      if (this.field.value === cookie) answer(result, told, draw);
    };
    const parts = [html("h2", {}, title), html("p", { class: "note" }, EXPLAINED[title]), button(title, act), result];
    return html("section", { class: `panel ${name}`, "aria-label": title }, ...parts);
  }

  // What was said of another cookie would mislead.
  clear() {
    for (const each of this.element.querySelectorAll(".result")) each.replaceChildren();
  }
}

function decoded({ id, timestamp, stamp, issued_at: seconds, covered }) {
  return [
    facts({
      "session id": code(id),
      time: code(timestamp),
      issued: dateOf(seconds),
      stamp: code(stamp),
    }),
    html("p", {}, `The stamp covers the first ${covered.toLocaleString("en")} characters: id, dot, time. Of the user it says nothing.`),
  ];
}

// Seconds since 1970; beyond the calendar there is no date.
function dateOf(seconds) {
  const date = new Date(seconds === null ? NaN : seconds * 1000);
  return isNaN(date) ? "no date can be read from it" : time(date);
}

function verified({ code: said, says, issued, alive }) {
  const lamps = { "issued by us?": issued, "still alive?": alive.replace("_", " ") };
  return [verdict(said), html("p", {}, says), facts(lamps)];
}

function reSigned({ cookie, code: said, before }, pasted) {
  return [
    html("p", {}, "Pasted, unchanged ", verdict(before, "span")),
    code(pasted),
    html("p", {}, "New ", verdict(said, "span")),
    code(cookie, "new"),
    html("p", { class: "note" }, "Whether it opens anything, the store says: a stamp makes no session."),
  ];
}

function verdict(said, name = "p") {
  const kind = isRefused(said) ? "said bad" : "said good";
  return html(name, { class: kind }, `${isRefused(said) ? "✗" : "✓"} ${said}`);
}

function code(text, kind = "") {
  return html("code", { class: kind }, secret(text));
}
