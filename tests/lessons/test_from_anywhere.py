"""Lesson 13's careless server leaves out one check; the others are where they were."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.tutor.lesson_app import load_app
from tests.lessons.ours import LESSONS
from tests.wire.raw_http import FORM, Site, lay_bricks, serving

CARELESS = LESSONS / "13_other_sites_other_scripts" / "careless.py"
CROSS_SITE = ("Sec-Fetch-Site", "cross-site")


@pytest.fixture
def site() -> Iterator[Site]:
    lesson = load_app(CARELESS)
    bricks = lay_bricks(cookie=lesson.cookie)
    with serving(bricks, lesson.make(bricks)) as site:
        yield site


def test_a_form_of_another_site_is_taken(site: Site) -> None:
    fields = {"username": "alice", "password": "wonderland"}
    assert site.post("/login", fields, CROSS_SITE).status == 303


def test_a_form_that_is_too_long_is_refused(site: Site) -> None:
    assert site.ask("POST", "/word", [FORM], b"word=" + b"x" * 70_000).status == 413


def test_another_host_is_refused(site: Site) -> None:
    assert site.ask("GET", "/", [("Host", "far.example")]).status == 403
