// Before and after in three columns: the browser's jar, the cookie sent, the row in the store.

import { facts, html, table } from "./dom.js";
import { cut, firstDifference } from "./dissect.js";
import { secret } from "./hide.js";
import { given, knownJar, sentCookie } from "./jar.js";
import { idElement, revealButton } from "./reveal.js";

// Each mark is a shape and a word, so that colour only repeats it.
const MARKS = {
  same: "= the same",
  alike: "≈ alike by its ends",
  changed: "≠ changed",
  new: "+ new",
  gone: "✕ gone",
  none: "○ none",
  unknown: "? not known",
};
const HEADS = ["", "Browser's jar", "Cookie sent", "Row in the store"];

export function drawColumns(request, all) {
  if (!request.began) return [];
  const rows = [
    row("before", jarBefore(request, all), cookieSent(request, all), rowBefore(request)),
    row("after", jarAfter(request), cookieNext(request), rowAfter(request)),
  ];
  const note = "The jar as far as a server can know it; the row as far as the stages told of it, without the word.";
  return [
    html("section", { class: "columns", "aria-label": "Before and after" },
      html("h3", {}, "Before and after ", revealButton(request)), table({}, HEADS, rows), html("p", { class: "note" }, note)),
  ];
}

function row(when, ...cells) {
  return html("tr", { class: when }, html("th", { scope: "row" }, when), ...cells);
}

function cell(mark, words, ...more) {
  const sign = html("b", { class: `sign ${mark}` }, MARKS[mark]);
  return html("td", {}, ...more, html("p", {}, sign, words ? `: ${words}` : ""));
}

// The id by its ends until it is revealed. Only the time of a ticket is no secret.
function cookie(request, value) {
  const [id, ...rest] = value.split(".");
  const isTime = (at) => rest.length === 2 && at === 0;
  const more = rest.flatMap((each, at) => [".", isTime(at) ? cut(each) : secret(cut(each))]);
  const code = html("code", { class: "value" }, idElement(request, cut(id)), ...more);
  return html("p", {}, code);
}

// --- the browser's jar

function jarBefore(request, all) {
  const known = knownJar(request, all);
  const sent = sentCookie(request);
  if (!known) {
    if (sent === null) return cell("none", "no cookie of ours came out of it");
    return cell("unknown", "this page did not see how it came there", cookie(request, sent));
  }
  if (known.value === null) return cell("none", `it was ${known.how} in #${known.by}`);
  const shown = cookie(request, known.value);
  if (known.value !== sent) return cell("changed", `since #${known.by}, when it was ${known.how}`, shown);
  return cell(sameAsFarAsTold(sent), `as ${known.how} in #${known.by}`, shown);
}

function jarAfter(request) {
  if (!request.response) return cell("unknown", "no answer yet");
  const sent = sentCookie(request);
  const told = given(request);
  if (!told && sent === null) return cell("none", "no Set-Cookie, so it stays empty");
  if (!told) return cell("same", "no Set-Cookie, so it stays", cookie(request, sent));
  if (told.value === null) return cell(sent === null ? "none" : "gone", "Set-Cookie with Max-Age=0 drops it");
  return cell(sent === null ? "new" : "changed", "by Set-Cookie", cookie(request, told.value));
}

// --- the cookie sent

function cookieSent(request, all) {
  const sent = sentCookie(request);
  if (sent === null) return cell("none", "the request bears no cookie of ours");
  const known = knownJar(request, all);
  const shown = cookie(request, sent);
  if (!known) return cell("unknown", "nothing to compare it with", shown);
  if (known.value === null) return cell("new", `sent although it was taken back in #${known.by}`, shown);
  if (known.value === sent) return cell(sameAsFarAsTold(sent), `as known from #${known.by}`, shown);
  return cell("changed", `${whereChanged(known.value, sent)}, since #${known.by}`, shown);
}

// With keys that were brought along a cookie is told by its ends.
function sameAsFarAsTold(value) {
  return value.includes("…") ? "alike" : "same";
}

const PARTS = ["session id", "time", "stamp"];

function whereChanged(before, now) {
  const [old, fresh] = [before.split("."), now.split(".")];
  if (old.length !== 3 || fresh.length !== 3) return "otherwise taken apart";
  const part = PARTS.findIndex((_, at) => old[at] !== fresh[at]);
  return `first at character ${firstDifference(old[part], fresh[part]) + 1} of the ${PARTS[part]}`;
}

function cookieNext(request) {
  const told = given(request);
  const next = told ? told.value : sentCookie(request);
  if (!request.response) return cell("unknown", "no answer yet");
  if (next === null) return cell(sentCookie(request) === null ? "none" : "gone", "the next request bears none");
  const mark = !told ? "same" : sentCookie(request) === null ? "new" : "changed";
  return cell(mark, "the next request bears it", cookie(request, next));
}

// --- the row in the store

function ended(request, name) {
  return request.stages.find((each) => each.stage === name && each.outcome);
}

function rowBefore(request) {
  const asked = ended(request, "look_up_session");
  if (!asked) return cell("unknown", "the store was not asked");
  const { session_id: id, user } = asked.evidence;
  if (asked.outcome === "UNKNOWN_SESSION") return cell("none", `no row has the id ${id}`);
  if (asked.outcome !== "OK") return cell("unknown", `the store did not answer (${asked.outcome})`);
  return html("td", {}, facts({ id, user: user ?? "nobody", ...ages(request) }));
}

function rowAfter(request) {
  const opened = ended(request, "open_session");
  const closed = ended(request, "close_session");
  if (opened?.outcome === "OK") return rowOpened(opened.evidence);
  if (closed?.outcome === "OK") return rowClosed(closed.evidence);
  return rowKept(request, opened ?? closed);
}

function rowOpened({ session_id: id, user, replaced }) {
  const shown = facts({ id, user: user ?? "nobody" });
  if (replaced) return cell("changed", `a new row in the place of ${replaced}, which is ✕ gone`, shown);
  return cell("new", "a row was written", shown);
}

function rowClosed({ deleted, everywhere, session_id: id, user }) {
  if (!deleted) return cell("none", "there was no row to delete");
  if (everywhere) return cell("gone", `all of ${user ?? "nobody"}'s rows, ${deleted} of them`);
  return cell("gone", `the row ${id} was deleted`);
}

function rowKept(request, failed) {
  if (failed) return cell("unknown", `the store did not answer (${failed.outcome})`);
  const asked = ended(request, "look_up_session");
  if (!asked) return cell("unknown", "the store was not asked");
  if (asked.outcome === "UNKNOWN_SESSION") return cell("none", "nothing was written");
  const limits = ended(request, "check_limits");
  if (limits?.outcome === "UNKNOWN_SESSION") return cell("gone", "it was deleted a moment ago");
  if (limits?.evidence.touch === "written") return cell("changed", "that it was seen just now was written");
  const over = limits && limits.outcome !== "OK" ? `, though over (${limits.outcome})` : "";
  return cell(asked.outcome === "OK" ? "same" : "unknown", `nothing was written${over}`);
}

function ages(request) {
  const limits = ended(request, "check_limits")?.evidence;
  if (limits?.age === undefined) return {};
  return { began: ago(limits.age, limits.lifetime), seen: ago(limits.idle, limits.idle_limit) };
}

function ago(seconds, limit) {
  return `${Math.floor(seconds).toLocaleString("en")} s ago, of ${limit.toLocaleString("en")} s`;
}
