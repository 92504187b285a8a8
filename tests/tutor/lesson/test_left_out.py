"""A lesson on a machine without a Redis, with a Redis of somebody else, or without Node."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.lesson import on_express, redis_steps
from sandbox.tutor.lesson.auto import run_lesson
from sandbox.tutor.lesson.filling import NotAGap
from sandbox.tutor.lesson.judge import do_step
from sandbox.tutor.lesson.lint import lint
from sandbox.tutor.lesson.parts import Scene
from sandbox.tutor.lesson.scenes import scene_in_words
from sandbox.tutor.lesson.site import Site
from sandbox.tutor.lesson.world import World
from tests.lessons.small import CLOSING, HEAD, a_request, lesson_in, write_lesson

NO_REDIS = "There is no redis-server here. Run it."
EXPRESS = Path(__file__).parents[3] / "lessons" / "11_from_here_to_passport" / "express"
STEP = """
## {number}. A step

Something happens.

```server
{line}
```

```http
GET /
```

```expect
{expected}
```
"""


def steps(*lines: tuple[str, str]) -> str:
    """A lesson in which each step has one `server` line and one expectation."""
    each = (
        STEP.format(number=n, line=line, expected=expected)
        for n, (line, expected) in enumerate(lines, 1)
    )
    return HEAD + "".join(each) + CLOSING


@pytest.fixture
def without_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise Problem(NO_REDIS)

    monkeypatch.setattr(redis_steps, "RedisServer", refuse)
    monkeypatch.delenv("SANDBOX_REQUIRE_ALL", raising=False)


TO_REDIS_AND_BACK = steps(
    ("two servers", "status == 200"),
    ("one redis store", "status == 404"),
    ("restart first", "status == 404"),
    ("one sqlite store", "rows == 0"),
)


@pytest.mark.slow
def test_without_a_redis_its_steps_are_left_out_with_a_sentence(
    tmp_path: Path, site: Site, without_redis: None
) -> None:
    done = list(run_lesson(lesson_in(tmp_path / "07_redis", TO_REDIS_AND_BACK), site))
    assert [each.left_out for each in done] == ["", NO_REDIS, NO_REDIS, ""]
    assert site.lacks_redis == NO_REDIS


def test_where_everything_must_run_a_missing_redis_is_a_mistake(
    tmp_path: Path, site: Site, without_redis: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_REQUIRE_ALL", "1")
    readme = write_lesson(tmp_path / "07_redis", steps(("one redis store", "status == 200")))
    (mistake,) = lint(readme, site)
    assert NO_REDIS in mistake.says


def test_a_step_that_needs_a_redis_is_refused_before_anything_is_done(
    tmp_path: Path, site: Site, without_redis: None
) -> None:
    lesson = lesson_in(tmp_path / "07_redis", steps(("one redis store", "status == 200")))
    world = World(lesson.folder, site)
    with pytest.raises(redis_steps.MissingRedis, match="no redis-server"):
        do_step(world, lesson.steps[0], lesson.path)


@pytest.mark.parametrize("line", ["kill the store", "start the store"])
def test_a_redis_of_somebody_else_is_not_killed_and_the_step_left_out(
    tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SANDBOX_REQUIRE_ALL", raising=False)
    lesson = lesson_in(tmp_path / "07_redis", steps((line, "status == 200")))
    with Site(0, redis_url="redis://127.0.0.1:1/0") as site:
        (done,) = run_lesson(lesson, site)
    assert done.left_out == "The Redis that --store names is not ours to kill or to start."


# Express


@pytest.fixture
def recorded(folder: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A lesson with Express, on a machine without Node."""
    monkeypatch.setattr(on_express, "missing", lambda: "Node is missing. Install it.")
    (folder / "express").symlink_to(EXPRESS)
    world.do(Scene(1, "use express"))
    return world


def test_without_node_the_recording_answers_and_the_screen_says_so(recorded: World) -> None:
    says = scene_in_words(Scene(1, "use express"), recorded)
    assert says == ("A recording of an Express server answers now. Node is missing. Install it.")
    seen = recorded.send(a_request("GET", "/login"))
    assert seen.status == 200
    assert "A recording." in seen.body


def test_of_express_only_what_crosses_the_wire_is_told(recorded: World) -> None:
    form = "username=alice&password=wonderland"
    seen = recorded.send(a_request("POST", "/login", form=form))
    assert [event["type"] for event in seen.events] == ["request", "response"]
    assert (seen.cookie_name, seen.verdict) == ("connect.sid", "SKIPPED")
    assert seen.given
    assert recorded.jar_of("alice") == seen.given == recorded.filled("{{alice.cookie}}")
    assert seen.response["set_cookie"][0].startswith("connect.sid=")


@pytest.mark.parametrize("expected", ["rows == 0", "row absent"])
def test_lint_names_an_expectation_about_the_store_of_express(
    tmp_path: Path, site: Site, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_express, "missing", lambda: "Node is missing.")
    text = steps(("use express", expected))
    readme = write_lesson(tmp_path / "07_express", text)
    (readme.parent / "express").symlink_to(EXPRESS)
    (mistake,) = lint(readme, site)
    assert mistake.line == text.splitlines().index(expected) + 1
    assert "nobody can look into the store of this server" in mistake.says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "There is no .*recorded.json"),
        ("{", "is no recording .JSONDecodeError"),
        ("[]", "is no recording .TypeError"),
        ('{"exchanges": []}', "is no recording .KeyError: 'cookie'"),
        ('{"cookie": "a", "exchanges": [{"request": {"verb": "GET"}}]}', "is no recording"),
    ],
)
def test_a_lesson_without_a_recording_says_so(
    folder: Path, world: World, text: str | None, says: str
) -> None:
    (folder / "express").mkdir()
    if text is not None:
        (folder / "express" / "recorded.json").write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=says):
        world.do(Scene(1, "use express"))


@pytest.mark.parametrize("command", ["new key", "neighbour"])
def test_what_express_cannot_do_is_said(recorded: World, command: str) -> None:
    with pytest.raises(NotAGap, match="go back to one that can: `use app`"):
        recorded.do(Scene(1, command))


def test_app_answers_again_after_express(recorded: World) -> None:
    recorded.do(Scene(1, "use app"))
    assert recorded.send(a_request()).stages["read_cookie"] == "NO_COOKIE"
