// A recording: its events stand in the page itself, or a server without a login plays them.

import { html } from "./dom.js";

export function isRecorded() {
  return "recorded" in document.documentElement.dataset;
}

export function eventsInPage() {
  return document.getElementById("events");
}

export function play(element, take, now) {
  const [begun, ...events] = element.textContent.split("\n").flatMap(parsed);
  now({ recording: begun });
  take(events, 0);
}

// A line that was being written when everything ended is none.
function parsed(line) {
  try {
    return line ? [JSON.parse(line)] : [];
  } catch {
    return [];
  }
}

export function drawRecording(strip, recording) {
  if (!recording || isRecorded()) return;
  document.documentElement.dataset.recorded = "";
  const when = new Date(recording.at * 1000).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
  const said = recording.cookies === "in full" ? "Cookies are in full." : "Cookies and ids are told by their ends only.";
  strip.hidden = false;
  strip.append(html("b", {}, `A recording of ${when}.`), ` ${said}`);
}
