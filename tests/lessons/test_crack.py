"""Lesson 09's program that guesses a token's key: what it finds, and what it may be given."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import jwt
import pytest

from tests.lessons.ours import LESSONS

NOTHING_FOUND = r"None of (\d+) words, after \d+\.\d{3} s\."
# RFC 7515 appendix A.1: an example of HS256, with a key of 512 random bits.
OF_THE_RFC = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("crack", LESSONS / "09_tokens" / "crack.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def token(key: str) -> str:
    """PyJWT has signed it, not the program under test."""
    return jwt.encode({"sub": "alice"}, key.encode(), "HS256")


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("key", ["password", "changeme", "letmein"])
def test_a_key_that_many_people_choose_is_found(program: ModuleType, key: str) -> None:
    said = program.main([token(key)])
    assert re.fullmatch(rf"The key is '{key}', after \d+\.\d{{3}} s\.", said)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_list_of_words_takes_the_place_of_those_that_it_knows(
    program: ModuleType, tmp_path: Path
) -> None:
    words = tmp_path / "words.txt"
    words.write_text("müller\nsunflower tulip\n", encoding="utf-8")
    assert program.main([token("tulip"), str(words)]).startswith("The key is 'tulip',")
    assert program.main([token("müller"), str(words)]).startswith("The key is 'müller',")
    not_in_it = re.fullmatch(NOTHING_FOUND, program.main([token("password"), str(words)]))
    assert not_in_it
    assert not_in_it[1] == "3"


def test_a_random_key_is_in_no_list(program: ModuleType) -> None:
    assert re.fullmatch(NOTHING_FOUND, program.main([OF_THE_RFC]))


@pytest.mark.parametrize("given", ["", "tulip", "a.b.c", "a.b.ü", "..", "\udcff.\udcff.a"])
def test_what_is_no_token_has_no_key(program: ModuleType, given: str) -> None:
    """Bytes of a command line that are no text come as surrogates."""
    assert re.fullmatch(NOTHING_FOUND, program.main([given]))


def test_without_a_token_it_says_what_to_give(program: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"^Give a token: \S+python lessons/09_tokens/crack.py"):
        program.main([])


@pytest.mark.parametrize(
    ("content", "why"), [(None, "FileNotFoundError"), (b"t\xfclip", "UnicodeDecodeError")]
)
def test_a_list_that_cannot_be_read_is_a_sentence(
    program: ModuleType, tmp_path: Path, content: bytes | None, why: str
) -> None:
    words = tmp_path / "words.txt"
    if content is not None:
        words.write_bytes(content)
    says = re.escape(f"{words} cannot be read ({why}). Give a file of words.")
    with pytest.raises(SystemExit, match=f"^{says}$"):
        program.main([OF_THE_RFC, str(words)])
