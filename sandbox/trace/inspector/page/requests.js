// The events of schema version 1, gathered into requests.

export class Requests {
  constructor() {
    this.all = new Map();
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
    if (event.type === "request" || (event.type === "response" && !this.all.has(event.id)))
      this.all.set(event.id, { id: event.id, stages: [], began: null, response: null });
    return this.all.get(event.id);
  }
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
