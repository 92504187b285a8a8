// Ask what has happened since the last answer, again and again.

const EVERY = 100; // milliseconds
const PATIENCE = 5_000; // milliseconds until an answer must have come
const GONE = "The server does not answer. When it is started again, it prints a new address: open that.";

// `now` is told what holds at the moment, `take` the events that are new. What was not answered is
// asked for again, so whoever slept is told everything once.
export async function poll(take, say, now) {
  let last = 0;
  for (;;) {
    const answer = await ask(last);
    say(answer ? "" : GONE);
    if (answer) {
      last = answer.last;
      now(answer.now);
      if (answer.events.length) take(answer.events, answer.let_go);
      if (last < answer.told) continue; // there is more
    }
    await new Promise((resume) => setTimeout(resume, answer ? EVERY : 10 * EVERY));
  }
}

async function ask(after) {
  try {
    const response = await fetch(`trace?after=${after}`, { signal: AbortSignal.timeout(PATIENCE) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
