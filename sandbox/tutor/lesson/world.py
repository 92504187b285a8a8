"""Where a lesson happens: its servers, rows and keys, its visitors with their jars, its clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.login.cookies import parse_cookie_header
from sandbox.login.users import demo_users
from sandbox.tutor.lesson.addresses import is_asked_for
from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.filling import NotAGap, fill
from sandbox.tutor.lesson.on_express import OnExpress
from sandbox.tutor.lesson.parts import Clock, Request, Scene
from sandbox.tutor.lesson.scenes import set_scene
from sandbox.tutor.lesson.servers import Ids, OneProcess, Server
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.two_servers import TwoServers
from sandbox.tutor.standing_clock import StandingClock
from sandbox.tutor.visitor import HERE, JarCookie, Visitor


@dataclass
class Person:
    """A visitor, and what he was given, oldest first: cookies by their names, and `token`s."""

    visitor: Visitor
    given: dict[str, list[str]] = field(default_factory=dict)

    def was_given(self, name: str, value: str) -> None:
        values = self.given.setdefault(name, [])
        if value and values[-1:] != [value]:
            values.append(value)


class World:
    """Begin a lesson afresh on a site: nobody has been here, and the clock stands at now."""

    site: Site
    server: Server
    ids: Ids

    def __init__(self, folder: Path, site: Site) -> None:
        self.clock = StandingClock(time.time())
        self.site = site
        self._folder = folder
        self.users = demo_users()
        self.ids = Ids()
        self.lacks_redis = ""  # why the store of the present steps is not to be had
        self._open = {"port"}  # the site may have opened another for an earlier world
        self._people: dict[str, Person] = {}
        self._servers: dict[str, Server] = {}
        self._name = "app"
        self.start_over()
        site.show(self)

    def do(self, act: Clock | Scene) -> None:
        """Move the clock, or set the scene."""
        if isinstance(act, Clock):
            self.clock.forward(act.seconds)
            for server in self._servers.values():
                server.forward(act.seconds)
        else:
            set_scene(self, act)

    def listen(self, where: str) -> None:
        """On one more port: this server, or another site."""
        if where == "other site":
            self.site.other.open(self._folder)
            self._open.add("other site")
        else:
            self.site.listen_on_another_port()
            self._open.add("other port")

    @property
    def two(self) -> TwoServers:
        """NotAGap: there is only one."""
        if isinstance(self.server, TwoServers):
            return self.server
        raise NotAGap("there is only one server; the `server` line `two servers` makes a second")

    def delete_row_of(self, name: str) -> None:
        """The row that this visitor's newest ticket finds."""
        self.server.delete(ticket_of(self.given_to(name, "cookie", 1)))

    def use(self, name: str) -> None:
        """Go on with app.py, a careless server, Express, or app.py in two processes."""
        if name == "two servers":
            self.listen("another port")
        if name not in self._servers:
            self._servers[name] = self._made(name)
        self._name = name
        self.server = self._servers[name]

    def send(self, request: Request) -> Exchange:
        """Have the built-in visitor make the request."""
        person = self.person(request.visitor)
        headers = {name: self.filled(value) for name, value in request.headers}
        cookie = None if request.cookie is None else self.filled(request.cookie)
        target, form = self.filled(request.target), self.filled(request.form)
        self.site.forget_ours()
        person.visitor.send(request.method, target, form, cookie, headers)
        exchange = self.site.last_of_ours(lambda each: is_asked_for(each, request, self))
        self.server.check()
        self.note_given(person, exchange)
        return exchange

    def adopt(self, name: str, exchange: Exchange, home: str = HERE) -> None:
        """The visitor of this name goes on with the cookies of whoever made the exchange.

        `home` is the host that the step names: a jar keeps each host's cookies apart.
        """
        person = self.person(name)
        jar = person.visitor.jar
        before = jar.on(home)
        sent = dict(reversed(parse_cookie_header(exchange.cookie_header).pairs))
        for cookie in self.cookie_names():
            value, kept = sent.get(cookie), before.get(cookie)
            if value is None and not exchange.is_cross_site:
                jar.cookies.pop((home, cookie), None)
            elif value and self.was_handed_out(value) and not (kept and kept.value == value):
                jar.cookies[home, cookie] = JarCookie(value)  # a changed one is not adopted
        for header in exchange.set_cookies:
            jar.keep(header, home)
        self.note_given(person, exchange)

    @contextmanager
    def as_if_given(self, name: str, exchange: Exchange) -> Iterator[None]:
        """Inside, the visitor of this name was given what somebody was given by the exchange."""
        person = self.person(name)
        before = {cookie: [*values] for cookie, values in person.given.items()}
        self.note_given(person, exchange)
        try:
            yield
        finally:
            person.given = before

    def note_given(self, person: Person, exchange: Exchange) -> None:
        """Somebody's browser may hold what it was given by an exchange that no step wanted."""
        name, sent = exchange.cookie_name, exchange.sent or ""
        if self.was_handed_out(sent) and sent not in person.given.get(name, []):
            person.was_given(name, sent)
        person.was_given(name, exchange.given or "")
        person.was_given("token", exchange.token)

    def person(self, name: str) -> Person:
        if name not in self._people:
            self._people[name] = Person(Visitor(name, self.site.url, self.clock))
        return self._people[name]

    def cookies_of(self, name: str, host: str) -> dict[str, JarCookie]:
        """What is in this visitor's jar, by name; nothing when he has not been here."""
        return self.person(name).visitor.jar.on(host) if name in self._people else {}

    def names(self) -> list[str]:
        """Everybody who has been here."""
        return list(self._people)

    def jar_of(self, name: str) -> str | None:
        """The value of the present server's cookie in this visitor's jar."""
        return self.person(name).visitor.jar.value(self.server.cookie)

    def given_to(self, name: str, what: str, back: int) -> str:
        """The newest cookie or token that the visitor was given (1), or the one before it (2)."""
        values = self.person(name).given.get(self.server.cookie if what == "cookie" else what, [])
        if len(values) < back:
            raise NotAGap(f"{name} was given fewer than {back} {what}s so far")
        return values[-back]

    def filled(self, text: str) -> str:
        return fill(text, self.given_to, self.ports)

    @property
    def ports(self) -> dict[str, int]:
        """Where somebody listens in this world, as a lesson's README calls it."""
        open_ones = {name: port for name, port in self.site.ports.items() if name in self._open}
        neighbour = self.server.neighbour_port
        return open_ones | ({"neighbour port": neighbour} if neighbour else {})

    def cookie_names(self) -> set[str]:
        return {server.cookie for server in self._servers.values()}

    def was_handed_out(self, value: str) -> bool:
        """Did anybody get this value in this run?"""
        return value in self._handed_out

    def look(self, exchange: Exchange) -> None:
        """Note what the store holds now that the exchange has ended."""
        self._handed_out.add(exchange.given or "")
        exchange.neighbour = self.server.called(exchange.id)
        exchange.store = self.server.look(ticket_of(exchange.kept or ""), exchange.port)

    def close(self) -> None:
        for person in list(self._people.values()):
            person.visitor.close()
        self.site.real.close_tabs()
        for server in self._servers.values():
            server.close()

    def start_over(self) -> None:
        """Empty jars, an empty store; the same kind of server."""
        self.close()
        self._servers = {}
        self._people = {}
        self._handed_out: set[str] = set()
        self.use(self._name)

    def _made(self, name: str) -> Server:
        if name == "two servers":
            return TwoServers(self, self._folder / "app.py")
        if name == "express":
            return OnExpress(self, self._folder / "express")
        return OneProcess(self, self._folder / f"{name}.py", self.ids)


def ticket_of(cookie: str) -> str:
    """The part of a cookie that finds a row."""
    return cookie.partition(".")[0]
