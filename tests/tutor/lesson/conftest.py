"""A small lesson in a folder of its own, and a site to show it on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from tests.lessons.small import write_lesson


@pytest.fixture
def others() -> list[Exchange]:
    """What somebody else than the built-in visitor did on the site."""
    return []


@pytest.fixture
def site(others: list[Exchange]) -> Iterator[Site]:
    with Site(0, others.append) as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_lesson(tmp_path / "07_small").parent


@pytest.fixture
def world(folder: Path, site: Site) -> World:
    return World(folder, site)
