// The cookie taken apart, as check_signature told of it: what is signed, with what, and whether
// what was computed is what came.

import { html, time } from "./dom.js";
import { hidable, secret, shortened } from "./hide.js";
import { isRecorded } from "./recorded.js";
import { idElement, revealButton } from "./reveal.js";

const LONGEST = 64; // characters of a part that are drawn; a stamp has 43
const TOLD_LIVE = "What was computed is told by a running server only.";
const PRINTABLE = /^[!-[\]-~]*$/; // without a backslash: nothing in it was written as an escape

export function drawDissection(request) {
  const stage = request.stages.find((each) => each.stage === "check_signature" && each.evidence);
  if (!stage) return [];
  const { evidence } = stage;
  const drawn = "received" in evidence ? taken(request, stage) : notTaken(request, evidence);
  const title = html("h3", {}, "The cookie taken apart ", revealButton(request));
  return [html("section", { class: "dissect", "aria-label": "The cookie taken apart" }, title, ...drawn)];
}

function notTaken(request, { parts, evidence_failed: failed }) {
  if (failed) return [sentence(`The evidence cannot be told (${failed}).`)];
  const sent = request.began?.cookies.find((each) => each.ours)?.value ?? "";
  const pieces = sent.split(".").slice(0, 6).map((each) => html("code", {}, idElement(request, cut(each))));
  return [
    sentence(`✗ Three parts were expected, ${parts} came: there is nothing to compute.`, "bad"),
    html("p", { class: "pieces" }, ...pieces),
  ];
}

function taken(request, stage) {
  const { evidence } = stage;
  return [
    html("dl", { class: "parts" }, ...covered(request, stage), ...stamp(evidence)),
    html("p", { class: "covers" }, `↑ ${covers(evidence)}`),
    arithmetic(request, evidence),
    ...comparison(stage),
  ];
}

function covered(request, stage) {
  const { session_id: id, timestamp } = stage.evidence;
  return [
    part("session id", "signed", idElement(request, cut(id)), "a random number, nothing about the user"),
    part("issued", "signed", cut(timestamp), ...issued(stage)),
  ];
}

function stamp({ received }) {
  return [part("stamp", "stamp", secret(cut(received)), "the signature, in base64")];
}

function part(label, kind, value, ...explained) {
  const dd = html("dd", {}, html("code", {}, value), html("small", {}, ...explained));
  return html("div", { class: `part ${kind}` }, html("dt", {}, label), dd);
}

// Whether the time is true only the stamp can say.
function issued({ evidence, outcome }) {
  const date = dateOf(evidence.timestamp);
  if (!date) return ["no time can be read from it"];
  return outcome === "BAD_SIGNATURE" ? ["says: ", time(date), ", which nothing vouches for"] : [time(date)];
}

