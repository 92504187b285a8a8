"""More requests than a terminal can show: each is drawn or counted; JSON lines hold them all."""

from __future__ import annotations

import json
import re
import signal
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.wire.children import Child, Nursery
from tests.wire.raw_http import FORM, exchange, message

pytestmark = pytest.mark.slow

THREADS = 8
# What is sent how often, and the verdict that must come of it.
SENT = Counter({"OK": 500, "NO_COOKIE": 250, "BAD_SIGNATURE": 120, "FOREIGN_HOST": 60})
SUMMARY = re.compile(r"^… ([\d,]+) more requests, not drawn: (.*(?:\n(?!#|…|$).*)*)", re.MULTILINE)


def log_in(child: Child) -> str:
    form = b"username=alice&password=wonderland"
    answer = child.ask("POST", "/login", [FORM], form)
    assert answer.status == 303
    return answer.one("Set-Cookie").partition(";")[0]


def forged(cookie: str) -> str:
    """Another character in the middle of the signature."""
    at = len(cookie) - 20
    return cookie[:at] + ("A" if cookie[at] != "A" else "B") + cookie[at + 1 :]


def crowd(child: Child) -> Counter[int]:
    """Send them all, eight at a time; how often each status came back."""
    cookie = log_in(child)
    headers: dict[str, list[Any]] = {
        "OK": [("Cookie", cookie)],
        "NO_COOKIE": [],
        "BAD_SIGNATURE": [("Cookie", forged(cookie))],
        "FOREIGN_HOST": [("Host", "evil.example"), ("Cookie", cookie)],
    }
    port = child.port
    requests = [message(port, "GET", "/api/me", headers[code]) for code in SENT.elements()]
    with ThreadPoolExecutor(THREADS) as pool:
        answers = pool.map(lambda request: exchange(port, request).status, requests)
    return Counter(answers)


EXPECTED = Counter({200: 500, 401: 250 + 120, 403: 60})


def drawn(screen: str) -> Counter[str]:
    """The verdicts of the cards: the first refusal on a card, or OK."""
    cards: dict[str, str] = {}
    for number, rest in re.findall(r"^#(\d+) (.*)$", screen, re.MULTILINE):
        refusal = re.search(r"✗ ([A-Z_]+)", rest)
        if cards.get(number, "OK") == "OK":
            cards[number] = refusal[1] if refusal else "OK"
    return Counter(cards.values())


def counted(screen: str) -> Counter[str]:
    """The verdicts of those that were not drawn, as the summaries count them."""
    codes: Counter[str] = Counter()
    for total, listed in SUMMARY.findall(screen):
        pairs = re.findall(r"([\d,]+) ([A-Z_]+)", listed)
        each = Counter({code: int(count.replace(",", "")) for count, code in pairs})
        assert each.total() == int(total.replace(",", ""))
        codes += each
    return codes


def test_every_request_is_drawn_or_counted_under_its_own_code(nursery: Nursery) -> None:
    child = nursery.serve("--trace", "console")
    assert crowd(child) == EXPECTED
    assert child.end(signal.SIGINT) == 0
    shown, left_out = drawn(child.out), counted(child.out)
    assert left_out.total() > 100
    assert shown.total() >= 40
    # The login found no cookie and then opened: its card begins with that refusal.
    assert shown + left_out == SENT + Counter({"NO_COOKIE": 1})


def test_json_lines_hold_every_event_of_every_request(nursery: Nursery) -> None:
    child = nursery.serve("--trace", "json")
    assert crowd(child) == EXPECTED
    assert child.end(signal.SIGINT) == 0
    events = [json.loads(line) for line in child.out.splitlines()]
    assert Counter(e["verdict"] for e in events if e["type"] == "response") == SENT + Counter(
        {"OK": 1}
    )
    of_request: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        of_request[event["id"]].append(event)
    assert len(of_request) == SENT.total() + 1
    for told in of_request.values():
        assert_whole(told)


def assert_whole(told: list[dict[str, Any]]) -> None:
    """A request first, its response last, and between them every stage begun has ended."""
    first, *stages, last = told
    assert (first["type"], last["type"]) == ("request", "response")
    assert [event["seq"] for event in stages] == list(range(1, len(stages) + 1))
    begun = [event["stage"] for event in stages if event["type"] == "stage_started"]
    ended = [event["stage"] for event in stages if event["type"] == "stage_ended"]
    assert begun == ended
    assert begun
