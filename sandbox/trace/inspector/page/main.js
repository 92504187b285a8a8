// The page: ask for events, keep them as requests, draw what is new.

import { Bench } from "./bench.js";
import { poll } from "./poll.js";
import { Requests } from "./requests.js";
import { Timeline } from "./timeline.js";
import { drawRequest } from "./card.js";
import { drawLesson } from "./lesson.js";
import { drawRecording, eventsInPage, play } from "./recorded.js";
import { walkByKeys } from "./walk.js";
import { addTools } from "./present.js";
import { Stepping } from "./stepping.js";

const requests = new Requests();
const card = document.getElementById("request");
const timeline = new Timeline(document.getElementById("timeline"), requests, show);
const [drawer, tools] = ["bench", "tools"].map((id) => document.getElementById(id));
const bench = new Bench(drawer, tools, requests, () => (timeline.follows = false));
const stepping = new Stepping(document.getElementById("step"), timeline, requests);
addTools(tools);

function show(request) {
  history.replaceState(null, "", `#${request.id}`);
  card.replaceChildren(...drawRequest(request, requests, show));
  bench.show(request);
}

function take(events, letGo) {
  const changed = requests.take(events);
  document.getElementById("let-go").textContent =
    letGo ? `${letGo.toLocaleString("en")} older requests were let go.` : "";
  timeline.draw(changed);
  if (timeline.chosen && changed.has(timeline.chosen)) show(timeline.chosen);
  bench.take(changed);
}

// What holds at the moment, told with every answer.
function now({ lesson, recording, step }) {
  drawRecording(document.getElementById("recording"), recording);
  drawLesson(document.getElementById("lesson"), lesson);
  stepping.now(step);
}

function say(sentence) {
  document.getElementById("said").textContent = sentence;
}

// Whoever reads a request keeps it, whatever comes, until he chooses the newest one.
card.addEventListener("click", () => (timeline.follows = false));

const filter = document.getElementById("filter");
filter.addEventListener("input", () => timeline.filter(filter.value));

walkByKeys(() => timeline.chosen, show);

if (eventsInPage()) play(eventsInPage(), take, now);
else poll(take, say, now);
