"""What crossed the wire: the request as it came, the status and headers as they were sent."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from sandbox.trace.stage import Event, stage
from sandbox.trace.wire import Wire

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36": "Chromium",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/131.0.0.0 Safari/537.36": "Chromium",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0": "Edge",
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0": "Firefox",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15": "Safari",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1": "Safari",
    "curl/8.11.0": "curl",
    "sandbox-visitor (alice)": "alice",
    "sandbox-visitor (bob) Chrome/1": "Chromium",
    "sandbox-visitor (a name that is far too long)": "client",
    "sandbox-visitor ([red]x[/red])": "client",
    "python-httpx/0.28.1": "client",
    "\x1b[31m\x00garbage": "client",
    "": "client",
}


@stage(lane="guard")
def step() -> None:
    """A stage, to see whether somebody listens."""


class Timer:
    """Each look at it takes half a millisecond."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 0.0005
        return self.now


def describe(header: str) -> dict[str, Any]:
    cookies = [{"name": "sid", "ours": True, "value": header}] if header else []
    return {"cookies": cookies, "notes": ["a note"] if header else [], "tag": header[-2:]}


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def wired(events: list[Event]) -> Callable[[App], Wire]:
    def wire(app: App) -> Wire:
        return Wire(
            app,
            events.append,
            describe=describe,
            show=lambda header: header.replace("secret", "…"),
            ignore=lambda path: path.startswith("/static/"),
            clock=lambda: 1_800_000_000.25,
            timer=Timer(),
        )

    return wire


