"""A recording: every event in a file, cookies by their ends, nothing to forge a cookie with."""

from __future__ import annotations

import errno
import io
import json
import os
import stat
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sandbox.trace.inspector.as_file import BEGIN, END
from sandbox.trace.recorded import Recorded, read
from sandbox.trace.recording import Recording
from sandbox.trace.stage import Event

from .scenes import (
    COOKIE,
    DERIVED,
    FORGED,
    ID,
    SCENES,
    SET_COOKIE,
    STAMP,
    asked,
    ended,
    forged,
    request,
    response,
)

ENDINGS = (".html", ".jsonl")
KEY = "K" * 43


def recorded(
    tmp_path: Path, *events: Event, ending: str = ".jsonl", close: bool = True, **given: Any
) -> tuple[Path, Recording]:
    """A recording of these events, as a server tells them."""
    path = tmp_path / f"seen{ending}"
    recording = Recording(path, now=lambda: 1_800_000_000.0, **given)
    for event in events:
        if event["type"] == "request":
            recording.wants(event["id"])
        recording(event)
    if close:
        recording.close()
    return path, recording


def without_live_only(events: list[Event]) -> list[Event]:
    left = deepcopy(events)
    for event in left:
        event.get("evidence", {}).pop("live_only", None)
    return left


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", SCENES)
def test_with_cookies_all_is_read_again_but_what_only_the_screen_may_show(
    tmp_path: Path, name: str, ending: str
) -> None:
    path, _ = recorded(tmp_path, *SCENES[name], ending=ending, with_cookies=True)
    assert read(path).events == without_live_only(SCENES[name])


def test_its_first_line_says_what_it_is_and_its_last_one_that_it_is_whole(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path, request(), response())
    first, *_, last = map(json.loads, path.read_text().splitlines())
    told = {"type": "recording", "v": 1, "at": 1_800_000_000.0, "by": "login-sandbox"}
    assert first == told | {"cookies": "shortened"}
    assert last == {"type": "recording_ended", "v": 1, "at": 1_800_000_000.0, "left_out": 0}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", SCENES)
def test_unless_asked_no_cookie_no_id_and_no_stamp_is_in_the_file(
    tmp_path: Path, name: str, ending: str
) -> None:
    path, _ = recorded(tmp_path, *SCENES[name], ending=ending)
    text = path.read_text()
    assert [each for each in (ID, STAMP, FORGED, COOKIE, KEY, DERIVED) if each in text] == []
    assert "live_only" not in text.partition(BEGIN)[2]


def test_what_is_shortened_can_still_be_told_apart(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path, request(), asked(), response(set_cookie=[SET_COOKIE]))
    begun, stage, answer = read(path).events
    assert begun["cookies"] == [{"name": "sandbox_session", "ours": True, "value": "q3Vb…1c"}]
    assert stage["evidence"]["session_id"] == "q3Vb…8w"
    assert stage["evidence"]["received"] == "hF0k…1c"
    attributes = "; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"
    assert answer["set_cookie"] == [f"sandbox_session=q3Vb…1c{attributes}"]


def test_an_id_that_somebody_wrote_in_the_place_of_the_time_is_shortened_too(
    tmp_path: Path,
) -> None:
    path, _ = recorded(tmp_path, request(value=None), asked("BAD_SIGNATURE", timestamp=ID))
    assert ID not in path.read_text()
    assert read(path).events[1]["evidence"]["timestamp"] == "q3Vb…8w"


def test_asked_for_cookies_it_still_holds_no_key_and_nothing_that_was_computed(
    tmp_path: Path,
) -> None:
    forgery = request(value=f"{ID}.Zu1x4g.{FORGED}")
    path, _ = recorded(tmp_path, forgery, forged(), response(), with_cookies=True)
    text = path.read_text()
    assert FORGED in text
    assert [each for each in (STAMP, KEY, DERIVED) if each in text] == []


def test_other_listeners_still_hear_the_cookie_in_full(tmp_path: Path) -> None:
    events = [request(), forged(), response(set_cookie=[SET_COOKIE])]
    before = deepcopy(events)
    recorded(tmp_path, *events)
    assert events == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_only_its_owner_can_read_it(tmp_path: Path, ending: str) -> None:
    before = os.umask(0)
    try:
        path, _ = recorded(tmp_path, request(), response(), ending=ending)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "seen.jsonl"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        Recording(path)
    assert path.read_text() == "mine"


