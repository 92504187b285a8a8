// The page: ask for events, keep them as requests, draw what is new.

import { Bench } from "./bench.js";
import { poll } from "./poll.js";
import { MOST, Requests } from "./requests.js";
import { Timeline } from "./timeline.js";
import { drawAnswer, isOpen } from "./answer.js";
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

function show(request, isAnswer) {
  card.replaceChildren(...(isAnswer ? drawAnswer(request, requests.all) : drawRequest(request, requests, show)));
  bench.show(request);
}

function take(events, letGo) {
  const wasOpen = timeline.isAnswer && isOpen(timeline.chosen, requests.all);
  const changed = requests.take(events);
  timeline.draw(changed, requests.letGoOldest());
  document.getElementById("let-go").textContent = letGoWords(letGo, requests.letGo);
  const { chosen, isAnswer } = timeline;
  if (changed.has(chosen) || wasOpen) show(chosen, isAnswer);
  bench.take(changed);
}

function letGoWords(byServer, byPage) {
  const said = [[byServer, "the server"], [byPage, "this page"]].filter(([count]) => count);
  const counts = said.map(([count, who]) => `${count.toLocaleString("en")} by ${who}`);
  return said.length ? `Beyond ${MOST.toLocaleString("en")} requests the oldest were let go: ${counts.join(", ")}.` : "";
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

walkByKeys(() => (timeline.isAnswer ? null : timeline.chosen), show);

if (eventsInPage()) play(eventsInPage(), take, now);
else poll(take, say, now);
