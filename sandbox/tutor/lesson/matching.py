"""Does an exchange that somebody made do what the step waits for? If not, what is missing?"""

from __future__ import annotations

from sandbox.tutor.lesson.addresses import address, is_elsewhere, is_same_page, page_of
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.judge import Sighting, judged_by
from sandbox.tutor.lesson.parts import Request
from sandbox.tutor.lesson.world import World
from sandbox.tutor.visitor import HERE


def near_miss(exchange: Exchange, request: Request, world: World, takes_others: bool) -> str:
    """What is missing, in a sentence; empty when the step is satisfied.

    Not `takes_others`: only the built-in visitor can do what the step wants.
    """
    to = address(request, world)
    page = page_of(to)
    was, wanted = f"{exchange.method} {exchange.target}", f"{request.method} {page}"
    if is_elsewhere(exchange, request, world):
        return f"Seen: {was} on {exchange.host}. This step waits for {wanted} on {to.netloc}."
    same_page = exchange.path == page.partition("?")[0]
    if same_page and exchange.method != request.method:
        return _other_method(exchange, request, wanted)
    if not is_same_page(exchange, to):
        return f"Seen: {was}. This step waits for {wanted}."
    if not takes_others:
        return f"Seen: {was}. Only the built-in visitor can do this one: press Enter."
    return _unmet(exchange, request, world, was)


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
    tells = address(request, world).hostname == HERE and not exchange.is_cross_site
    sighting = Sighting(exchange, exchange.kept if tells else world.jar_of(request.visitor))
    judged = judged_by(request, sighting, world)
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