def test_a_recording_of_nothing_leaves_no_file(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path)
    assert not path.exists()


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_answered_can_be_read_while_it_is_still_recording(
    tmp_path: Path, ending: str
) -> None:
    path, _ = recorded(tmp_path, request(), response(), ending=ending, close=False)
    told = read(path)
    assert [event["type"] for event in told.events] == ["request", "response"]
    assert told.is_broken_off


def test_what_did_not_end_is_there_when_it_is_closed(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path, request(), ended("guard"))
    assert [event["type"] for event in read(path).events] == ["request", "stage_ended"]


def many(count: int) -> list[Event]:
    return [event(id=number) for number in range(1, count + 1) for event in (request, response)]


@pytest.mark.parametrize("ending", ENDINGS)
def test_of_too_many_requests_the_later_ones_are_counted_only(tmp_path: Path, ending: str) -> None:
    path, recording = recorded(tmp_path, *many(5), ending=ending, most=3)
    told = read(path)
    assert [event["id"] for event in told.events] == [1, 1, 2, 2, 3, 3]
    assert (recording.requests, recording.left_out, told.left_out) == (3, 2, 2)


def test_a_request_that_is_not_wanted_in_full_by_anybody_is_no_trouble(tmp_path: Path) -> None:
    bare = {"type": "response", "v": 1, "id": 2, "status": 200, "verdict": "OK"}
    path, _ = recorded(tmp_path, request(), response(), bare, most=1)
    assert len(read(path).events) == 2


def test_so_many_bytes_are_enough(tmp_path: Path) -> None:
    path, recording = recorded(tmp_path, *many(100), enough=5_000)
    assert 5_000 < path.stat().st_size < 6_000
    assert recording.requests + recording.left_out == 100
    assert read(path).left_out == recording.left_out > 0


def test_what_comes_after_its_end_is_not_written_anywhere(tmp_path: Path) -> None:
    path, recording = recorded(tmp_path, request(), response())
    whole = path.read_bytes()
    assert not recording.wants(8)
    recording(request(id=8))
    recording(response(id=8))
    recording.close()
    assert path.read_bytes() == whole


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_answer_to_a_request_of_before_its_end_is_not_written_behind_it(
    tmp_path: Path, ending: str
) -> None:
    """Nor anywhere else: by then its number may be that of another open file."""
    path, recording = recorded(tmp_path, request(), ending=ending)
    whole = path.read_bytes()
    other = (tmp_path / "other").open("w+b", buffering=0)
    recording(response())
    recording.close()
    assert (path.read_bytes(), other.read()) == (whole, b"")
    other.close()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_is_told_so_that_it_can_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, code: int
) -> None:
    """/dev/full has no EIO, and a raw file cannot be taken away while it is open."""

    class Failing(io.FileIO):
        fails = False

        def write(self, data: Any) -> int:
            if self.fails:
                raise OSError(code, os.strerror(code))
            return super().write(data)

    path = tmp_path / f"seen{ending}"
    raw = Failing(path, "xb")
    monkeypatch.setattr("sandbox.trace.recording._new_file", lambda _: raw)
    recording = Recording(path)
    raw.fails = True
    recording.wants(7)
    recording(request())
    with pytest.raises(OSError, match=os.strerror(code)):
        recording(response())
    with pytest.raises(OSError, match=os.strerror(code)):
        recording.close()
    raw.fails = False


HOSTILE = "</script><script>document.title = 'taken'</script><!--<script>"


def test_no_text_ends_the_element_in_which_the_events_stand(tmp_path: Path) -> None:
    event = ended("check_host", "FOREIGN_HOST", {"host": HOSTILE, "allowed": []})
    page, _ = recorded(tmp_path, request(path=HOSTILE), event, response(), ending=".html")
    within = page.read_text().partition(BEGIN)[2]
    assert within.endswith(END)
    assert "<" not in within.removesuffix(END)
    assert read(page).events[0]["path"] == HOSTILE


def test_read_gives_how_it_began(tmp_path: Path) -> None:
    path, _ = recorded(tmp_path, request(), response(), with_cookies=True)
    told: Recorded = read(path)
    assert told.begun is not None
    assert (told.begun["at"], told.begun["cookies"]) == (1_800_000_000.0, "in full")
    assert not told.is_broken_off
