// The answer that sends a browser elsewhere: what stands in it, and what became of it.

import { html } from "./dom.js";
import { cut } from "./dissect.js";
import { secret } from "./hide.js";
import { visitorAfter } from "./jar.js";
import { idElement, revealButton } from "./reveal.js";

const STATUS = {
  302: "found there: ask there",
  303: "see other: ask there with GET, whatever this request was",
};
// In the words of the console.
const ATTRIBUTES = {
  path: "goes with every request to this path and below",
  httponly: "scripts in the page cannot read it",
  "samesite=lax": "stays at home when another site's page posts a form",
  "samesite=strict": "stays at home whenever another site's page leads here",
  secure: "travels over HTTPS only (and to localhost)",
};
const AT_ONCE = 10; // seconds: whoever asks later was not sent

// What became of it may still be to come: then it is drawn again.
export function isOpen(request, all) {
  return !nextOf(request, all);
}

export function drawAnswer(request, all) {
  const { id, response } = request;
  const cookies = response.set_cookie ?? [];
  return [
    html("h2", {}, `#${id} ↳ ${response.status} → ${response.location}`),
    html(
      "dl",
      { class: "answer" },
      ...fact("Status", html("code", {}, `${response.status}`), STATUS[response.status] ?? "ask there"),
      ...fact("Location", html("code", {}, response.location), "where the browser is sent"),
      ...cookies.flatMap((header) => setCookie(request, header)),
      ...(cookies.length ? [] : fact("Set-Cookie", "none", "the browser keeps the cookie it has")),
      ...fact("The browser next", ...nextWords(request, all)),
    ),
  ];
}

function fact(name, ...told) {
  const [first, ...words] = told;
  return [html("dt", {}, name), html("dd", {}, first, ...words.map((each) => html("small", {}, each)))];
}

function setCookie(request, header) {
  const [pair, ...attributes] = header.split("; ");
  const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
  const [ticket, ...rest] = value.split(".");
  const shown = value
    ? html("code", {}, `${name}=`, idElement(request, cut(ticket)), ...rest.flatMap((each) => [".", secret(cut(each))]))
    : html("code", {}, `${name}=`);
  const each = (attribute) =>
    html("tr", {}, html("th", { scope: "row" }, html("code", {}, cut(attribute))), html("td", {}, explained(attribute)));
  const table = html("table", { class: "attributes" }, html("tbody", {}, ...attributes.map(each)));
  return [html("dt", {}, "Set-Cookie"), html("dd", {}, shown, " ", revealButton(request), table)];
}

function explained(attribute) {
  const whole = attribute.toLowerCase();
  const [name, value] = whole.split("=");
  if (name === "max-age") return value === "0" ? "drop it now" : `the browser drops it after ${Number(value).toLocaleString("en")} s`;
  return ATTRIBUTES[whole] ?? ATTRIBUTES[name] ?? "";
}

function nextWords(request, all) {
  const next = nextOf(request, all);
  const asks = html("code", {}, `GET ${request.response.location}`);
  if (!next) return [asks, "no such request was seen since"];
  return [asks, `that was #${next.id}, as far as a server can know`];
}

// A browser is told apart by its family and the end of its session id, which a login changes.
function nextOf(request, all) {
  const { began, response, id } = request;
  if (!began) return null;
  const visitors = [began.visitor, visitorAfter(request), began.visitor.split("·")[0]];
  const isNext = (other) =>
    other.id > id &&
    other.began?.method === "GET" &&
    other.began.path === response.location &&
    other.began.at - began.at <= AT_ONCE &&
    visitors.includes(other.began.visitor);
  return [...all.values()].find(isNext) ?? null;
}
