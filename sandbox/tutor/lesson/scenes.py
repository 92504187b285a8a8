"""The lines of a `server` fence: how each is written, what it does, and how that is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.tutor.lesson.parts import Scene

if TYPE_CHECKING:
    from sandbox.tutor.lesson.world import World


@dataclass(frozen=True)
class Line:
    """`do` and `says` get the world, and what the brackets in `pattern` have found, if any."""

    pattern: str
    do: Callable[[World, str], None]
    says: Callable[[World, str], str]


ROTATED = {
    "add": "The key file has one more key; it does not sign yet.",
    "promote": "The other key signs now; both are accepted.",
    "retire": "The first key was dropped from the key file.",
}
LINES = (
    Line(
        "use (express)",
        lambda world, name: world.use(name),
        lambda world, _: world.server.says,
    ),
    Line(
        "use ([a-z_]+)",
        lambda world, name: world.use(name),
        lambda _, name: f"Another server answers now: {name}.py.",
    ),
    Line(
        "(two servers)",
        lambda world, name: world.use(name),
        lambda world, _: (
            "Two processes run app.py now: the first server at port "
            f"{world.site.ports['port']}, the second at {world.site.ports['other port']}."
        ),
    ),
    Line(
        "(a memory store each|a sqlite store each|one sqlite store|one redis store)",
        lambda world, which: world.two.keep_in(which),
        lambda world, which: _kept(world, which),
    ),
    Line(
        "restart (first|second)",
        lambda world, name: world.two.restart(name),
        lambda _, name: f"The process of the {name} server has ended; a new one took its place.",
    ),
    Line(
        "kill the store",
        lambda world, _: world.two.kill_store(),
        lambda *_: "Nothing answers at the port of the Redis: it was killed (SIGKILL).",
    ),
    Line(
        "start the store",
        lambda world, _: world.two.start_store(),
        lambda *_: "The Redis was started again.",
    ),
    Line(
        "keys (add|promote|retire)",
        lambda world, step: world.two.change_keys(step),
        lambda _, step: f"{ROTATED[step]} Both servers have seen the new key file.",
    ),
    Line(
        "neighbour",
        lambda world, _: world.server.start_neighbour(),
        lambda world, _: (
            f"neighbour.py answers at port {world.ports['neighbour port']}, "
            "in a process of its own."
        ),
    ),
    Line(
        "new key",
        lambda world, _: world.server.sign_anew(),
        lambda *_: "The server signs with a new key and has forgotten the old one.",
    ),
    Line(
        "delete row of ([a-z][a-z0-9]*)",
        lambda world, name: world.delete_row_of(name),
        lambda _, name: f"{name}'s row was deleted from the store.",
    ),
    Line(
        "ids (count from 1|random)",
        lambda world, how: world.ids.random() if how == "random" else world.ids.count_from_one(),
        lambda _, how: (
            "New session ids are random again."
            if how == "random"
            else "New session ids are 1, 2, 3, and so on."
        ),
    ),
    Line(
        "(another port)",
        lambda world, where: world.listen(where),
        lambda world, _: f"The server listens on port {world.site.ports.get('other port')}, too.",
    ),
    Line(
        "(other site)",
        lambda world, where: world.listen(where),
        lambda world, _: f"Another site answers at {world.site.other.url}: {world.site.other.says}",
    ),
    Line(
        "start over",
        lambda world, _: world.start_over(),
        lambda *_: "The server starts over: no rows, empty jars.",
    ),
)


def is_known(command: str) -> bool:
    return any(re.fullmatch(line.pattern, command) for line in LINES)


def set_scene(world: World, scene: Scene) -> None:
    """Do what the line says."""
    line, word = _line(scene)
    line.do(world, word)


def scene_in_words(scene: Scene, world: World) -> str:
    """What was done to the server."""
    line, word = _line(scene)
    return line.says(world, word)


def _line(scene: Scene) -> tuple[Line, str]:
    for line in LINES:
        found = re.fullmatch(line.pattern, scene.command)
        if found:
            return line, "".join(found.groups())
    raise ValueError(scene.command)


def _kept(world: World, which: str) -> str:
    how_many, kind, *_ = which.split()
    name = {"memory": "memory", "sqlite": "SQLite", "redis": "Redis"}[kind]
    where = "one store for both" if how_many == "one" else "a store for each"
    port = world.two.redis_port if kind == "redis" else 0
    at = f" at port {port}" if port else ""
    return f"Both servers have started anew, with {where}: {name}{at}."
