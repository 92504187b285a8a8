// What the server can know of a browser's jar: what came out of it, and what it was told to keep.

// Our cookie among those sent: the first counts.
export function sentCookie(request) {
  return request.began?.cookies.find((each) => each.ours)?.value ?? null;
}

// What a response did to the jar: {value} given, {value: null} taken back, null left alone.
export function given(request) {
  const header = request.response?.set_cookie?.[0];
  if (!header) return null;
  const [pair, ...attributes] = header.split("; ");
  const value = pair.slice(pair.indexOf("=") + 1);
  return { value: attributes.includes("Max-Age=0") || !value ? null : value };
}

// The last that is known of this browser's jar before this request: {value, by: a request's number}.
export function knownJar(request, all) {
  const visitor = request.began?.visitor ?? "";
  if (!visitor.includes("·")) return null; // nobody in particular
  for (const each of [...all.values()].reverse()) {
    if (each.id >= request.id || !each.began) continue;
    const after = jarAfter(each, visitor);
    if (after) return { ...after, by: each.id };
  }
  return null;
}

// A browser is told apart by the last two characters of its id, so a login begins a new one.
function jarAfter(request, visitor) {
  const changed = given(request);
  if (changed?.value && visitorAfter(request) === visitor) return { ...changed, how: "given" };
  if (request.began.visitor !== visitor) return null;
  if (changed) return { ...changed, how: changed.value ? "replaced" : "taken back" };
  return { value: sentCookie(request), how: "sent" };
}

export function visitorAfter(request) {
  const opened = request.stages.find((each) => each.stage === "open_session");
  const family = request.began.visitor.split("·")[0];
  return `${family}·${(opened?.evidence?.session_id ?? "").slice(-2)}`;
}
