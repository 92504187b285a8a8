"""`cookie` takes a cookie apart: decode, verify and re-sign are three separate things.

Cookies are built here with hmac and base64 alone, so that nothing is checked against itself.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import __main__ as command_line
from sandbox.commands import cookie
from sandbox.login.problems import Problem
from sandbox.serving.lookalikes import lookalike
from sandbox.trace.stage import printable

NOW = 1_800_000_000  # 2027-01-15 08:00:00 UTC
SALT = b"login-sandbox.session"
OLD, NEW, OTHER = "old-key-3UpzVbXzq0", "new-key-8dWq2LrTmA", "other-key-Zk41nYc7pQ"
ID = "q3VbA1_-zE" * 4 + "8w0"
DAY = 24 * 60 * 60


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def seconds_as_text(seconds: int) -> str:
    return base64url(seconds.to_bytes((seconds.bit_length() + 7) // 8, "big"))


def stamp(signed: str, key: str, salt: bytes = SALT) -> str:
    derived = hmac.new(key.encode(), salt, hashlib.sha256).digest()
    return base64url(hmac.new(derived, signed.encode(), hashlib.sha256).digest())


def signed(key: str = NEW, at: int = NOW - 7200, salt: bytes = SALT, session_id: str = ID) -> str:
    text = f"{session_id}.{seconds_as_text(at)}"
    return f"{text}.{stamp(text, key, salt)}"


def options(value: str, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    cookie.add_arguments(parser)
    return parser.parse_args([*words, "--", value])


Ask = Callable[..., "tuple[int, str]"]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """`code, text = ask(value, "--key", "K")`"""

    def ask_cookie(value: str, *words: str, now: float = NOW) -> tuple[int, str]:
        code = cookie.run(options(value, *words), clock=lambda: now)
        return code, capsys.readouterr().out

    return ask_cookie


def with_character(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def unwrapped(text: str) -> str:
    return " ".join(text.split())


# Decode


def test_decode_needs_no_key_and_shows_the_three_parts(ask: Ask) -> None:
    value = signed()
    code, text = ask(value)
    session_id, timestamp, signature = value.split(".")
    assert code == 0
    assert f"  id        {session_id}\n" in text
    assert f"  timestamp {timestamp}\n" in text
    assert f"  stamp     {signature}\n" in text
    assert "= 2027-01-15 06:00:00 UTC, 2 h ago" in text
    assert "Everybody can read this" in text


def test_decode_shows_which_bytes_the_signature_covers(ask: Ask) -> None:
    value = signed()
    assert f"  covered   {value.rpartition('.')[0]}\n" in ask(value)[1]


def test_the_date_is_in_utc_wherever_one_is(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "XYZ-5")
    time.tzset()
    try:
        assert "= 2027-01-15 06:00:00 UTC, 2 h ago" in ask(signed())[1]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_time_in_the_future_is_said_to_be_there(ask: Ask) -> None:
    assert "2027-01-15 10:00:00 UTC, 2 h in the future" in ask(signed(at=NOW + 7200))[1]


@pytest.mark.parametrize("timestamp", ["", "A", "_" * 16, "_" * 5000])
def test_a_time_that_is_none_is_said_to_be_none(ask: Ask, timestamp: str) -> None:
    code, text = ask(f"{ID}.{timestamp}.{stamp('', NEW)}")
    assert "no time to be read" in text
    assert "Odd: a timestamp here has 6 base64url characters" in text
    assert code == 1


def test_without_a_key_parts_of_another_shape_are_no_success(ask: Ask) -> None:
    code, text = ask("a.b!.c")
    assert code == 1
    assert text.count("Odd: ") == 3


def test_a_stamp_of_sha1_is_recognised_by_its_length(ask: Ask) -> None:
    assert "this has 27 (as SHA-1 has)" in ask(f"{ID}.aaaaaa.{'x' * 27}")[1]


def test_the_right_length_in_other_characters_is_odd_too(ask: Ask) -> None:
    code, text = ask(f"{'+' * 43}.{signed().partition('.')[2]}")
    assert code == 1
    assert "Odd: an id here has 43 base64url characters, this has others, too" in text


# Verify


def test_without_a_key_nothing_is_verified_and_it_says_so(ask: Ask) -> None:
    text = ask(signed())[1]
    sentence = "not verified: no --key given; nobody can check a stamp without the signing key"
    assert sentence in text
    assert "work/sessions.sqlite.keys" in text
    assert "computed" not in text
    assert "OK" not in text


def test_the_right_key_verifies_with_computed_beside_received(ask: Ask) -> None:
    value = signed()
    expected = stamp(value.rpartition(".")[0], NEW)
    code, text = ask(value, "--key", NEW)
    assert code == 0
    assert "VERIFY   OK\n" in text
    assert f"  computed  {expected}\n  received  {expected}\n            the same\n" in text


@pytest.mark.parametrize(("key", "number"), [(OLD, 1), (NEW, 2)])
def test_it_says_which_of_the_keys_matched(ask: Ask, key: str, number: int) -> None:
    code, text = ask(signed(key), "--key", OLD, "--key", NEW)
    assert code == 0
    assert f"Key {number} of 2 made this stamp, 2 h ago; the limit is 24 h." in text
    assert text.count("  computed  ") == 1
    assert f"  key       {number} of 2, not shown\n" in text


def test_several_lines_in_one_key_are_keys_as_in_the_key_file(ask: Ask) -> None:
    code, text = ask(signed(NEW), "--key", f"{OLD}\n {NEW} \n")
    assert code == 0
    assert "Key 2 of 2 made this stamp" in text


def test_the_wrong_key_is_a_bad_signature_with_the_first_difference_marked(ask: Ask) -> None:
    value = signed(OTHER)
    received = value.rpartition(".")[2]
    computed = [stamp(value.rpartition(".")[0], key) for key in (OLD, NEW)]
    code, text = ask(value, "--key", OLD, "--key", NEW)
    assert code == 1
    assert "VERIFY   BAD_SIGNATURE\n" in text
    assert "None of the 2 keys makes this stamp" in text
    for each in computed:
        at = next(i for i in range(43) if each[i] != received[i])
        caret = f"{' ' * (12 + at)}^ character {at + 1}\n"
        assert f"  computed  {each}\n  received  {received}\n{caret}" in text


@pytest.mark.parametrize("at", [3, 46, 60])
def test_a_changed_character_in_any_part_is_a_bad_signature(ask: Ask, at: int) -> None:
    code, text = ask(with_character(signed(), at), "--key", NEW)
    assert code == 1
    assert "VERIFY   BAD_SIGNATURE\n" in text


def test_the_caret_stands_under_the_changed_character(ask: Ask) -> None:
    value = signed()
    start = value.rindex(".") + 1
    text = ask(with_character(value, start + 10), "--key", NEW)[1]
    assert f"\n{' ' * 22}^ character 11\n" in text


def spare_bits_flipped(value: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return value[:-1] + alphabet[alphabet.index(value[-1]) ^ 1]


@pytest.mark.parametrize("change", [spare_bits_flipped, lambda value: f"{value}="])
def test_the_same_bytes_written_differently_verify_and_it_says_why(
    ask: Ask, change: Callable[[str], str]
) -> None:
    value = change(signed())
    code, text = ask(value, "--key", NEW)
    assert code == 0
    assert "VERIFY   OK\n" in text
    assert "Written differently, the same bytes" in text
    assert "the same\n" not in text
    assert f"  received  {value.rpartition('.')[2]}\n" in text


@pytest.mark.parametrize(("age", "verdict"), [(DAY, "OK"), (DAY + 1, "EXPIRED"), (-1, "EXPIRED")])
def test_a_cookie_is_good_for_a_day_and_not_before_it_was_made(
    ask: Ask, age: int, verdict: str
) -> None:
    code, text = ask(signed(at=NOW - age), "--key", NEW)
    assert f"VERIFY   {verdict}\n" in text
    assert code == (verdict != "OK")


def test_expired_says_how_long_ago_and_that_the_stamp_is_right(ask: Ask) -> None:
    text = ask(signed(at=NOW - 3 * DAY), "--key", NEW)[1]
    assert "Key 1 of 1 made this stamp, but 3 days ago; the limit is 24 h." in text
    assert "            the same\n" in text


@pytest.mark.parametrize("timestamp", ["A", "_" * 12, "_" * 16, "_" * 9000])
def test_a_right_stamp_over_no_time_is_a_bad_signature(ask: Ask, timestamp: str) -> None:
    covered = f"{ID}.{timestamp}"
    code, text = ask(f"{covered}.{stamp(covered, NEW)}", "--key", NEW)
    assert code == 1
    assert "VERIFY   BAD_SIGNATURE\n" in text
    assert "made this stamp, but over a timestamp that cannot be read" in text


@pytest.mark.parametrize("length", [8, 10, 11])
def test_a_right_stamp_over_a_time_beyond_the_calendar_is_expired(ask: Ask, length: int) -> None:
    text = f"{ID}.{'_' * length}"
    code, said = ask(f"{text}.{stamp(text, NEW)}", "--key", NEW)
    assert code == 1
    assert "VERIFY   EXPIRED\n" in said
    assert "at a time beyond the calendar" in said


def test_another_salt_replaces_the_sandboxs_own(ask: Ask) -> None:
    value = signed(salt=b"lesson")
    assert ask(value, "--key", NEW)[0] == 1
    code, text = ask(value, "--key", NEW, "--salt", "lesson")
    assert code == 0
    assert "  salt      lesson\n" in text


# Re-sign


def test_without_being_asked_it_makes_no_new_cookie(ask: Ask) -> None:
    text = ask(signed(), "--key", NEW)[1]
    assert "RE-SIGN" not in text
    assert "new:" not in text


def test_re_sign_makes_a_new_cookie_with_the_last_key_and_the_time_of_now(ask: Ask) -> None:
    value = signed(OLD)
    code, text = ask(value, "--key", OLD, "--key", NEW, "--re-sign")
    assert code == 0
    assert "a NEW cookie" in text
    assert f"pasted, unchanged:\n{value}\nnew:\n{signed(NEW, at=NOW)}\n" in text


def test_re_sign_uses_the_salt_that_was_given(ask: Ask) -> None:
    text = ask(signed(), "--key", NEW, "--re-sign", "--salt", "lesson")[1]
    assert f"new:\n{signed(at=NOW, salt=b'lesson')}\n" in text


def test_re_signing_a_forgery_says_what_it_is_and_fails(ask: Ask) -> None:
    code, text = ask(signed(OTHER), "--key", NEW, "--re-sign")
    assert code == 1
    assert "The one you pasted is BAD_SIGNATURE" in unwrapped(text)
    assert f"new:\n{signed(at=NOW)}\n" in text


def test_re_sign_without_a_key_is_a_mistake_in_the_asking() -> None:
    with pytest.raises(Problem, match="--re-sign needs a key"):
        cookie.run(options(signed(), "--re-sign"))


def test_what_is_not_a_cookie_is_not_re_signed(ask: Ask) -> None:
    code, text = ask("nonsense", "--key", NEW, "--re-sign")
    assert code == 1
    assert "new:" not in text


# What else is pasted

SHA1_STAMP = "x" * 27
TOKEN = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "HS256"}, {"a": 1}))
FLASK = base64url(b'{"user":"alice"}')
PACKED = "." + base64url(zlib.compress(b'{"user":"alice"}'))
LOOKALIKES = {
    f"{TOKEN}.{SHA1_STAMP}": "a JSON Web Token (JWT)",
    f"{TOKEN}.": "a JSON Web Token (JWT)",
    f"{TOKEN}.iv.text.tag": "an encrypted JSON Web Token (JWE)",
    f"{FLASK}.aaaaaa.{SHA1_STAMP}": "a session cookie of Flask",
    f"{PACKED}.aaaaaa.{SHA1_STAMP}": "a session cookie of Flask",
    f"{FLASK}:1abcde:{'x' * 43}": "something signed by Django",
    f"alice:{'x' * 27}": "something signed by Django",
    "s:q3Vb.abc+/def": "a session cookie of Express or Connect",
    "s%3Aq3Vb.abc%2Fdef": "a session cookie of Express or Connect",
    "123e4567-e89b-12d3-a456-426614174000": "a UUID",
    "{123E4567-E89B-12D3-A456-426614174000}": "a UUID",
    "9qf1s6k0v2m4b7n3c5x8z1l0pd": "a session id of PHP (PHPSESSID), Django or Java.",
    hashlib.md5(b"").hexdigest(): "or an MD5 digest",
    hashlib.sha1(b"").hexdigest(): "a digest in hexadecimal (SHA-1)",
    hashlib.sha256(b"").hexdigest(): "a digest in hexadecimal (SHA-256)",
    ID: "a bare session id",
    f"{ID}.aaaaaa": "a cookie of this sandbox with its stamp cut off",
    "": "an empty value",
    " \t ": "nothing but white space",
    "q3Vb…8w . Zu1x4g . hF0k…1c": "a value as the trace shows it, cut short",
    "q3Vb..8w . Zu1x4g . hF0k..1c": "a value as the trace shows it, cut short",
    "q3Vb…8w": "a value as the trace shows it, cut short",
    f"{ID}.aaaaaa.{ID[1:]}\x1b": "something that no cookie can carry",
    f"{ID}.aaa\u200baaa.{ID}": "something that no cookie can carry",
    f"{ID}.ääääää.{ID}": "something that no cookie can carry",
    f"{ID}%2Eaaaaaa%2E{ID}": "a percent-encoded value",
    "nonsense": "nothing known here",
    "a.b.c.d": "nothing known here",
    "theme=dark": "a cookie with its name",
    "Cookie: theme=dark; lang=de": "a whole Cookie line",
    "Set-Cookie: sandbox_session=; Max-Age=0": "a whole Set-Cookie line, its value empty",
}


@pytest.mark.parametrize(("value", "name"), LOOKALIKES.items(), ids=LOOKALIKES.values())
def test_what_is_not_a_cookie_of_ours_is_told_what_it_looks_like(
    ask: Ask, value: str, name: str
) -> None:
    code, text = ask(value, "--key", NEW)
    assert code == 1
    assert "Not a cookie of this sandbox. It looks like" in text
    assert name in unwrapped(text)
    assert "DECODE" not in text
    assert "VERIFY" not in text


@pytest.mark.parametrize("value", LOOKALIKES, ids=LOOKALIKES.values())
def test_malformed_is_said_of_what_has_not_three_parts_and_of_nothing_else(
    ask: Ask, value: str
) -> None:
    parts = len(value.split("."))
    text = ask(value)[1]
    assert (f"MALFORMED: three parts expected, {parts} came" in text) == (parts != 3)


@pytest.mark.parametrize(
    "around",
    [
        "sandbox_session={}",
        "__Host-sandbox_session={}",
        "lesson04={}",
        "Cookie: sandbox_session={}",
        "cookie: theme=a.b.c; sandbox_session={}; sandbox_session=x.y.z",
        "> Cookie: theme=dark; lesson04={}",
        "Set-Cookie: sandbox_session={}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax",
        "< set-cookie: __Host-sandbox_session={}; Path=/; Secure\r\n",
        "theme=dark; sandbox_session={}",
        '"{}"',
        "'{}'",
        "“{}”",
        " {}",
        "{}\n",
    ],
)
def test_more_than_the_value_is_told_which_part_to_paste(ask: Ask, around: str) -> None:
    value = signed()
    code, text = ask(around.format(value), "--key", NEW)
    assert code == 1
    assert f"Perhaps you meant to paste:\n{value}\n" in text
    assert "VERIFY" not in text


@pytest.mark.parametrize("value", [f"{ID}..{ID}", "..", "a.b.c", f"{signed()}=", f"{ID}.a=.b=c"])
def test_three_parts_are_taken_apart_however_odd_they_are(value: str) -> None:
    assert lookalike(value) is None


# What is never to happen


@pytest.mark.parametrize("value", [signed(), f"{signed()}=", f"{signed()}==", "a.b.c", "nonsense"])
def test_the_pasted_value_is_repeated_unchanged(ask: Ask, value: str) -> None:
    text = ask(value, "--key", NEW)[1]
    assert text.startswith(f"The value you pasted, unchanged:\n{value}\n\n")


@pytest.mark.parametrize(
    "value", [*LOOKALIKES, signed(), signed(OTHER), signed(at=5), with_character(signed(), 3)]
)
@pytest.mark.parametrize("more", [(), ("--re-sign",)])
def test_no_key_is_shown_nor_what_is_derived_from_it(
    ask: Ask, value: str, more: tuple[str, ...]
) -> None:
    text = ask(value, "--key", OLD, "--key", NEW, *more)[1]
    for key in (OLD, NEW):
        derived = hmac.new(key.encode(), SALT, hashlib.sha256)
        assert key not in text
        assert derived.hexdigest() not in text
        assert base64url(derived.digest()) not in text


def test_all_but_whole_values_fits_into_80_columns(ask: Ask) -> None:
    values = [*LOOKALIKES, signed(), signed(OTHER), f"{'x' * 300}.{'y' * 99}.{'z' * 999}"]
    for value in values:
        text = ask(value, "--key", OLD, "--key", NEW, "--salt", "s" * 200, "--re-sign")[1]
        whole = [printable(value), text.partition("\nnew:\n")[2].partition("\n")[0]]
        whole += text.partition("meant to paste:\n")[2].splitlines()
        assert [line for line in text.splitlines() if len(line) > 80 and line not in whole] == []


def test_long_parts_fill_no_screen(ask: Ask) -> None:
    text = ask(".".join(["x" * 30_000] * 3), "--key", NEW)[1]
    assert len(text.splitlines()) < 60
    assert f"  received  {'x' * 61}...\n" in text
    assert "... (30,000 characters)" in text


TEXTS = st.text() | st.text(st.sampled_from("ab.=:;%…\"' \x1b-_\n{[")) | st.binary().map(base64url)
KEYS = st.lists(st.text(st.characters(exclude_characters="\0")), max_size=3)
ANY_COOKIE = TEXTS | st.lists(TEXTS, min_size=3, max_size=3).map(".".join)
QUIETLY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def check_that_nothing_goes_wrong(
    capsys: pytest.CaptureFixture[str], value: str, keys: list[str], re_sign: bool, salt: str
) -> None:
    asked = argparse.Namespace(value=value, key=keys, salt=salt, re_sign=re_sign)
    with contextlib.suppress(Problem):
        assert cookie.run(asked, clock=lambda: NOW) in (0, 1)
    text = capsys.readouterr().out
    assert all(line.isprintable() for line in text.splitlines())


@QUIETLY
@given(value=ANY_COOKIE, keys=KEYS, re_sign=st.booleans(), salt=st.text())
def test_no_text_and_no_key_ends_in_a_traceback_or_reaches_the_terminal_raw(
    capsys: pytest.CaptureFixture[str], value: str, keys: list[str], re_sign: bool, salt: str
) -> None:
    check_that_nothing_goes_wrong(capsys, value, keys, re_sign, salt)


SIGNED_PART = st.text(st.sampled_from("abcXYZ019-_=!~"), max_size=60)


@QUIETLY
@given(session_id=SIGNED_PART, timestamp=SIGNED_PART)
def test_nor_does_any_rightly_signed_nonsense(
    capsys: pytest.CaptureFixture[str], session_id: str, timestamp: str
) -> None:
    text = f"{session_id}.{timestamp}"
    value = f"{text}.{stamp(text, NEW)}"
    check_that_nothing_goes_wrong(capsys, value, [NEW], True, SALT.decode())


@pytest.mark.parametrize(
    "value",
    [
        base64url(b"[" * 60_000) + ".a.b",
        base64url(b"9" * 60_000) + ".a.b",
        "." + base64url(zlib.compress(b"0" * 10_000_000)) + ".a.b",
        "." + base64url(b"not compressed") + ".a.b",
        "." * 100_000,
        "a" * 100_000,
        "=" * 100_000,
        "\ud800.\udcff.\udfff",
    ],
    ids=[
        "deep JSON",
        "a long number",
        "a zip bomb",
        "no zip",
        "dots",
        "letters",
        "equals",
        "surrogates",
    ],
)
def test_nor_does_what_is_made_to_break_readers(ask: Ask, value: str) -> None:
    assert ask(value, "--key", NEW)[0] == 1


@pytest.mark.parametrize("key", ["", " ", "\n", "\ud800"])
def test_a_key_that_is_none_is_a_mistake_in_the_asking(key: str) -> None:
    with pytest.raises(Problem, match="--key"):
        cookie.run(argparse.Namespace(value=signed(), key=[key], salt="", re_sign=False))


def test_a_salt_that_cannot_be_written_is_a_mistake_in_the_asking() -> None:
    with pytest.raises(Problem, match="--salt"):
        cookie.run(argparse.Namespace(value=signed(), key=[], salt="\ud800", re_sign=False))


# The command line


DASHED = signed(session_id="-" + ID[1:], at=NOW)
TWO_DASHES = signed(session_id="--" + ID[2:], at=NOW)
HELPFUL = signed(session_id="-h" + ID[2:], at=NOW)


@pytest.mark.parametrize("value", [DASHED, TWO_DASHES, HELPFUL, "-" + ID[1:], "-a.b.c"])
@pytest.mark.parametrize(
    "before_and_after", [([], []), (["--"], []), (["--key", NEW], []), ([], [f"--key={NEW}"])]
)
def test_a_value_may_begin_with_a_dash(
    capsys: pytest.CaptureFixture[str], value: str, before_and_after: tuple[list[str], list[str]]
) -> None:
    before, after = before_and_after
    assert command_line.main(["cookie", *before, value, *after]) in (0, 1)
    assert f"unchanged:\n{value}\n" in capsys.readouterr().out


def test_a_key_may_begin_with_a_dash(ask: Ask) -> None:
    assert ask(signed("-a-key"), "--key", "-a-key")[0] == 0
    assert ask(signed("--a-key"), "--key", NEW, "--key", "--a-key")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--key", NEW],
        ["a.b.c", "--key"],
        ["a.b.c", "--key", "--re-sign"],
        ["a.b.c", "--keys", NEW],
        ["a.b.c", f"--keys={NEW}"],
        ["a.b.c", f"--ke={NEW}"],
        ["a.b.c", NEW],
        ["Cookie:", f"sandbox_session={NEW}"],
        ["a.b.c", "--re-sign"],
        ["a.b.c", "--key", ""],
        ["--", "a.b.c", "--key", NEW],
    ],
    ids=" ".join,
)
def test_a_mistake_in_the_asking_exits_with_2_and_repeats_no_key(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    try:
        code: object = command_line.main(["cookie", *words])
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert NEW not in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("value", ["q3Vb…8w", "ä.\u202e.\x1b[2J", DASHED], ids=ascii)
def test_it_runs_in_a_c_locale_with_any_output_encoding(encoding: str, value: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "sandbox", "cookie", value, "--key", "ключ"],
        env={**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr == b""
    assert ran.stdout.decode(encoding).replace("\n", "").replace("\r", "").isprintable()
    assert "Login" not in ran.stdout.decode(encoding)


def test_it_does_without_rich() -> None:
    look = "import sys, sandbox.commands.cookie; print('rich' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