def hello(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    step()
    headers = [("Content-Type", "text/plain"), ("set-cookie", "sid=secret"), ("Set-Cookie", "b=c")]
    start_response("303 See Other", [*headers, ("Location", "/profile")])
    return [b"hello ", b"you"]


def environ(path: str = "/", query: str = "", method: str = "GET", **more: str) -> dict[str, Any]:
    return {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, **more}


class Sent:
    """What a WSGI server would have sent."""

    status = ""
    headers: list[tuple[str, str]]
    body = b""

    def start(self, status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
        self.status, self.headers = status, headers
        return lambda data: None


def serve(app: App, env: dict[str, Any] | None = None) -> Sent:
    """Do what a WSGI server does (PEP 3333)."""
    sent = Sent()
    result = app(env or environ(), sent.start)
    try:
        sent.body = b"".join(result)
    finally:
        if hasattr(result, "close"):
            result.close()
    return sent


def of_type(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event["type"] == kind]


def response_in(events: list[Event]) -> Event:
    (event,) = of_type(events, "response")
    return event


def path_told(events: list[Event]) -> str:
    path: str = events[0]["path"]
    return path


def test_a_request_is_told_with_these_fields(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    serve(wired(hello), environ("/profile", method="POST", HTTP_COOKIE="abc8w"))
    assert events[0] == {
        "type": "request",
        "v": 1,
        "id": 1,
        "at": 1_800_000_000.25,
        "method": "POST",
        "path": "/profile",
        "visitor": "client·8w",
        "cookies": [{"name": "sid", "ours": True, "value": "abc8w"}],
        "notes": ["a note"],
    }


def test_a_response_is_told_with_these_fields(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    serve(wired(hello))
    assert events[-1] == {
        "type": "response",
        "v": 1,
        "id": 1,
        "status": 303,
        "set_cookie": ["sid=…", "b=c"],
        "location": "/profile",
        "verdict": "SKIPPED",
        "skipped": [],
        "lamps": {"issued": "not_asked", "alive": "not_asked"},
        "ms": 1.5,
    }


def test_the_stages_are_told_between_the_two(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    serve(wired(hello))
    kinds = [event["type"] for event in events]
    assert kinds == ["request", "stage_started", "stage_ended", "response"]
    assert {event["id"] for event in events} == {1}


def test_the_visitor_gets_what_the_server_said(wired: Callable[[App], Wire]) -> None:
    sent, plain = serve(wired(hello)), serve(hello)
    assert (sent.status, sent.headers, sent.body) == (plain.status, plain.headers, plain.body)


def test_requests_are_numbered_and_ignored_ones_have_no_number(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    wire = wired(hello)
    for path in ("/", "/static/style.css", "/profile", "/"):
        serve(wire, environ(path))
    assert [(e["id"], e["path"]) for e in of_type(events, "request")] == [
        (1, "/"),
        (2, "/profile"),
        (3, "/"),
    ]


def test_an_ignored_path_tells_nothing_and_is_answered(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    assert serve(wired(hello), environ("/static/style.css")).body == b"hello you"
    assert events == []


@pytest.mark.parametrize(("agent", "family"), AGENTS.items(), ids=lambda text: text[:30])
def test_a_visitor_is_told_by_family(
    agent: str, family: str, wired: Callable[[App], Wire], events: list[Event]
) -> None:
    serve(wired(hello), environ(HTTP_USER_AGENT=agent))
    assert events[0]["visitor"] == family


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "/"),
        ("token=secret", "/?token=…"),
        ("a=1&b=&a=2", "/?a=…&b=…&a=…"),
        ("next=/profile", "/?next=/profile"),
        ("next=/profile?token=secret", "/?next=/profile"),
        ("next=%2Fprofile%3Ftoken%3Dsecret", "/?next=/profile"),
        ("next=/a&token=secret&next=/b", "/?next=/a&token=…&next=/b"),
        ("nextly=/secret", "/?nextly=…"),
        ("Next=/secret", "/?Next=…"),
        ("a%0D%0Ab=1", "/?a%0D%0Ab=…"),
        ("next=/%1B[31m%00", "/?next=/%1B%5B31m%00"),
    ],
)
def test_values_in_a_query_are_masked_but_for_the_path_of_the_next_page(
    query: str, told: str, wired: Callable[[App], Wire], events: list[Event]
) -> None:
    serve(wired(hello), environ("/", query))
    assert path_told(events) == told


@pytest.mark.parametrize("query", ["gr%C3%B6%C3%9Fe=1", "gr\xc3\xb6\xc3\x9fe=1"])
def test_a_name_in_a_query_is_told_as_it_was_sent(
    query: str, wired: Callable[[App], Wire], events: list[Event]
) -> None:
    serve(wired(hello), environ("/", query))
    assert path_told(events) == "/?gr%C3%B6%C3%9Fe=…"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/a b", "/a%20b"),
        ("/gr\xc3\xb6\xc3\x9fe", "/gr%C3%B6%C3%9Fe"),
        ("/a\r\nb", "/a%0D%0Ab"),
        ("/\x1b[31m", "/%1B%5B31m"),
        ("/a?b", "/a%3Fb"),
        ("/~a/b:c@d", "/~a/b:c@d"),
    ],
)
def test_a_path_is_told_as_it_was_sent(
    path: str, told: str, wired: Callable[[App], Wire], events: list[Event]
) -> None:
    serve(wired(hello), environ(path))
    assert path_told(events) == told


class Body:
    """A body that remembers how often it was closed."""

    def __init__(self, *parts: bytes, fails: bool = False) -> None:
        self.parts, self.fails, self.closed = parts, fails, 0

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)

    def close(self) -> None:
        self.closed += 1
        if self.fails:
            raise OSError("a file of the body")


def with_body(body: Iterable[bytes]) -> App:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return body

    return app


def test_a_response_is_told_when_the_body_is_closed_and_not_before(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    result: Any = wired(with_body(Body(b"a", b"b")))(environ(), Sent().start)
    assert list(result) == [b"a", b"b"]
    assert of_type(events, "response") == []
    result.close()
    assert len(of_type(events, "response")) == 1


def test_a_body_is_closed_exactly_once(wired: Callable[[App], Wire]) -> None:
    body = Body(b"a")
    assert serve(wired(with_body(body))).body == b"a"
    assert body.closed == 1


def test_a_body_that_nobody_read_is_closed_and_told(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    """The client has left; PEP 3333 has the server close the body all the same."""
    body = Body(b"a")
    result: Any = wired(with_body(body))(environ(), Sent().start)
    result.close()
    assert body.closed == 1
    assert response_in(events)["status"] == 200


def test_a_response_is_told_even_if_its_body_cannot_be_closed(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    with pytest.raises(OSError, match="a file of the body"):
        serve(wired(with_body(Body(b"a", fails=True))))
    assert response_in(events)["status"] == 200


def test_a_generator_that_was_never_begun_is_told(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        yield b"a"

    result: Any = wired(app)(environ(), Sent().start)
    result.close()
    assert len(of_type(events, "response")) == 1


def test_a_generator_that_starts_its_response_late_is_told_with_it(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("202 Accepted", [("Set-Cookie", "a=b")])
        yield b"a"

    serve(wired(app))
    assert (response_in(events)["status"], response_in(events)["set_cookie"]) == (202, ["a=b"])


def crashing(error: BaseException) -> App:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise error

    return app


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt(), SystemExit()])
def test_an_app_that_raises_is_told_as_crashed_and_the_error_goes_on(
    error: BaseException, wired: Callable[[App], Wire], events: list[Event]
) -> None:
    with pytest.raises(type(error)) as raised:
        serve(wired(crashing(error)))
    assert raised.value is error
    assert (response_in(events)["status"], response_in(events)["verdict"]) == (500, "CRASHED")


def test_headers_that_were_overtaken_by_a_crash_are_not_told(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    """The server has not sent them yet: it answers 500 with headers of its own."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("303 See Other", [("Set-Cookie", "sid=1"), ("Location", "/")])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        serve(wired(app))
    told = response_in(events)
    assert (told["status"], told["set_cookie"], told["location"]) == (500, [], None)


def test_of_a_response_begun_anew_the_last_headers_count(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Set-Cookie", "first=1"), ("Location", "/a")])
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            start_response("500 Oh", [("Set-Cookie", "last=2")], sys.exc_info())
        return []

    serve(wired(app))
    told = response_in(events)
    assert (told["status"], told["set_cookie"], told["location"]) == (500, ["last=2"], None)


def test_headers_that_the_server_refused_are_not_told(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    """Once the first are sent, `start_response` raises what it was given (PEP 3333)."""
    sent = Sent()

    def start(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
        if exc_info:
            raise exc_info[1]
        return sent.start(status, headers)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        try:
            raise ZeroDivisionError
        except ZeroDivisionError as error:
            with pytest.raises(ZeroDivisionError):
                start_response("500 Oh", [("Set-Cookie", "a=b")], (type(error), error, None))
        return []

    result: Any = wired(app)(environ(), start)
    result.close()
    assert (response_in(events)["status"], response_in(events)["set_cookie"]) == (200, [])


@pytest.mark.parametrize("app", [hello, crashing(ZeroDivisionError())], ids=["ends", "raises"])
def test_nobody_listens_any_more_when_the_app_has_returned(
    app: App, wired: Callable[[App], Wire], events: list[Event]
) -> None:
    try:
        result: Any = wired(app)(environ(), Sent().start)
    except ZeroDivisionError:
        result = Body()
    told = len(events)
    step()
    assert len(events) == told
    result.close()


def test_stages_of_an_ignored_request_are_not_told_to_another(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    wire = wired(hello)
    serve(wire)
    told = len(events)
    serve(wire, environ("/static/a.css"))
    assert len(events) == told


def test_requests_at_the_same_time_are_told_apart(
    wired: Callable[[App], Wire], events: list[Event]
) -> None:
    both_here = threading.Barrier(2, timeout=5)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        both_here.wait()
        for _ in range(int(environ["PATH_INFO"][1:])):
            step()
        both_here.wait()
        start_response("200 OK", [])
        return []

    wire = wired(app)
    threads = [threading.Thread(target=serve, args=(wire, environ(path))) for path in ("/2", "/3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    path_of = {event["id"]: event["path"] for event in of_type(events, "request")}
    steps = [path_of[event["id"]] for event in of_type(events, "stage_ended")]
    assert sorted(steps) == ["/2", "/2", "/3", "/3", "/3"]