// Seconds since 1970, big-endian, in base64 for addresses.
function dateOf(timestamp) {
  let octets;
  try {
    octets = atob(timestamp.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
  const seconds = [...octets].reduce((sum, octet) => sum * 256 + octet.charCodeAt(0), 0);
  const date = new Date(seconds * 1000);
  return octets && !isNaN(date) ? date : null;
}

function covers({ session_id: id, timestamp }) {
  const signed = `${id}.${timestamp}`;
  const bytes = PRINTABLE.test(signed) ? `${signed.length} bytes` : "bytes";
  return `The signature covers these ${bytes}: session id, dot, issued.`;
}

function arithmetic(request, evidence) {
  const { session_id: id, timestamp, salt, live_only: live = {} } = evidence;
  const signed = html("code", {}, idElement(request, cut(id)), `.${cut(timestamp)}`);
  return html(
    "ol",
    { class: "arithmetic" },
    step(
      [given("salt", html("code", {}, salt)), given(`signing key ${evidence.key}`, keyOf(evidence))],
      given("derived key", live.derived_key ? keyCode(live.derived_key) : "not shown"),
    ),
    step(
      [given("derived key", "from above"), given("the bytes covered", signed)],
      given("computed", computedOf(evidence)),
    ),
  );
}

function step(from, to) {
  const by = html("p", { class: "by" }, "→ HMAC-SHA256 →");
  return html("li", {}, html("div", { class: "from" }, ...from), by, to);
}

function given(label, value) {
  return html("div", { class: "given" }, html("b", {}, label), " ", value);
}

function keyCode(text) {
  return html("code", { class: "secret" }, secret(text));
}

function keyOf(evidence) {
  const { live_only: live } = evidence;
  if (live?.signing_key) return keyCode(live.signing_key);
  if (isRecorded()) return "A recording holds no key.";
  const print = live?.fingerprint ? ` This one's fingerprint is ${live.fingerprint}.` : "";
  return `Keys that you bring are never shown.${print}`;
}

// Of whoever brought keys along the server tells ids by their ends only.
function isBrought({ live_only: live, session_id: id }) {
  return Boolean(live?.fingerprint) || (!live && id.includes("…"));
}

function computedOf(evidence) {
  const computed = evidence.live_only?.computed;
  if (!computed) return "not told";
  return keyCode(isBrought(evidence) ? shortened(computed) : computed);
}

function comparison({ evidence, outcome }) {
  const computed = evidence.live_only?.computed;
  if (!computed) return [sentence(TOLD_LIVE), sentence(outcome, isBad(outcome) ? "bad" : "good")];
  const { received } = evidence;
  const isCut = received.includes("…");
  const ours = isCut ? shortened(computed) : computed;
  const at = firstDifference(ours, received);
  const lines = [line("computed", ours, at, "secret"), line("received", received, at)];
  if (at !== null) lines.push(caret(at, isCut ? "" : `character ${at + 1}`));
  const ends = [line("computed", shortened(ours), null, "secret"), line("received", shortened(received), null)];
  const compared = hidable(html("div", { class: "compare" }), (hidden) => (hidden ? ends : lines));
  const verdict = saidOf(outcome, at === null && !isCut, at !== null && !isCut && [at, ours, received]);
  return [compared, sentence(verdict, isBad(outcome) ? "bad" : "good")];
}

export function firstDifference(ours, theirs) {
  if (ours === theirs) return null;
  const shorter = Math.min(ours.length, theirs.length);
  for (let at = 0; at < shorter; at++) if (ours[at] !== theirs[at]) return at;
  return shorter;
}

function line(label, text, at, kind = "") {
  const shown = cut(text);
  const code =
    at === null
      ? [shown]
      : [shown.slice(0, at), html("mark", { class: "differs" }, shown[at] ?? "␣"), shown.slice(at + 1)];
  return html("p", {}, html("b", {}, label), html("code", kind ? { class: kind } : {}, ...code));
}

function caret(at, words) {
  const pointer = `${" ".repeat(Math.min(at, LONGEST))}▲`;
  return html("p", { class: "caret" }, html("b", {}, ""), html("code", { "aria-hidden": "true" }, pointer, ` ${words}`));
}

const isBad = (outcome) => outcome === "BAD_SIGNATURE";

function saidOf(outcome, isSame, difference) {
  if (isBad(outcome)) {
    if (difference) return `✗ different: ${whereTheyDiffer(...difference)}.`;
    return isSame
      ? "✗ the same stamp, but the time in the cookie cannot be read."
      : "✗ different: none of our keys makes this stamp. What is shown is only the ends of both.";
  }
  const late = outcome === "EXPIRED" ? " But it is too old, or from the future." : "";
  if (difference) return `✓ the same 32 bytes, spelled otherwise: base64 has bits to spare.${late}`;
  return `✓ the same: this server made the stamp.${late}`;
}

function whereTheyDiffer(at, ours, theirs) {
  const name = (text) => text[at] ?? "nothing";
  return `the first difference is at character ${at + 1}, ${name(ours)} computed and ${name(theirs)} received`;
}

function sentence(text, kind = "") {
  return html("p", kind ? { class: `said ${kind}` } : { class: "said" }, text);
}

export function cut(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
