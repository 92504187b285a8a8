"""The login server with somebody watching, and what may be shown of its cookies."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sandbox.login.cookies import CookieSettings, parse_cookie_header
from sandbox.login.flow import Bricks
from sandbox.login.middleware import WSGIApp, is_static
from sandbox.trace.stage import Tell, Wants, shortened
from sandbox.trace.wire import Wire, everything


def traced(
    app: WSGIApp,
    bricks: Bricks,
    tell: Tell,
    wants: Wants = everything,
    timer: Callable[[], float] = time.perf_counter,
    ids: Iterator[int] | None = None,
) -> Wire:
    """The same server, telling what happens in it and what crosses the wire."""
    in_full = not bricks.signer.keys.brought
    describe = partial(describe_cookies, bricks.cookie, in_full=in_full)
    show = partial(describe_set_cookie, bricks.cookie, in_full=in_full)
    numbers = ids or itertools.count(1)
    return Wire(app, tell, describe, show, is_static, bricks.clock, wants, timer, numbers)


def describe_cookies(settings: CookieSettings, header: str, in_full: bool) -> dict[str, Any]:
    """What the trace may tell of a Cookie header: ours with its value, others by name only."""
    sent = parse_cookie_header(header)
    ours = sent.values(settings.name)
    part = str if in_full else shortened
    cookies = [
        {"name": name, "ours": True, "value": part(value.partition(",")[0])}
        if name == settings.name
        else {"name": name, "ours": False}
        for name, value in sent.pairs
    ]
    notes = []
    if sent.ignored:
        notes.append(f"{sent.ignored} malformed pair(s) ignored")
    if any("," in value for value in ours):
        notes.append("another Cookie header was joined to ours by a comma: it is not told")
    if len(ours) > 1:
        notes.append(f"{len(ours)} cookies named {settings.name}: the first counts")
    return {"cookies": cookies, "notes": notes, "tag": _tag(ours[0]) if ours else ""}


def describe_set_cookie(settings: CookieSettings, header: str, in_full: bool) -> str:
    """What the trace may tell of a Set-Cookie header: our value shortened unless `in_full`."""
    pair, semicolon, attributes = header.partition(";")
    name, _, value = pair.partition("=")
    if in_full or not value or name != settings.name:
        return header
    return f"{name}={shortened(value)}{semicolon}{attributes}"


def _tag(value: str) -> str:
    """The last two characters of the session id: they tell two browsers apart in the trace."""
    return value.partition(".")[0][-2:]
