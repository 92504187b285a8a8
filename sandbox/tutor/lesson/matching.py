"""Does an exchange that somebody made do what the step waits for? If not, what is missing?"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.judge import Sighting, judge
from sandbox.tutor.lesson.parts import Request
from sandbox.tutor.lesson.world import World
from sandbox.tutor.visitor import HERE


def is_whole(target: str) -> bool:
    """Does it name a host, too?"""
    return target.startswith("http://")


def wanted_path(request: Request, world: World) -> str:
    """The path and query of a request, without the host that it may name."""
    target = world.filled(request.target)
    if not is_whole(target):
        return target
    parts = urlsplit(target)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def start_address(request: Request, world: World) -> str:
    """The address that puts a browser where the step begins, on the host that it names."""
    target = world.filled(request.target)
    host = urlsplit(target).netloc if is_whole(target) else ""
    return f"http://{host}/start" if host else f"{world.site.url}/start"


def wanted_home(request: Request, world: World) -> str:
    """The host that a request names, whose cookies it is about."""
    target = world.filled(request.target)
    return (urlsplit(target).hostname if is_whole(target) else None) or HERE


def near_miss(exchange: Exchange, request: Request, world: World, in_browser: bool) -> str:
    """What is missing, in a sentence; empty when the step is satisfied."""
    path = wanted_path(request, world)
    target = world.filled(request.target)
    host = urlsplit(target).netloc if is_whole(target) else ""
    was, wanted = f"{exchange.method} {exchange.target}", f"{request.method} {path}"
    if host and exchange.host != host:
        return f"Seen: {was} on {exchange.host}. This step waits for {wanted} on {host}."
    same_page = exchange.path == path.partition("?")[0]
    if same_page and exchange.method != request.method:
        return _other_method(exchange, request, wanted)
    if not same_page or ("?" in path and _query(exchange.target) != _query(path)):
        return f"Seen: {was}. This step waits for {wanted}."
    if request.cookie is not None and not in_browser:
        return f"Seen: {was}. This step sends a cookie by hand: press Enter for that."
    return _unmet(exchange, request, world, was)


def _query(target: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(target.partition("?")[2], keep_blank_values=True))


def _other_method(exchange: Exchange, request: Request, wanted: str) -> str:
    if exchange.method == "GET" and request.method == "POST":
        return (
            f"That was a GET: it fetched the page. The step wants the form sent ({wanted}): "
            "fill it in and press its button."
        )
    if exchange.method == "POST":
        return f"That was a POST: it sent a form. The step wants the page ({wanted})."
    return f"That was {exchange.method}. The step wants {wanted}."


def _unmet(exchange: Exchange, request: Request, world: World, was: str) -> str:
    is_here = wanted_home(request, world) == HERE
    sighting = Sighting(exchange, exchange.kept if is_here else world.jar_of(request.visitor))
    judged = (judge(each, sighting, world) for each in request.expectations)
    try:
        with world.as_if_given(request.visitor, exchange):
            missed = next((each for each in judged if not each.is_met), None)
    except NotAGap as error:
        return f"Seen: {was}, but {error}."
    if missed is None:
        return ""
    return f"Seen: {was}, but the step expects {missed.text}; observed: {missed.observed}."


def left_over(exchange: Exchange, world: World) -> str:
    """Does the browser still carry a cookie that nobody got in this run? Then a sentence."""
    if exchange.sent is None or world.was_handed_out(exchange.sent):
        return ""
    return (
        f"This browser carries a {exchange.cookie_name} that this run has not handed out: it is "
        "left over from an earlier run, or it was changed. /start puts the right one in its place."
    )
