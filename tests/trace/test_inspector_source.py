"""`GET /TOKEN/source?at=FILE:LINE`: lines of the running package, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import sandbox
from sandbox.trace.inspector import source
from sandbox.trace.inspector.app import Inspector
from sandbox.trace.inspector.buffer import Buffer

PACKAGE = Path(str(sandbox.__file__)).parent
SIGNING = (PACKAGE / "login/signing.py").read_text(encoding="utf-8").splitlines()
RAISES = 1 + SIGNING.index("        raise BadSignature() from None")
HOSTILE = [
    "",
    "login/signing.py",
    "login/signing.py:",
    "login/signing.py:0x10",
    "login/signing.py:-1",
    "login/signing.py:99999999999999999999",
    "login/signing.py:1\n",
    "login/signing.py:\u0661",
    "../tests/conftest.py:1",
    "login/../../tests/conftest.py:1",
    "login/..\\..\\tests\\conftest.py:1",
    "/etc/passwd:1",
    f"{PACKAGE}/login/signing.py:1",
    "//etc/passwd.py:1",
    "C:/x.py:1",
    "file:///etc/passwd:1",
    "login/./signing.py:1",
    "login//signing.py:1",
    "login/signing.py\0.txt:1",
    "login/views/home.html:1",
    "login/static/style.css:1",
    "py.typed:1",
    "login/__pycache__/signing.cpython-311.pyc:1",
    "login:1",
    "os.py:1",
    "login/nothing.py:1",
    "<script>alert(1)</script>.py:1",
    "a/" * 50_000 + "b.py:1",
]


def ask(query: str) -> tuple[str, dict[str, Any]]:
    status, kind, body = source.answer(query)
    assert kind == "application/json"
    return status, json.loads(body)


@pytest.mark.parametrize("place", HOSTILE, ids=lambda place: ascii(place[:40]))
@pytest.mark.parametrize("written", [str, quote], ids=["as it is", "quoted"])
def test_whatever_is_no_line_of_the_package_gets_a_sentence(
    place: str, written: Callable[[str], str]
) -> None:
    status, told = ask(f"at={written(place)}")
    assert status.startswith("404")
    assert told["error"] in (source.NO_PLACE, source.NO_FILE)


@pytest.mark.parametrize(
    "query", ["", "at", "to=login/signing.py:1", "at=a&at=b", "at=%ff%00", "&" * 9000]
)
def test_a_question_of_another_kind_gets_a_sentence(query: str) -> None:
    assert ask(query)[1] == {"error": source.NO_PLACE}


@pytest.mark.parametrize("line", [0, len(SIGNING) + 2, 999_999])
def test_a_line_that_the_file_has_not_gets_a_sentence(line: int) -> None:
    assert ask(f"at=login/signing.py:{line}")[1] == {"error": source.NO_LINE}


def test_the_whole_stage_is_told_and_which_line_was_executed() -> None:
    status, told = ask(f"at=login/signing.py:{RAISES}")
    assert status == "200 OK"
    assert (told["file"], told["line"]) == ("login/signing.py", RAISES)
    assert told["lines"][0].startswith("@stage(")
    assert told["lines"][1].startswith("def check_signature(")
    assert told["lines"] == SIGNING[told["first"] - 1 :][: len(told["lines"])]
    assert told["lines"][RAISES - told["first"]].strip() == "raise BadSignature() from None"


def test_outside_a_function_the_neighbours_are_told() -> None:
    _, told = ask("at=login/signing.py:1")
    assert told["first"] == 1
    assert told["lines"] == SIGNING[:6]


def test_a_link_to_a_file_elsewhere_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.py").write_text("KEY = 1\n", encoding="utf-8")
    (tmp_path / "inside/link.py").symlink_to(tmp_path / "secret.py")
    monkeypatch.setattr(source, "PACKAGE", f"{tmp_path / 'inside'}/")
    assert ask("at=link.py:1")[1] == {"error": source.NO_FILE}


def test_a_file_that_was_changed_while_the_server_ran_is_told_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "stage.py"
    path.write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(source, "PACKAGE", f"{tmp_path}/")
    monkeypatch.setattr(source, "STARTED", path.stat().st_mtime - 1)
    assert ask("at=stage.py:1")[1]["note"] == source.CHANGED
    path.write_text("def (:\n", encoding="utf-8")
    assert ask("at=stage.py:1")[1] == {"error": source.UNREADABLE}


def test_it_is_told_only_to_whoever_knows_the_token() -> None:
    statuses = []
    inspector = Inspector(Buffer(), "right", ["localhost"])
    for token in ("wrong", "right"):
        environ = {
            "PATH_INFO": f"/{token}/source",
            "QUERY_STRING": "at=login/signing.py:1",
            "REQUEST_METHOD": "GET",
            "HTTP_HOST": "localhost:1",
        }
        inspector(environ, lambda status, _headers: statuses.append(status))
    assert statuses == ["403 Refused", "200 OK"]
