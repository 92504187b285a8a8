"""Where a request goes, and whether an exchange went there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.parts import Move, Request

if TYPE_CHECKING:
    from sandbox.tutor.lesson.world import World


def address(request: Request, world: World) -> SplitResult:
    """Where a request goes, its host included."""
    return urlsplit(urljoin(world.site.url, world.filled(request.target)))


def page_of(address: SplitResult) -> str:
    """The path and the query of an address."""
    return (address.path or "/") + (f"?{address.query}" if address.query else "")


def is_elsewhere(exchange: Exchange, request: Request, world: World) -> bool:
    """Was another host asked? A target that is only a path means the lesson's server."""
    if "://" in request.target.partition("?")[0]:
        return exchange.host != address(request, world).netloc
    return exchange.is_of_other_site


def is_same_page(exchange: Exchange, to: SplitResult) -> bool:
    """The same path, and the same query where one is asked for; its order says nothing."""
    if exchange.path != (to.path or "/"):
        return False
    return not to.query or _query(exchange.target) == _query(page_of(to))


def is_asked_for(exchange: Exchange, request: Request, world: World) -> bool:
    """Is this the method and the address of the request?"""
    is_there = not is_elsewhere(exchange, request, world)
    same_page = is_same_page(exchange, address(request, world))
    return is_there and same_page and exchange.method == request.method


def is_in_recipe(exchange: Exchange, request: Request, world: World) -> bool:
    """Has somebody opened a page that the recipe of the request names?"""
    opened = (move_to(move, world) for move in request.recipe if move.does == "open")
    return exchange.method == "GET" and any(
        exchange.host == to.netloc and is_same_page(exchange, to) for to in opened
    )


def move_to(move: Move, world: World) -> SplitResult:
    """The address that a recipe opens."""
    return urlsplit(urljoin(world.site.url, world.filled(move.what)))


def _query(target: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(target.partition("?")[2], keep_blank_values=True))
