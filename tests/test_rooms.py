"""Doors between the rooms open one way."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
Test = Callable[[str], bool]
BY_NAME = ("import_module", "__import__")


def imported(module: str, source: str) -> set[str]:
    """Everything a module imports, wherever the import stands, as dotted names."""
    return {name for node in ast.walk(ast.parse(source)) for name in _names(module, node)}


def _names(module: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        above = module.split(".")[: -node.level] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        yield from (f"{base}.{alias.name}" for alias in node.names)
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
        ("import_module", "__import__")
    ):
        yield from (
            arg.value
            for arg in node.args
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        )


def under(*rooms: str) -> Test:
    """Is a dotted name one of these, or inside one of these?"""
    return lambda name: any(name == room or name.startswith(f"{room}.") for room in rooms)


def nothing(name: str) -> bool:
    return False


def of_the_standard_library(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


@dataclass(frozen=True)
class Rule:
    """In the modules `where`, of the names `about` only those that `may` be imported are."""

    says: str
    where: Test
    about: Test
    may: Test
    planted: tuple[str, str]  # a module and a source text that break the rule

    def broken_by(self, module: str, source: str) -> list[str]:
        if not self.where(module):
            return []
        names = sorted(name for name in imported(module, source) if self.about(name))
        return [name for name in names if not self.may(name)]


def outside(*rooms: str) -> Test:
    inside = under(*rooms)
    return lambda name: not inside(name)


def anything(name: str) -> bool:
    return True


# It measures bare servers and logs in with hashes made cheap, so it needs the tools themselves.
BENCH = "sandbox.bench"
LOGIN, STAGE = "sandbox.login", "sandbox.trace.stage"
BRICKS = tuple(f"{LOGIN}.{name}" for name in ("cookies", "signing", "sessions", "users"))
CONTRACTS = tuple(f"{LOGIN}.{name}" for name in ("stores", "refusals", "problems", "keys"))
SCREENS = ("sandbox.trace.painter", "sandbox.trace.console", "sandbox.tutor", "sandbox.commands")

RULES = [
    Rule(
        "the stage decorator needs the standard library only",
        under(STAGE),
        anything,
        of_the_standard_library,
        (STAGE, "def late():\n    from sandbox.trace import lamps"),
    ),
    Rule(
        "login knows nothing of the sandbox but itself and the stage decorator",
        under(LOGIN),
        under("sandbox"),
        under(LOGIN, STAGE),
        (f"{LOGIN}.flow", "if TYPE_CHECKING:\n    from sandbox.trace.wire import Wire"),
    ),
    *(
        Rule(
            f"{brick} imports no other brick, only contracts",
            under(brick),
            under(LOGIN),
            under(*CONTRACTS),
            (brick, f"from {BRICKS[number - 1]} import something"),
        )
        for number, brick in enumerate(BRICKS)
    ),
    *(
        Rule(
            f"only {' and '.join(places)} may import {tool}",
            outside(*places, BENCH),
            under(tool),
            nothing,
            (f"{LOGIN}.flow", f"def late():\n    import {tool}.inside as disguised"),
        )
        for tool, places in {
            "bottle": (
                f"{LOGIN}.server",
                f"{LOGIN}.strategies",
                "sandbox.tutor.lesson_login",
                "sandbox.tutor.lesson_word",
            ),
            "jwt": (f"{LOGIN}.tokens",),
            "itsdangerous": (f"{LOGIN}.signing",),
            "jinja2": (f"{LOGIN}.pages", "sandbox.tutor.lesson_pages"),
            "argon2": (f"{LOGIN}.users",),
            "redis": (f"{LOGIN}.stores.redis",),
            "granian": ("sandbox.serving.workers",),
            "waitress": ("sandbox.serving.live",),
            "playwright": ("sandbox.tutor.chromium",),
            "httpx": ("sandbox.tutor.visitor", "sandbox.tutor.exercise.site"),
        }.items()
    ),
    Rule(
        "the trace learns about login only through events",
        under("sandbox.trace"),
        under("sandbox"),
        under("sandbox.trace"),
        ("sandbox.trace.words", "from ..login import refusals"),
    ),
    Rule(
        "only screens import rich",
        outside(*SCREENS),
        under("rich"),
        nothing,
        ("sandbox.trace.words", "from rich.text import Text"),
    ),
    Rule(
        "the tutor is not needed for a login",
        under(LOGIN, "sandbox.trace", "sandbox.serving"),
        under("sandbox.tutor"),
        nothing,
        ("sandbox.trace.console", "import sandbox.tutor"),
    ),
    Rule(
        "the sandbox imports no lesson, no exercise and no test",
        under("sandbox"),
        under("lessons", "exercises", "tests", "conftest", "pytest"),
        nothing,
        ("sandbox.tutor.tour", "importlib.import_module('lessons.app')"),
    ),
]


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    _module(path): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "sandbox").rglob("*.py"))
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_the_doors_open_one_way(rule: Rule) -> None:
    broken = {module: rule.broken_by(module, source) for module, source in MODULES.items()}
    assert {module: names for module, names in broken.items() if names} == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_each_rule_speaks_of_some_module(rule: Rule) -> None:
    assert any(rule.where(module) for module in MODULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_a_door_that_was_opened_the_wrong_way_is_seen(rule: Rule) -> None:
    module, source = rule.planted
    assert rule.broken_by(module, source)


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("import a.b", {"a.b"}),
        ("import a.b as c, d", {"a.b", "d"}),
        ("from a import b, c", {"a.b", "a.c"}),
        ("from a import *", {"a.*"}),
        ("from . import b", {"sandbox.room.b"}),
        ("from .b import c", {"sandbox.room.b.c"}),
        ("from ..other import c", {"sandbox.other.c"}),
        ("def f():\n    class C:\n        import a", {"a"}),
        ("if TYPE_CHECKING:\n    import a", {"a"}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {"a", "b"}),
        ("importlib.import_module('a.b')", {"a.b"}),
        ("__import__('a')", {"a"}),
        ("# import a\n'import b'", set()),
    ],
)
def test_an_import_is_found_wherever_it_stands(source: str, seen: set[str]) -> None:
    assert imported("sandbox.room.module", source) == seen


def test_a_room_is_not_mistaken_for_its_neighbour() -> None:
    assert under("sandbox.login")("sandbox.login.flow")
    assert not under("sandbox.login")("sandbox.login_page")
