"""The decorators: silent with nobody listening, exact and harmless with somebody."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.login.refusals import Malformed, NoCookie
from sandbox.trace.stage import (
    LONGEST_TEXT,
    Event,
    Report,
    code_of,
    note_refusal,
    printable,
    shortened,
    stage,
    story,
    where_raised,
)

HERE = Path(__file__)


def line_of(marker: str) -> str:
    """Where in this file a comment stands, as an event says it."""
    lines = HERE.read_text().splitlines()
    (line,) = [number for number, each in enumerate(lines, 1) if each.endswith(f"# {marker}")]
    return f"trace/test_stage.py:{line}"


asked: list[tuple[Any, ...]] = []


def evidence(outcome: object, *args: object, **kwargs: object) -> dict[str, Any]:
    asked.append((outcome, args, kwargs))
    return {"shown": type(outcome).__name__}


@pytest.fixture(autouse=True)
def _nobody_asked_yet() -> None:
    asked.clear()


@stage(lane="server", evidence=evidence)
def divide(number: int, by: int = 1) -> float:
    """Divide."""
    half_way = number  # first line of divide
    return half_way / by  # where divide raises


@stage(lane="guard")
def refuse(number: int) -> None:
    if number:
        raise Malformed(parts=number)  # where refuse raises


def deeper() -> None:
    raise KeyError("hunter2")  # the deepest line


@stage(lane="store")
def call_deeper() -> None:
    pass
    deeper()  # where call_deeper calls


@story(divide, refuse)
def tell(number: int) -> float:
    """Tell."""
    result = divide(number)
    refuse(number)
    return result


def ticking(step: float = 0.25) -> Callable[[], float]:
    """A timer that goes on by the same step whenever it is asked."""
    times = iter(range(1000))
    return lambda: next(times) * step


def heard(run: Callable[[], object]) -> tuple[list[Event], Report]:
    """The events while this ran, whatever became of it."""
    events: list[Event] = []
    report = Report(7, events.append, timer=ticking())
    with report, suppress(Exception):
        run()
    return events, report


def last(run: Callable[[], object]) -> Event:
    return heard(run)[0][-1]


# Nobody listens


def test_with_nobody_listening_the_call_goes_straight_through() -> None:
    assert divide(6, by=3) == 2
    assert tell(0) == 0
    with pytest.raises(ZeroDivisionError):
        divide(1, 0)
    with pytest.raises(Malformed):
        tell(3)


def test_with_nobody_listening_no_evidence_is_asked_for() -> None:
    divide(6)
    with suppress(ZeroDivisionError):
        divide(1, 0)
    assert asked == []


def test_a_decorated_function_is_still_itself() -> None:
    assert (divide.__name__, divide.__doc__) == ("divide", "Divide.")
    assert (tell.__name__, tell.__doc__) == ("tell", "Tell.")
    assert tell.stages == ("divide", "refuse")  # type: ignore[attr-defined]


# Somebody listens


def test_with_a_listener_the_result_and_the_exception_are_the_same() -> None:
    sentinel = Malformed()

    @stage(lane="server")
    def hand_on(thing: object) -> object:
        if isinstance(thing, Exception):
            raise thing
        return thing

    with Report(1, lambda event: None):
        assert hand_on(heard) is heard
        with pytest.raises(Malformed) as raised:
            hand_on(sentinel)
    assert raised.value is sentinel
    assert raised.value.__context__ is None


def test_the_events_of_a_stage_that_returned() -> None:
    events, _ = heard(lambda: divide(6, by=3))
    assert events == [
        {
            "type": "stage_started",
            "v": 1,
            "id": 7,
            "seq": 1,
            "stage": "divide",
            "story": "divide",
            "lane": "server",
        },
        {
            "type": "stage_ended",
            "v": 1,
            "id": 7,
            "seq": 2,
            "stage": "divide",
            "story": "divide",
            "lane": "server",
            "outcome": "OK",
            "evidence": {"shown": "float"},
            "source": line_of("first line of divide"),
            "us": 250_000,
        },
    ]


def test_the_events_of_a_stage_that_refused() -> None:
    events, _ = heard(lambda: refuse(2))
    assert events[-1] == {
        "type": "stage_ended",
        "v": 1,
        "id": 7,
        "seq": 2,
        "stage": "refuse",
        "story": "refuse",
        "lane": "guard",
        "outcome": "MALFORMED",
        "evidence": {"parts": 2},
        "source": line_of("where refuse raises"),
        "us": 250_000,
    }


def test_a_story_names_itself_and_counts_on() -> None:
    events, _ = heard(lambda: tell(0))
    assert [(e["seq"], e["stage"], e["story"]) for e in events] == [
        (1, "divide", "tell"),
        (2, "divide", "tell"),
        (3, "refuse", "tell"),
        (4, "refuse", "tell"),
    ]


def test_events_can_be_written_as_json() -> None:
    events, _ = heard(lambda: tell(3))
    assert json.loads(json.dumps(events)) == events


def test_evidence_gets_the_result_and_the_arguments_as_they_were_given() -> None:
    heard(lambda: divide(6, by=3))
    assert asked == [(2.0, (6,), {"by": 3})]


def test_evidence_gets_the_exception_of_a_stage_that_raised() -> None:
    heard(lambda: divide(6, 0))
    ((outcome, args, kwargs),) = asked
    assert isinstance(outcome, ZeroDivisionError)
    assert (args, kwargs) == ((6, 0), {})


def test_arguments_are_never_recorded_by_themselves() -> None:
    @stage(lane="server")
    def check(password: str) -> str:
        return password

    assert "hunter2" not in json.dumps(heard(lambda: check("hunter2"))[0])


# Where it happened


def test_a_crash_tells_its_type_and_its_place_but_not_its_message() -> None:
    event = last(call_deeper)
    assert event["outcome"] == "CRASHED"
    assert event["evidence"] == {"error": "KeyError", "at": line_of("the deepest line")}
    assert "hunter2" not in json.dumps(event)


def test_the_source_is_the_line_of_the_stage_that_raised_or_called_what_raised() -> None:
    assert last(call_deeper)["source"] == line_of("where call_deeper calls")
    assert last(lambda: divide(1, 0))["source"] == line_of("where divide raises")


def test_a_stage_of_one_line_has_a_source() -> None:
    one_line = stage(lane="server")(lambda: 1)
    assert last(one_line)["source"].startswith("trace/test_stage.py:")


def test_the_source_of_our_own_code_is_told_from_the_sandbox_folder() -> None:
    from sandbox.login.guard import check_host

    place, _, line = last(lambda: check_host("x", []))["source"].partition(":")
    assert place == "login/guard.py"
    source = HERE.parents[2] / "sandbox" / place
    assert source.read_text().splitlines()[int(line) - 1].strip() == "raise ForeignHost()"


def test_where_an_exception_was_raised_can_be_asked() -> None:
    with pytest.raises(KeyError) as raised:
        deeper()
    assert where_raised(raised.value) == line_of("the deepest line")
    assert where_raised(KeyError("never raised")) == "unknown"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_is_told_and_not_held_up(error: type[BaseException]) -> None:
    @story()
    def end() -> None:
        raise error("NO_COOKIE")

    report = Report(1, lambda event: None)
    with report, pytest.raises(error):
        end()
    assert report.verdict == "CRASHED"


# Verdicts, and what was not reached


def test_a_story_that_reached_every_stage_skipped_none() -> None:
    _, report = heard(lambda: tell(0))
    assert (report.verdict, report.skipped) == ("OK", [])


def test_what_a_story_did_not_reach_is_skipped() -> None:
    @story(refuse, divide, call_deeper)
    def stop_early() -> None:
        refuse(1)

    _, report = heard(stop_early)
    assert (report.verdict, report.skipped) == ("MALFORMED", ["divide", "call_deeper"])


def test_a_story_that_crashed_is_crashed() -> None:
    @story(call_deeper, refuse)
    def crash() -> None:
        call_deeper()

    _, report = heard(crash)
    assert (report.verdict, report.skipped) == ("CRASHED", ["refuse"])


def test_the_verdict_is_that_of_the_last_story_that_ran() -> None:
    def request() -> None:
        with suppress(Malformed):
            tell(3)
        divide(6)

    assert heard(request)[1].verdict == "MALFORMED"


def test_where_no_story_ran_the_verdict_is_skipped() -> None:
    assert heard(lambda: divide(6))[1].verdict == "SKIPPED"


def test_each_story_says_what_it_found_of_the_cookie() -> None:
    """A malformed cookie was not issued by us, and nobody asked whether it is alive."""
    _, report = heard(lambda: tell(3))
    assert report.lamps == {"tell": {"issued": "no", "alive": "not_asked"}}


def test_a_story_without_a_signer_does_not_say_who_issued_the_cookie() -> None:
    @stage(lane="store")
    def find() -> None:
        pass

    @story(find)
    def look_up() -> None:
        find()

    _, report = heard(look_up)
    assert report.lamps == {"look_up": {"issued": "not_asked", "alive": "yes"}}


def test_a_stage_reached_in_one_story_is_not_taken_for_reached_in_the_next() -> None:
    @story(divide)
    def forget_to() -> None:
        pass

    def request() -> None:
        tell(0)
        forget_to()

    assert heard(request)[1].skipped == ["divide"]


def test_a_refusal_outside_the_stages_is_the_verdict() -> None:
    def request() -> None:
        divide(1)
        note_refusal(NoCookie())

    assert heard(request)[1].verdict == "NO_COOKIE"
    note_refusal(NoCookie())  # nobody listens


@pytest.mark.parametrize("code", [7, None, b"NO_COOKIE"])
def test_a_code_that_is_no_text_is_not_a_reason(code: object) -> None:
    error = ValueError()
    error.code = code  # type: ignore[attr-defined]
    assert code_of(error) == "CRASHED"


# Who listens


def test_afterwards_nobody_listens() -> None:
    events, _ = heard(lambda: divide(1))
    divide(2)
    assert len(events) == 2


def test_after_an_exception_nobody_listens_either() -> None:
    events: list[Event] = []
    with suppress(KeyError), Report(1, events.append):
        raise KeyError
    divide(1)
    assert events == []


def test_a_listener_within_a_listener_gives_back_to_the_outer_one() -> None:
    outer: list[Event] = []
    inner: list[Event] = []
    with Report(1, outer.append):
        with Report(2, inner.append):
            divide(1)
        divide(2)
    assert ({e["id"] for e in outer}, {e["id"] for e in inner}) == ({1}, {2})
    assert (len(outer), len(inner)) == (2, 2)


def test_other_threads_are_not_listened_to() -> None:
    events: list[Event] = []
    with Report(1, events.append):
        other = threading.Thread(target=divide, args=(1,))
        other.start()
        other.join()
    assert events == []


def test_requests_in_several_threads_are_told_apart() -> None:
    together = threading.Barrier(4)
    told: dict[int, list[Event]] = {number: [] for number in range(4)}

    def request(number: int) -> None:
        with Report(number, told[number].append):
            for _ in range(50):
                together.wait(5)
                tell(0)

    threads = [threading.Thread(target=request, args=(number,)) for number in told]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for number, events in told.items():
        assert {e["id"] for e in events} == {number}
        assert [e["seq"] for e in events] == list(range(1, 201))


@pytest.mark.parametrize("raises", [False, True])
def test_evidence_that_fails_does_not_change_what_becomes_of_the_request(raises: bool) -> None:
    """Watching is not worth a crashed request: tracing must leave the story as it is."""

    def broken(*_: object) -> dict[str, Any]:
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "cannot be shown")

    @stage(lane="server", evidence=broken)
    def step() -> str:
        if raises:
            raise NoCookie()
        return "done"

    with Report(1, lambda event: None):
        if raises:
            with pytest.raises(NoCookie):
                step()
        else:
            assert step() == "done"


# What came from the wire


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("tulip 💐 größe", "tulip 💐 größe"),
        ("", ""),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b31m", "\\x9b31m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\r\nb\tc\x00d\x7fe", "a\\r\\nb\\tc\\x00d\\x7fe"),
        ("\u202eevil\u202c", "\\u202eevil\\u202c"),
        ("\u2066a\u2069\u200e\u200f", "\\u2066a\\u2069\\u200e\\u200f"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028paragraph\u2029", "line\\u2028paragraph\\u2029"),
        ("no\xa0break\xad", "no\\xa0break\\xad"),
        ("\ud800", "\\ud800"),
        ("\U000e0041tag", "\\U000e0041tag"),
    ],
)
def test_what_could_harm_a_terminal_is_written_as_an_escape(text: str, harmless: str) -> None:
    @stage(lane="server", evidence=lambda *_: {text: [text, {"deep": (text,)}]})
    def look() -> None:
        pass

    told = json.loads(json.dumps(last(look)["evidence"]))
    assert told == {harmless: [harmless, {"deep": [harmless]}]}


def test_a_very_long_text_is_cut_and_its_length_said() -> None:
    assert printable("x" * LONGEST_TEXT) == "x" * LONGEST_TEXT
    assert printable("x" * (LONGEST_TEXT + 1)) == "x" * 8192 + "… (8,193 characters)"
    assert printable("x" * 5_000_000).endswith("x… (5,000,000 characters)")


@pytest.mark.parametrize("levels", [300, 5000])
def test_data_within_data_is_told_to_a_certain_depth(levels: int) -> None:
    """A token of a visitor's own may hold what no recursion would come through."""
    inner: object = "\x1b"
    for _ in range(levels):
        inner = {"x": [inner]}
    told = json.dumps(printable({"claims": inner, "said": "\x1b"}))
    assert '"…"' in json.dumps(json.loads(told), ensure_ascii=False)
    assert "\\\\x1b" in told


def test_numbers_and_nothing_stay_what_they_are() -> None:
    data = {"a": 1, "b": 1.5, "c": None, "d": True}
    assert printable(data) == data


@given(st.text())
def test_whatever_came_an_event_is_printable_in_any_place(text: str) -> None:
    event = printable({text: [text]})
    assert json.dumps(event).isascii()
    assert all(each.isprintable() for key, values in event.items() for each in (key, *values))


@pytest.mark.parametrize(
    ("identifier", "short"),
    [("0123456789", "0123…89"), ("012345678", "0123…78"), ("01234567", "…"), ("", "…")],
)
def test_an_identifier_is_shortened_to_what_tells_two_apart(identifier: str, short: str) -> None:
    assert shortened(identifier) == short


def test_the_time_of_a_stage_is_without_the_time_its_evidence_takes() -> None:
    now = [0.0]

    def slow_evidence(*_: object) -> dict[str, Any]:
        now[0] += 5.0
        return {}

    @stage(lane="server", evidence=slow_evidence)
    def step() -> None:
        now[0] += 0.001

    events: list[Event] = []
    with Report(1, events.append, timer=lambda: now[0]):
        step()
    assert [event["us"] for event in events if event["type"] == "stage_ended"] == [1000]
