"""`cookie`: take a cookie of this sandbox apart.

Three separate things: decode needs no key; verify needs one; re-sign makes a new cookie, and only
when asked. What was pasted is never changed, and no key is ever shown.
"""

from __future__ import annotations

import argparse
import re
import textwrap
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timezone

from sandbox.commands.options import say
from sandbox.login.keys import Keys, MemoryKeys
from sandbox.login.problems import Problem
from sandbox.login.refusals import Expired, Malformed
from sandbox.login.sessions import Limits
from sandbox.login.signing import SALT, CookieParts, SessionSigner, take_apart
from sandbox.serving.lookalikes import Lookalike, lookalike
from sandbox.serving.pasted import signer_says
from sandbox.trace.stage import printable
from sandbox.trace.stage_words import duration
from sandbox.trace.words import first_difference

BASE64URL = re.compile(r"[\w-]*", re.ASCII)
WIDTH = 78
LONGEST_TIME = 11  # characters: the 8 bytes that itsdangerous reads
LONGEST_SHOWN = 192  # characters of one part
HOW_TO_GIVE_KEYS = '--key "$(cat work/sessions.sqlite.keys)"'
TAKE_A_WORD = ("--key", "--salt")
OPTIONS = (*TAKE_A_WORD, "--re-sign", "--help", "-h", "--")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `cookie`."""
    add = parser.add_argument
    add("value", metavar="VALUE", help="the cookie's value, as the browser keeps it; quote it")
    add("--key", action="append", default=[], metavar="K", help="verify with it; oldest first")
    add("--salt", default=SALT, metavar="S", help=f"instead of the sandbox's own, {SALT}")
    add("--re-sign", action="store_true", help="also make a new cookie, signed with the last key")
    parser.epilog = f"The sandbox's keys stand in a file: {HOW_TO_GIVE_KEYS}"
    parser.allow_abbrev = False
    _let_words_begin_with_a_dash(parser)


def run(options: argparse.Namespace, clock: Callable[[], float] = time.time) -> int:
    """Say what the cookie is; 0 when all that was asked for succeeded, else 1."""
    keys = _keys(options.key)
    if options.re_sign and not keys:
        raise Problem(f"--re-sign needs a key to sign with. Give one: {HOW_TO_GIVE_KEYS}")
    signer = SessionSigner(MemoryKeys(*keys), clock, Limits.cookie_age, _salt(options.salt))
    lines = ["The value you pasted, unchanged:", options.value, ""]
    looks = lookalike(options.value)
    if looks:
        say(lines + _lookalike_lines(looks, options.value))
        return 1
    parts = take_apart(options.value)
    code = _verdict(signer, options.value) if keys else ""
    lines += _decode_lines(parts, clock())
    lines += ["", *(_verify_lines(signer, parts, code) if keys else _not_verified())]
    if options.re_sign:
        lines += ["", *_re_sign_lines(signer, options.value, parts, code)]
    say(lines)
    return 0 if code == "OK" or not (keys or _oddities(parts)) else 1


def _decode_lines(parts: CookieParts, now: float) -> list[str]:
    return [
        "DECODE   needs no key: whoever sees this cookie can read all of it",
        *_field("id", parts.session_id),
        *_field("timestamp", parts.timestamp),
        *_field("", _when(parts, now)),
        *_field("stamp", parts.signature),
        *_wrapped("The stamp covers the id, the dot and the timestamp, these bytes:"),
        *_field("covered", parts.signed),
        *_wrapped(
            "Everybody can read this: signed is not encrypted. The stamp hides nothing, it only "
            "tells who wrote the rest. The id is a random number; of the user it says nothing."
        ),
        *(line for odd in _oddities(parts) for line in _wrapped(f"Odd: {odd}")),
    ]


def _when(parts: CookieParts, now: float) -> str:
    """The date in UTC and how long ago, if the time can be read."""
    date = _date(parts)
    return f"= {date:%Y-%m-%d %H:%M:%S} UTC, {_ago(parts, now)}" if date else "no time to be read"


def _ago(parts: CookieParts, now: float) -> str:
    date = _date(parts)
    if not date:
        return "at a time beyond the calendar"
    age = int(now) - date.timestamp()
    return f"{duration(age)} ago" if age >= 0 else f"{duration(-age)} in the future"


def _date(parts: CookieParts) -> datetime | None:
    seconds = parts.issued_at if 1 <= len(parts.timestamp) <= LONGEST_TIME else None
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _oddities(parts: CookieParts) -> list[str]:
    """Where the parts are not as this sandbox writes them."""
    sha1 = " (as SHA-1 has)" if len(parts.signature) == 27 else ""
    return [
        *_odd("an id", parts.session_id, 43),  # 256 bits
        *_odd("a timestamp", parts.timestamp, 6),  # until 2106
        *(f"{odd}{sha1}" for odd in _odd("a stamp", parts.signature, 43)),
    ]


def _odd(name: str, part: str, length: int) -> list[str]:
    if BASE64URL.fullmatch(part) and len(part) == length:
        return []
    has = f"{len(part):,}" if len(part) != length else "others, too"
    return [f"{name} here has {length} base64url characters, this has {has}"]


def _not_verified() -> list[str]:
    return [
        "VERIFY   not asked for",
        "  not verified: no --key given; nobody can check a stamp without the signing key",
        "  The sandbox's own keys stand in work/sessions.sqlite.keys. To verify, add",
        f"  {HOW_TO_GIVE_KEYS}",
    ]


def _verdict(signer: SessionSigner, cookie: str) -> str:
    """What the server would say of this cookie's stamp and age."""
    refusal = signer_says(signer, cookie)
    return refusal.code if refusal else "OK"


