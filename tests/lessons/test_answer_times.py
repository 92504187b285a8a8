"""Lesson 12's program that measures answers: it asks the server, and tells what it may be given."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest

from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from tests.lessons.ours import LESSONS

FOLDER = LESSONS / "12_fixation_replay_guessing"


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("answer_times", FOLDER / "answer_times.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("server", ["app", "careless_guess"])
def test_each_name_gets_a_line_with_a_time_and_the_status(program: ModuleType, server: str) -> None:
    with Site(0) as site:
        World(FOLDER, site).use(server)
        lines = program.main([str(site.ports["port"]), "alice", "nobody"]).splitlines()
    assert [re.sub(r" +\d+\.\d ms", " TIME", line) for line in lines] == [
        "alice TIME  status 401",
        "nobody TIME  status 401",
    ]


def test_no_answer_is_a_throttled_one(program: ModuleType) -> None:
    """Lesson 12: five failures are free, and what is refused in the wait is not hashed."""
    assert program.TRIES < 5


@pytest.mark.parametrize("given", [[], ["8000"], ["x", "alice"], ["65536", "alice"], ["-1", "a"]])
def test_what_is_no_port_or_no_name_is_a_sentence(program: ModuleType, given: list[str]) -> None:
    with pytest.raises(SystemExit, match="Give a port and some names"):
        program.main(given)


def test_a_server_that_is_not_there_is_a_sentence(program: ModuleType) -> None:
    with pytest.raises(SystemExit, match="Nothing answers on port 1 "):
        program.main(["1", "alice"])
