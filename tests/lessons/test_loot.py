"""Lesson 13's site of bob takes what a script brings, whatever bytes that is."""

from __future__ import annotations

import pytest

from sandbox.tutor.lesson.parts import Scene
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from tests.lessons.ours import LESSONS
from tests.wire.raw_http import FORM, exchange, message

FOLDER = LESSONS / "13_other_sites_other_scripts"


@pytest.mark.parametrize(
    ("body", "cookie", "token"),
    [
        (b"cookie=a%3Db&token=eyJ", "a=b", "eyJ"),
        (b"cookie=%ff&token=\xff", "nothing", "nothing"),
        (b"cookie=<b>&more=x", "&lt;b&gt;", "nothing"),
        (b"", "nothing", "nothing"),
    ],
)
def test_bobs_page_shows_what_came_and_nothing_breaks(
    capfd: pytest.CaptureFixture[str], body: bytes, cookie: str, token: str
) -> None:
    with Site(0) as site:
        World(FOLDER, site).do(Scene(1, "other site"))
        port = site.ports["other site"]
        headers = [("Host", f"127.0.0.1:{port}"), FORM]
        answer = exchange(port, message(port, "POST", "/loot", headers, body))
    assert answer.status == 200
    assert f"cookie: {cookie}<" in answer.text
    assert f"token: {token}<" in answer.text
    assert capfd.readouterr().err == ""