def _verify_lines(signer: SessionSigner, parts: CookieParts, code: str) -> list[str]:
    keys = signer.keys.current()
    made_by = [n for n, key in enumerate(keys, 1) if signer.is_made_with(key, parts)]
    lines = [f"VERIFY   {code}", *_wrapped(_finding(signer, parts, code, made_by))]
    lines += _field("salt", signer.salt)
    lines += ["  stamp     HMAC-SHA256(derived, id.timestamp), derived = HMAC-SHA256(key, salt)"]
    for number in made_by[-1:] or range(1, len(keys) + 1):
        lines += [f"  key       {number} of {len(keys)}, not shown"]
        lines += _comparison(signer.compute_with(keys[number - 1], parts), parts.signature, made_by)
    return lines


def _finding(signer: SessionSigner, parts: CookieParts, code: str, made_by: list[int]) -> str:
    keys, limit = len(signer.keys.current()), duration(signer.max_age)
    if not made_by:
        none = "The key given does not make" if keys == 1 else f"None of the {keys} keys makes"
        return (
            f"{none} this stamp. The arithmetic cannot tell why: another key, another salt, or a "
            "cookie that was changed."
        )
    ours = f"Key {made_by[-1]} of {keys} made this stamp"
    ago = _ago(parts, signer.clock())
    if code == "OK":
        return f"{ours}, {ago}; the limit is {limit}."
    if code == Expired.code:
        return f"{ours}, but {ago}; the limit is {limit}."
    return f"{ours}, but over a timestamp that cannot be read."


def _comparison(computed: str, received: str, made_by: list[int]) -> list[str]:
    """Computed above received, and a caret under the first character that differs."""
    shown = received if len(received) <= 64 else f"{received[:61]}..."
    lines = [*_field("computed", computed), *_field("received", shown)]
    if computed == received:
        return [*lines, *_field("", "the same")]
    lines += _field("", first_difference(computed, received))
    if not made_by:
        return lines
    return lines + _wrapped(
        "Written differently, the same bytes: the last character of base64 has bits to spare, "
        "and readers skip what is foreign to it. So the stamp is accepted."
    )


def _re_sign_lines(signer: SessionSigner, pasted: str, parts: CookieParts, code: str) -> list[str]:
    new = signer.sign(parts.session_id)
    keys = len(signer.keys.current())
    doubt = "" if code == "OK" else f" The one you pasted is {code}: its id is nobody's word."
    return [
        "RE-SIGN  a NEW cookie, as you asked; it is not the one you pasted",
        *_wrapped(f"The same id, the time of now, signed with key {keys} of {keys}.{doubt}"),
        "pasted, unchanged:",
        pasted,
        "new:",
        new,
        *_wrapped("Whoever has the key can do this. Whether it opens anything, the store says."),
    ]


def _lookalike_lines(looks: Lookalike, value: str) -> list[str]:
    lines = _wrapped(f"Not a cookie of this sandbox. It looks like {looks.name}.", indent="")
    try:
        take_apart(value)
    except Malformed as malformed:
        lines += [f"{malformed.code}: three parts expected, {malformed.evidence['parts']:,} came"]
    lines += _wrapped(looks.why)
    return lines + (["Perhaps you meant to paste:", looks.paste] if looks.paste else [])


def _field(label: str, text: str) -> list[str]:
    """A label and its text, in as many lines as it takes."""
    if len(text) > LONGEST_SHOWN:
        text = f"{text[:LONGEST_SHOWN]}... ({len(text):,} characters)"
    text = printable(text)
    pieces = [text[at : at + 64] for at in range(0, len(text), 64)] or ["(empty)"]
    return [f"  {name:10}{piece}" for name, piece in zip([label] + [""] * 99, pieces, strict=False)]


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _keys(given: list[str]) -> Keys:
    """The keys as the key file has them: one a line, oldest first."""
    try:
        texts = [text.encode("utf-8", "surrogateescape") for text in given]
    except UnicodeEncodeError:
        raise Problem("A --key holds characters that cannot be written as UTF-8.") from None
    keys = [[line.strip() for line in text.splitlines() if line.strip()] for text in texts]
    if not all(keys):
        raise Problem(f"A --key is empty. Is there such a file? {HOW_TO_GIVE_KEYS}")
    return tuple(key for lines in keys for key in lines)


def _salt(given: str) -> str:
    try:
        given.encode()
    except UnicodeEncodeError:
        raise Problem("The --salt holds characters that cannot be written as UTF-8.") from None
    return given


def _let_words_begin_with_a_dash(parser: argparse.ArgumentParser) -> None:
    """Cookies and keys may begin with "-": don't let argparse take them for options."""
    parse = parser.parse_known_args

    def parse_all(
        words: Sequence[str], namespace: None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        options, left_over = parse(_options_first(words), namespace)
        if left_over:  # argparse would repeat the words, and one may be a key
            parser.error("unknown option, or a word too many; quote VALUE, give options before it")
        return options, []

    # Its overloads cannot be written here in short; only parse_args calls it.
    parser.parse_known_args = parse_all  # type: ignore[assignment, method-assign]


def _options_first(words: Sequence[str]) -> list[str]:
    """The same words, options in front and values after a "--"."""
    options: list[str] = []
    values: list[str] = []
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if word == "--":
            values += rest
            break
        if word in TAKE_A_WORD and rest and rest[0] not in OPTIONS:
            options.append(f"{word}={rest.popleft()}")
        elif word.startswith("-") and ("=" in word or not _is_long(word)):
            options.append(word)
        else:
            values.append(word)
    return [*options, "--", *values]


def _is_long(word: str) -> bool:
    """Longer than any option, or in parts as a cookie is."""
    return "." in word or len(word) > 20
