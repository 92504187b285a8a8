"""What a student is shown of the request that a step waits for."""

from __future__ import annotations

from dataclasses import replace

from sandbox.tutor.lesson.looking import as_curl, in_words
from sandbox.tutor.lesson.parts import Request
from sandbox.tutor.lesson.world import World
from tests.lessons.small import a_request

HOME = (("Origin", "http://localhost:{{port}}"),)
FROM_HOME: Request = replace(a_request(), headers=HOME)


def test_a_header_is_said_with_what_it_is_filled_with(world: World) -> None:
    port = world.site.ports["port"]
    assert in_words(FROM_HOME, world) == f"GET / by alice, with Origin: http://localhost:{port}"


def test_a_header_of_a_curl_command_can_be_pasted_as_it_is(world: World) -> None:
    port = world.site.ports["port"]
    origin = f"'Origin: http://localhost:{port}'"
    assert as_curl(FROM_HOME, world) == f"curl -i -H {origin} http://localhost:{port}/"
