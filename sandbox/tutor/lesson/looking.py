"""What a student may ask for at any time: where am I, what changed, a hint."""

from __future__ import annotations

import difflib
import re
import shlex
from pathlib import Path

from sandbox.login.stores import Session
from sandbox.tutor.lesson.addresses import address, move_to
from sandbox.tutor.lesson.judge import in_short
from sandbox.tutor.lesson.parts import Clock, Move, Request, Scene
from sandbox.tutor.lesson.scenes import scene_in_words
from sandbox.tutor.lesson.world import World, ticket_of
from sandbox.tutor.why import BY_CODE, nearest, why

IMPORT = re.compile(r"[-+ ](from|import) ")


def where(world: World, request: Request | None) -> list[str]:
    """Each visitor's jar, the row that his ticket finds, what the step waits for."""
    lines = [line for name in world.names() for line in _of(name, world)]
    for port, name in world.server.stores.items():
        seen = world.server.look("", port)
        holds = (
            f"holds {seen.rows} row{'s' * (seen.rows != 1)}" if seen else "cannot be looked into"
        )
        lines.append(f"{name} {holds}")
    if world.clock.moved:
        moved = f"the clock was moved by {world.clock.moved / 60:g} min"
        lines.append(f"{moved}; real browsers stay behind")
    if request:
        lines.append(f"this step waits for {in_words(request, world)}")
    return lines


def _of(name: str, world: World) -> list[str]:
    cookie = world.jar_of(name)
    if cookie is None:
        return [f"{name}'s jar holds no {world.server.cookie}"]
    held = f"{name}'s jar holds {world.server.cookie}={in_short(cookie)}"
    looks = [world.server.look(ticket_of(cookie), port) for port in world.server.stores]
    rows = [seen.row for seen in looks if seen and seen.row]
    return [held, *(map(_row_in_words, rows) if rows else ["  no row belongs to it"])]


def _row_in_words(row: Session) -> str:
    word = f", word {row.word}" if row.word else ""
    return f"  its row: user {row.user or 'nobody'}{word}"


def in_words(request: Request, world: World) -> str:
    """The request that is waited for."""
    form = f" with {in_short(world.filled(request.form))}" if request.form else ""
    by_hand = _by_hand(world.filled(request.cookie)) if request.cookie is not None else ""
    named = "".join(f", with {name}: {world.filled(value)}" for name, value in request.headers)
    target = world.filled(request.target)
    return f"{request.method} {target}{form} by {request.visitor}{by_hand}{named}"


def recipe_in_words(request: Request, world: World) -> list[str]:
    """What is to be done in a browser, in numbered lines."""
    return [
        f"  {number}. {in_plain_words(move, world)}"
        for number, move in enumerate(request.recipe, 1)
    ]


def in_plain_words(move: Move, world: World) -> str:
    """One line of a recipe as a sentence."""
    what = world.filled(move.what)
    field, _, value = what.partition(" ")
    return {
        "open": f"Open {move_to(move, world).geturl()}",
        "type": f"Type {value} into the field {field}.",
        "press": f"Press the button {what}.",
        "follow": f"Follow the link {what}.",
        "wait": f"Wait until the page shows: {what}",
        "back": "Go back, with the browser's own button.",
        "reload": "Reload the page.",
    }[move.does]


def act_in_words(act: Clock | Scene, world: World) -> str:
    """What was done to the clock or to the server."""
    if isinstance(act, Clock):
        return f"The clock was moved by {act.text}; your own browser's was not."
    return scene_in_words(act, world)


def _by_hand(cookie: str) -> str:
    return f", with Cookie: {in_short(cookie)}" if cookie else ", without a cookie"


def as_curl(request: Request, world: World) -> str:
    """The same request for a terminal."""
    to = address(request, world)
    kept = world.person(request.visitor).visitor.jar.header("/", to.hostname or "")
    cookie = kept if request.cookie is None else world.filled(request.cookie)
    words = ["curl", "-i", *(["-b", cookie] if cookie else [])]
    named = [f"{name}: {world.filled(value)}" for name, value in request.headers]
    words += [part for header in named for part in ("-H", header)]
    words += ["-d", world.filled(request.form)] if request.form else []
    words += ["-X", "POST"] if request.method == "POST" and not request.form else []
    return shlex.join([*words, to.geturl()])


def what_changed(folder: Path, before: Path | None) -> list[str]:
    """How this lesson's server differs from the one of the lesson before."""
    if before is None:
        return ["This is the first server: there is none before it."]
    old, new = (path / "app.py" for path in (before, folder))
    lines = difflib.unified_diff(
        old.read_text(encoding="utf-8").splitlines(),
        new.read_text(encoding="utf-8").splitlines(),
        f"{before.name}/app.py",
        f"{folder.name}/app.py",
        lineterm="",
        n=1,
    )
    return [*(line for line in lines if not IMPORT.match(line)), "(Imports are left out.)"]


def why_lines(code: str) -> list[str]:
    """What a reason code means, its usual causes, and what to do."""
    told = why(code)
    if not code:
        return ["Nothing was sent so far. To look up a code: y NO_COOKIE."]
    if told is None:
        meant = nearest(code)
        perhaps = f" Did you mean {meant}?" if meant else ""
        return [f"There is no code {code}.{perhaps}", f"There are {', '.join(BY_CODE)}."]
    causes = [f"  - {cause}" for cause in told.causes]
    return [f"{told.code}: {told.meaning}", *causes, f"Next: {told.next_action}"]
