"""`replay` plays a recording on the terminal, and says of any other file why it does not."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sandbox import __main__ as command_line
from sandbox.trace import recorded
from sandbox.trace.inspector.as_file import END, head
from sandbox.trace.recorder import JSONLines
from sandbox.trace.recording import Recording
from sandbox.trace.stage import Event
from tests.trace.scenes import SCENES, Gone, drawn, request, response

Run = Callable[..., "tuple[int, str, str]"]
BEGUN = {"type": "recording", "v": 1, "at": 1_800_000_000.0, "cookies": "shortened"}
ENDED = {"type": "recording_ended", "v": 1, "left_out": 0}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`run(file)`: exit code, standard output, standard error of `replay`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sandbox.commands.replay.text_output", lambda out: out)
    monkeypatch.setenv("COLUMNS", "80")

    def replayed(path: Path, *more: str) -> tuple[int, str, str]:
        code = command_line.main(["replay", str(path), *more])
        told = capsys.readouterr()
        return code, told.out, told.err

    return replayed


def lines(*events: Any) -> str:
    return "".join(json.dumps(event) + "\n" for event in events)


def written(tmp_path: Path, data: str | bytes, name: str = "seen.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def all_scenes() -> list[Event]:
    return [
        event | {"id": number}
        for number, events in enumerate(SCENES.values(), 1)
        for event in deepcopy(events)
    ]


@pytest.mark.parametrize("ending", [".html", ".jsonl"])
def test_every_request_is_drawn_as_it_was_drawn_then(run: Run, tmp_path: Path, ending: str) -> None:
    """Hundreds of them: `serve` would draw about twenty a second, and count the rest."""
    events = [
        event | {"id": event["id"] + 100 * times}
        for times in range(10)
        for event in all_scenes()
        if event["type"] != "stage_started"
    ]
    recording = Recording(tmp_path / f"seen{ending}", with_cookies=True)
    for event in events:
        if event["type"] == "request":
            recording.wants(event["id"])
        recording(event)
    recording.close()
    code, out, err = run(recording.path)
    for event in events:
        event.get("evidence", {}).pop("live_only", None)
    assert (code, out) == (0, drawn(events, 80))
    assert f"{10 * len(SCENES)} requests, recorded on " in err
    assert "cookies in full" in err


def test_what_trace_json_wrote_is_played_too(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with path.open("wb") as out:
        trace = JSONLines(out, Gone())
        for event in SCENES["login"]:
            trace(event)
        trace.close()
    code, out, err = run(path)
    assert (code, out) == (0, drawn(SCENES["login"], 80))
    assert err == "1 request, from a trace in JSON lines.\n"


def test_fields_that_this_version_does_not_know_are_ignored(run: Run, tmp_path: Path) -> None:
    more = [event | {"mood": {"sunny": [1]}} for event in SCENES["OK"]]
    code, out, _ = run(written(tmp_path, lines(BEGUN | {"mood": 1}, *more, ENDED)))
    assert (code, out) == (0, drawn(SCENES["OK"], 80))


def test_events_of_a_type_that_this_version_does_not_know_are_skipped(
    run: Run, tmp_path: Path
) -> None:
    thought = {"type": "thought", "v": 1, "of": "alice"}
    first, *rest = SCENES["OK"]
    code, out, _ = run(written(tmp_path, lines(BEGUN, first, thought, *rest, thought, ENDED)))
    assert (code, out) == (0, drawn(SCENES["OK"], 80))


def test_how_many_requests_are_not_in_it_is_said(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, lines(BEGUN, *SCENES["OK"], ENDED | {"left_out": 1234}))
    code, _, err = run(path)
    assert code == 0
    assert "Later requests that are not in it: 1,234." in err


WHOLE = lines(BEGUN, *SCENES["OK"])
BROKEN_OFF = "It was broken off: what came last may be missing."


@pytest.mark.parametrize("text", [WHOLE, WHOLE + '{"type": "resp', WHOLE[:-1]])
@pytest.mark.parametrize("as_page", [False, True])
def test_one_that_was_broken_off_is_played_as_far_as_it_goes(
    run: Run, tmp_path: Path, text: str, as_page: bool
) -> None:
    code, out, err = run(written(tmp_path, head() + text if as_page else text))
    assert (code, out) == (0, drawn(SCENES["OK"], 80))
    assert BROKEN_OFF in err


def test_a_whole_one_is_not_said_to_be_broken_off(run: Run, tmp_path: Path) -> None:
    for text in (lines(BEGUN, *SCENES["OK"], ENDED), head() + WHOLE + lines(ENDED) + END):
        assert BROKEN_OFF not in run(written(tmp_path, text))[2]
        assert BROKEN_OFF not in run(written(tmp_path, text.replace("\n", "\r\n")))[2]


NOT_OURS = "This is no recording of the Login Sandbox."
OTHER_PAGE = "<!doctype html>\n<title>Holidays</title>\n<p>Nice.\n"
LINE_2 = "Line 2 of this recording is damaged"
GOOD, BAD = request(), request(id="seven")
REFUSED = {
    "empty": (b"", "There is nothing in this file."),
    "blank": (b" \n\n", "There is nothing in this file."),
    "another page": (OTHER_PAGE, NOT_OURS),
    "a text": ("hello", NOT_OURS),
    "a text of several lines": ("hello\nthere\n", NOT_OURS),
    "binary": (b"\x7fELF\x02\x01\xff\xfe\x00" * 50, NOT_OURS),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", NOT_OURS),
    "another JSON": ('{"name": "sandbox"}\n', NOT_OURS),
    "a list": ("[1, 2]\n", NOT_OURS),
    "a page of ours with other things in it": (head() + "hello\n" + END, NOT_OURS),
    "no JSON": (lines(BEGUN) + "hello\n", f"{LINE_2}: it is no JSON."),
    "no event": (lines(BEGUN, 7), f"{LINE_2}: it is no event."),
    "no type": (lines(BEGUN, {"v": 1}), f"{LINE_2}: it is no event."),
    "a wrong number": (lines(BEGUN, BAD), f"{LINE_2}: request lacks a proper 'id'."),
    "no path": (lines(BEGUN, {"type": "request", "v": 1, "id": 1}), LINE_2),
    "cookies that are none": (lines(BEGUN, GOOD | {"cookies": ["x"]}), "a proper 'cookies'"),
    "headers that are none": (lines(BEGUN, response(set_cookie=[7])), "a proper 'set_cookie'"),
    "NaN": (lines(BEGUN, response(ms=float("nan"))), f"{LINE_2}: it is no JSON."),
    "an endless number": (lines(BEGUN, response()).replace("1.4", "1e999"), "it is no JSON."),
    "a long number": (lines(BEGUN, response(ms=10**400)), "it is no JSON."),
    "deep": (lines(BEGUN) + "[" * 100_000 + "\n", "it is no JSON."),
    "newer": (
        lines(BEGUN | {"v": 2}),
        "Line 1 is an event of version 2, and this sandbox reads version 1. Take a newer sandbox.",
    ),
    "newer further down": (lines(BEGUN, request(v=2)), "Line 2 is an event of version 2"),
    "a version of nothing": (lines(BEGUN, request(v="\x1b[2J")), "of version \\x1b[2J"),
    "a time that there is not": (lines(BEGUN | {"at": 1e300}), "began at no time that there is"),
    "evidence that is none": (
        lines(BEGUN, request(), *[e | {"evidence": {}} for e in SCENES["OK"][2:4]]),
        "Request 7 of this recording is damaged: stage_ended does not tell what it should.",
    ),
}


@pytest.mark.parametrize("more", [[], ["--inspector"]], ids=["console", "inspector"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_played_is_refused_with_a_sentence(
    run: Run, tmp_path: Path, name: str, more: list[str]
) -> None:
    data, sentence = REFUSED[name]
    code, _, err = run(written(tmp_path, data, "given.jsonl"), *more)
    assert code == 2
    assert sentence in err
    assert "Traceback" not in err
    assert err.rstrip().endswith(".")
    assert "\x1b" not in err


def test_the_line_of_the_damage_is_that_of_the_page(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, head() + WHOLE + "hello\n" + END)
    number = path.read_text().splitlines().index("hello") + 1
    assert f"Line {number} of this recording is damaged" in run(path)[2]


def test_a_file_that_is_too_large_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "LARGEST", len(WHOLE) - 1)
    code, out, err = run(written(tmp_path, WHOLE))
    assert (code, out) == (2, "")
    assert "no recording is as large" in err


@pytest.mark.parametrize(
    ("name", "why"),
    [("missing.html", "No such file or directory"), ("folder", "Is a directory")],
)
def test_what_cannot_be_read_is_refused(run: Run, tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    code, out, err = run(tmp_path / name)
    assert (code, out) == (2, "")
    assert err.endswith(f"{name} cannot be read ({why}). Give another file.\n")


STRANGE: list[Any] = [None, True, -1, 10**15, 1.7e308, "", "\x1b[31m", "…", [], [[]], {}, {"a": 1}]


def spoiled(events: list[Event], chance: random.Random) -> list[Event]:
    """One value somewhere is another, or not there."""
    events = deepcopy(events)
    place: Any = chance.choice(events)
    while True:
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if isinstance(place[key], (dict, list)) and place[key] and chance.random() < 0.7:
            place = place[key]
            continue
        if isinstance(place, dict) and chance.random() < 0.3:
            del place[key]
        else:
            place[key] = chance.choice(STRANGE)
        return events


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_wrong_in_it_there_is_a_card_or_a_sentence(
    run: Run, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    scenes = [[BEGUN, *events, ENDED] for events in SCENES.values()]
    for _ in range(200):
        code, out, err = run(written(tmp_path, lines(*spoiled(chance.choice(scenes), chance))))
        assert (code == 0) or (code == 2 and err.rstrip().endswith("."))
        assert "\x1b[31m" not in out + err
