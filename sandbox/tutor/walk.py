"""A walk through a server in stops: each says what to look at and promises its reason codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.login.users import DEMO_ACCOUNTS
from sandbox.tutor.own_server import OwnServer
from sandbox.tutor.visitor import Visitor


class Scene:
    """Who takes part in a walk: alice and bob at their browsers, mallory with stolen cookies."""

    def __init__(self, server: OwnServer) -> None:
        self.server = server
        self.alice = server.visitor("alice")
        self.bob = server.visitor("bob")
        self.mallory = server.visitor("mallory")

    def log_in(self, visitor: Visitor) -> None:
        password = DEMO_ACCOUNTS[visitor.name]
        visitor.post("/login", username=visitor.name, password=password, next="/profile")

    def replay(self, cookie_header: str) -> None:
        """Somebody who copied a cookie asks for the profile with it."""
        self.mallory.get("/profile", cookie=cookie_header)

    def tell(self, sentence: str) -> None:
        self.server.console.say(sentence)

    def later(self, minutes: float) -> None:
        self.server.clock.move(minutes * 60)


@dataclass(frozen=True)
class Stop:
    """One stop: what happens, what to look at, and the reason code of each of its requests."""

    title: str
    look: str
    act: Callable[[Scene], None]
    promised: tuple[str, ...]


def walk(
    stops: Sequence[Stop], scene: Scene, say: Callable[[str], None], pause: Callable[[Stop], None]
) -> list[Stop]:
    """Make every stop; those that did not keep their promise."""
    broken = []
    for number, stop in enumerate(stops, 1):
        say(f"{number} of {len(stops)} · {stop.title}\n{stop.look}\n")
        seen = _make(stop, scene)
        if seen != stop.promised:
            broken.append(stop)
            say(f"promised {', '.join(stop.promised)}, but saw {', '.join(seen) or 'nothing'}\n")
        pause(stop)
    return broken


def _make(stop: Stop, scene: Scene) -> tuple[str, ...]:
    stop.act(scene)
    seen = tuple(scene.server.verdicts.take(len(stop.promised)))
    scene.server.console.catch_up()
    return seen
