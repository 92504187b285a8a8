"""Steps that need a Redis: which they are, and why they cannot be done here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sandbox.login.problems import Problem
from sandbox.serving.redis_server import RedisServer
from sandbox.tutor.lesson.parts import Scene, Step

if TYPE_CHECKING:
    from sandbox.tutor.lesson.world import World

NEEDS = "one redis store"
LEAVES = ("use ", "two servers", "start over", "a memory", "a sqlite", "one sqlite")
KILLS = ("kill the store", "start the store")
NOT_OURS = "The Redis that --store names is not ours to kill or to start."


class MissingRedis(Problem):
    """There is none, or none that may be killed."""


def check_redis(world: World, step: Step) -> None:
    """MissingRedis when this step cannot be done, or needs one that could not.

    A step needs it from `one redis store` on, until a step names something else.
    """
    lines = [act.command for act in step.acts if isinstance(act, Scene)]
    if NEEDS in lines:
        world.lacks_redis = _missing(world.site.redis_url)
    elif any(line.startswith(LEAVES) for line in lines):
        world.lacks_redis = ""
    may_not = world.site.redis_url and any(line in KILLS for line in lines)
    why = world.lacks_redis or (NOT_OURS if may_not else "")
    if why:
        world.site.lacks_redis = why
        raise MissingRedis(why)


def _missing(url: str) -> str:
    """What is to be installed; empty when all is there."""
    try:
        import_module("sandbox.login.stores.redis")
        if not url:
            RedisServer().stop()
    except Problem as problem:
        return str(problem)
    return ""
