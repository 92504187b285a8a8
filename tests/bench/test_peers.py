"""The peers do the same work as ours where they are installed, and are left out where not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from sandbox.bench import rivals
from sandbox.bench.servers import Server, log_in, serving

PEERS = Path(rivals.__file__).parent / "peers"
INSTALL = "to install it: make bench-peers"


class Both(NamedTuple):
    """A peer and ours, living."""

    theirs: Server
    ours: Server


@pytest.fixture(scope="module", params=["Flask", "Express"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    start = rivals.installed().get(request.param)
    if start is None:
        pytest.skip(f"{request.param}; {rivals.left_out()[request.param]}")
    with start() as theirs, serving(tmp_path_factory.mktemp("ours") / "s.sqlite", "off") as ours:
        yield Both(theirs, ours)


def get_me(server: Server, cookie: str) -> tuple[int, bytes]:
    return send(Request(f"http://127.0.0.1:{server.port}/api/me", headers={"Cookie": cookie}))


def send(request: Request) -> tuple[int, bytes]:
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.slow
def test_a_peer_answers_what_ours_answers(both: Both) -> None:
    answers = [get_me(server, log_in(server.port)) for server in both]
    assert [status for status, _ in answers] == [200, 200]
    assert [json.loads(body) for _, body in answers] == [{"user": "alice", "word": ""}] * 2
    theirs, ours = (len(body) for _, body in answers)
    assert abs(theirs - ours) <= 4  # spaces


@pytest.mark.slow
def test_a_peer_knows_no_stranger(both: Both) -> None:
    assert [get_me(server, "nothing=at all")[0] for server in both] == [401, 401]


@pytest.mark.slow
def test_a_peer_checks_the_password(both: Both) -> None:
    form = b"username=alice&password=wonderlanD"
    for server in both:
        status, _ = send(Request(f"http://127.0.0.1:{server.port}/login", form))
        assert status == 401


@pytest.mark.slow
def test_flask_is_served_with_the_settings_of_ours(both: Both) -> None:
    theirs, ours = (
        urlopen(f"http://127.0.0.1:{server.port}/", timeout=20).headers for server in both
    )
    if "X-Powered-By" in theirs:
        assert theirs["X-Powered-By"] == "Express"
    else:
        assert theirs["Server"] == ours["Server"] == "login-sandbox"


def have(monkeypatch: pytest.MonkeyPatch, modules: set[str], programs: set[str]) -> None:
    """Pretend that these, and no others, are installed."""
    monkeypatch.setattr(rivals, "find_spec", lambda name: name if name in modules else None)
    monkeypatch.setattr(
        rivals.shutil, "which", lambda name: f"/bin/{name}" if name in programs else None
    )


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder for Express, empty."""
    monkeypatch.setattr(rivals, "BUILT", tmp_path)
    return tmp_path


def test_what_is_not_installed_is_left_out(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, modules=set(), programs={"node"})
    assert rivals.left_out() == {"Flask": INSTALL, "Express": INSTALL}
    assert rivals.installed() == {}


def test_without_node_express_is_left_out(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (built / ".ready").touch()
    have(monkeypatch, modules={"flask", "flask_login"}, programs=set())
    assert rivals.left_out() == {"Express": "install Node and npm, then: make bench-peers"}
    assert list(rivals.installed()) == ["Flask"]


def test_flask_without_flask_login_is_left_out(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (built / ".ready").touch()
    have(monkeypatch, modules={"flask"}, programs={"node"})
    assert rivals.left_out() == {"Flask": INSTALL}
    assert list(rivals.installed()) == ["Express"]


def test_the_versions_of_express_are_exact() -> None:
    wanted = json.loads((PEERS / "package.json").read_text())["dependencies"]
    assert set(wanted) == {"express", "express-session", "passport", "passport-local"}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_peers_import_nothing_of_the_sandbox() -> None:
    """What they imported of ours would count as their memory and their cold start."""
    for peer in ("__init__.py", "flask_peer.py"):
        assert not re.search(r"^\s*(from|import) sandbox", (PEERS / peer).read_text(), re.MULTILINE)
