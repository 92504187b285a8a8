"""The page has a sentence for each stage, and for each reason to refuse."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from sandbox.login import refusals
from sandbox.trace.inspector.app import PAGE
from tests.wire.children import environment

NARRATION = (PAGE / "narration.js").read_text(encoding="utf-8")
# In a process of its own: tests and lessons declare stages, too.
STAGES = """
import importlib, pkgutil, sandbox.login, sandbox.login.stores
from sandbox.trace.stage import KNOWN_STAGES
for each in pkgutil.iter_modules(sandbox.login.__path__, "sandbox.login."):
    importlib.import_module(each.name)
print(*KNOWN_STAGES)
"""


def table(name: str) -> dict[str, str]:
    (body,) = re.findall(rf"export const {name} = {{\n(.*?)\n}};", NARRATION, re.DOTALL)
    return dict(re.findall(r'^  (\w+): "(.*)",$', body, re.MULTILINE))


def stages() -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", STAGES], env=environment(), capture_output=True, check=True
    )
    return set(told.stdout.decode().split())


def codes() -> set[str]:
    found = (getattr(each, "code", None) for each in vars(refusals).values())
    return {code for code in found if isinstance(code, str)}


def test_no_stage_is_without_a_line() -> None:
    assert set(table("STAGES")) == stages()


def test_no_reason_is_without_a_line() -> None:
    assert set(table("REASONS")) == codes()


@pytest.mark.parametrize("line", [*table("STAGES").values()])
def test_a_line_is_one_sentence(line: str) -> None:
    assert re.fullmatch(r"[A-Z][^.!?]*\.", line)
    assert len(line) <= 110
