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
  const ended = events.findLast((each) => each.type === "recording_ended");
  now({ recording: { ...begun, left_out: ended?.left_out ?? 0, is_broken_off: !ended } });
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

const COOKIES = { "in full": "Cookies are in full.", shortened: "Cookies and ids are told by their ends only." };

export function drawRecording(strip, recording) {
  if (!recording || isRecorded()) return;
  document.documentElement.dataset.recorded = "";
  const { at, cookies, left_out: left, is_broken_off: isBrokenOff } = recording;
  const said = [
    COOKIES[cookies],
    left && `Later requests that are not in it: ${left.toLocaleString("en")}.`,
    isBrokenOff && "It was broken off: what came last may be missing.",
  ];
  strip.hidden = false;
  strip.append(html("b", {}, `A recording${at ? ` of ${dateOf(at)}` : ""}.`), ...said.filter(Boolean).map((each) => ` ${each}`));
}

function dateOf(at) {
  return new Date(at * 1000).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
}
