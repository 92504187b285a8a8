"""What the tests share: a clock moved by hand, bricks to log in with, an ear for events."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks
from sandbox.login.keys import MemoryKeys
from sandbox.login.sessions import Limits
from sandbox.login.signing import SessionSigner
from sandbox.login.stores.memory import MemoryStore
from sandbox.login.users import Users, make_users
from sandbox.trace.stage import Event, Report

# A test that cannot run here is skipped on a laptop and fails where everything must run.
REQUIRE_ALL = "SANDBOX_REQUIRE_ALL"


@dataclass
class HandClock:
    """A clock that stands still until a test moves it."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Recording:
    """What the stages reported while somebody listened."""

    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.report = Report(7, self.events.append)

    def ended(self, stage: str) -> Event:
        """The one `stage_ended` event of this stage."""
        (event,) = [e for e in self.events if e["type"] == "stage_ended" and e["stage"] == stage]
        return event

    def evidence(self, stage: str) -> dict[str, Any]:
        return self.ended(stage)["evidence"]

    @property
    def reached(self) -> list[str]:
        """The stages that were started, in this order."""
        return [e["stage"] for e in self.events if e["type"] == "stage_started"]


@contextmanager
def _recording() -> Iterator[Recording]:
    recording = Recording()
    with recording.report:
        yield recording


@pytest.fixture
def record() -> Callable[[], Any]:
    """`with record() as seen:` listens to the stages that run inside the block."""
    return _recording


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def users() -> Users:
    """alice and bob, their passwords hashed as cheaply as argon2 allows."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return make_users({"alice": "wonderland", "bob": "builder"}, hasher)


@pytest.fixture
def bricks(clock: HandClock, users: Users) -> Callable[..., Bricks]:
    """`bricks()` lays a login on a memory store; any brick can be given by its name."""

    def lay(**given: Any) -> Bricks:
        limits = given.get("limits") or Limits()
        ours = {
            "cookie": CookieSettings(max_age=limits.cookie_age),
            "signer": SessionSigner(MemoryKeys(b"a test key"), clock, limits.cookie_age),
            "store": MemoryStore(),
            "limits": limits,
            "users": users,
            "clock": clock,
        }
        return Bricks(**(ours | given))

    return lay


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach, unlike tmp_path."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def often_switched() -> Iterator[None]:
    """Let threads take turns after every few instructions: races that can happen, happen."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def _must_run(report: Any) -> None:
    """Turn a skip into a failure that gives the skip's reason; an expected failure stays one."""
    if os.environ.get(REQUIRE_ALL) == "1" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE_ALL}=1, and this did not run. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[None]:
    report = yield
    _must_run(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    _must_run(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run and what it needs, as a skip would."""
    left_out = terminalreporter.stats.get("deselected", [])
    if not any(item.get_closest_marker("slow") for item in left_out):
        return
    terminalreporter.write_line(f"Not run: {len(left_out)} tests that need Chromium or seconds.")
    missing = "" if shutil.which("chromium") else " (first: sudo apt install chromium)"
    terminalreporter.write_line(f"To run them: make test-slow{missing}")
