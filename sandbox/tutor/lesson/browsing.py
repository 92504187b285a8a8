"""A recipe, done by the sandbox's own Chromium in a visitor's name."""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.login.problems import Problem
from sandbox.tutor.chromium import CannotDo
from sandbox.tutor.lesson.addresses import is_asked_for, move_to
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.parts import Move, Request
from sandbox.tutor.lesson.real_browser import Tab
from sandbox.tutor.lesson.world import World
from sandbox.tutor.reasons import Reasons
from sandbox.tutor.visitor import HERE, JarCookie

NO_PAGE = "/static/icon.svg"  # nobody is recognised for it, and it is left out of the trace
Held = dict[tuple[str, str], str]  # values by host and name
Exchanges = tuple[Exchange, ...]


class RecipeFailed(Problem):
    """A line of a recipe could not be done; `line` is where it stands."""

    def __init__(self, says: str, line: int) -> None:
        super().__init__(says)
        self.line = line


def browse(world: World, request: Request) -> tuple[Exchanges, Exchange, Exchanges]:
    """The exchange that the recipe was for, between those before and after it.

    The visitor's cookies go into Chromium's jar first; afterwards his jar holds what Chromium's
    does. RecipeFailed when a line cannot be done.
    """
    tab = _tab_with_cookies(world, request, is_last=False)
    world.site.forget_ours()
    tab.forget()
    for move in request.recipe:
        _do(move, tab, world)
    seen = world.site.all_of_ours(lambda exchange: is_asked_for(exchange, request, world))
    at = _first(seen, request, world)
    wanted = seen[at]
    wanted.reasons, held = _told(tab, wanted, request)
    _take_over(world, request.visitor, seen, held)
    return tuple(seen[:at]), wanted, tuple(seen[at + 1 :])


def _tab_with_cookies(world: World, request: Request, is_last: bool) -> Tab:
    """A Chromium that has ended since an earlier step gets one successor."""
    real = world.site.real
    try:
        tab = real.tab(request.visitor)
        _bring_cookies(world, request.visitor, tab)
        return tab
    except CannotDo as error:
        real.close()
        if is_last:
            says = f"Chromium could not begin: {error}."
            raise RecipeFailed(says, request.line) from None
    return _tab_with_cookies(world, request, is_last=True)


def _told(tab: Tab, wanted: Exchange, request: Request) -> tuple[Reasons, Held]:
    """Chromium's reasons, and what is in its jar; RecipeFailed when it has ended meanwhile."""
    try:
        address = f"http://{wanted.host}{wanted.target}"
        return tab.reasons(wanted.method, address), tab.held()
    except CannotDo as error:
        says = f"Chromium could not say what it holds: {error}."
        raise RecipeFailed(says, request.line) from None


def _first(seen: list[Exchange], request: Request, world: World) -> int:
    for at, exchange in enumerate(seen):
        if is_asked_for(exchange, request, world):
            return at
    asked = ", ".join(f"{each.method} {each.host}{each.target}" for each in seen) or "nothing"
    wanted = f"{request.method} {world.filled(request.target)}"
    says = f"The recipe was done, but Chromium did not ask for {wanted}. It asked for: {asked}."
    raise RecipeFailed(says, request.line)


def _do(move: Move, tab: Tab, world: World) -> None:
    what = world.filled(move.what)
    try:
        tab.do(move.does, move_to(move, world).geturl() if move.does == "open" else what)
    except CannotDo as error:
        says = f"Chromium could not do `{move.does} {what}`: {error}."
        raise RecipeFailed(says, move.line) from None


def _bring_cookies(world: World, name: str, tab: Tab) -> None:
    """As the student's own browser gets them: /start sets them with their attributes.

    What Chromium holds already stays as it is: it knows when it got it.
    """
    ours = world.cookie_names()
    jar, held = world.person(name).visitor.jar, tab.held()
    wanted = {key: cookie.value for key, cookie in jar.cookies.items() if key[1] in ours}
    has = {key: value for key, value in held.items() if key[1] in ours}
    for host in {host for (host, _), _ in wanted.items() ^ has.items()}:
        with world.site.starting_at(NO_PAGE):
            tab.do("open", f"http://{host}:{world.site.ports['port']}/start?as={name}")


def _take_over(world: World, name: str, seen: list[Exchange], held: Held) -> None:
    """The visitor's jar holds what Chromium holds, with the attributes that were seen."""
    person, ours = world.person(name), world.cookie_names()
    jar = person.visitor.jar
    for exchange in seen:
        world.note_given(person, exchange)
        for header in exchange.set_cookies:
            jar.keep(header, urlsplit(f"//{exchange.host}").hostname or HERE)
    for key in [key for key in jar.cookies if key not in held and key[1] in ours]:
        del jar.cookies[key]
    for key, value in held.items():
        if key not in jar.cookies or jar.cookies[key].value != value:
            jar.cookies[key] = JarCookie(value)
