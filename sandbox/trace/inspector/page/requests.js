// The events of schema version 1, gathered into requests.

export const LAMPS = { issued: "issued by us?", alive: "still alive?" };
export const MOST = 10_000; // as many as the server keeps

export class Requests {
  constructor() {
    this.all = new Map();
    this.letGo = 0; // how many this page has forgotten
  }

  // What has changed.
  take(events) {
    const changed = new Set();
    for (const event of events) {
      const request = this.of(event);
      if (request) changed.add(add(request, event));
    }
    return changed;
  }

  // Of a request whose beginning was not told, or was let go, only the verdict is known.
  of(event) {
    const key = keyOf(event);
    if (event.type === "request" || (event.type === "response" && !this.all.has(key)))
      this.all.set(key, { key, id: event.id, stages: [], began: null, response: null });
    return this.all.get(key);
  }

  // The oldest beyond the most that are kept; they are forgotten.
  letGoOldest() {
    const gone = [...this.all.values()].slice(0, Math.max(this.all.size - MOST, 0));
    for (const { key } of gone) this.all.delete(key);
    this.letGo += gone.length;
    return gone;
  }
}

// A server that was called meanwhile counts its part by the number of the request that called it.
function keyOf({ id, called_by: caller, server }) {
  return caller ? `${id} ${server}` : id;
}

function add(request, event) {
  if (event.type === "request") request.began = event;
  else if (event.type === "response") request.response = event;
  else if (event.type === "stage_started") request.stages.push(event);
  else end(request.stages, event);
  return request;
}

// A recording may tell of an end without its beginning.
function end(stages, event) {
  const at = stages.findLastIndex((each) => each.stage === event.stage);
  if (at < 0) stages.push(event);
  else stages[at] = event;
}

// Until there is an answer, nobody knows.
export function verdictOf(request) {
  return request.response ? request.response.verdict : "…";
}

// The name that a stage has found; strangers have none.
export function userOf(request) {
  return request.stages.map((stage) => stage.evidence?.user).findLast(Boolean) ?? "";
}

export function isRefused(code) {
  return code !== "OK" && code !== "SKIPPED" && code !== "…";
}

// Does its answer send the browser elsewhere?
export function isRedirect({ response }) {
  return Boolean(response?.location) && response.status >= 300 && response.status < 400;
}
