"""What was pasted instead of a cookie of this sandbox, and why it isn't one."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sandbox.login.cookies import COOKIE_OCTETS, TOKEN, CookieSettings, parse_cookie_header

OUR_NAMES = tuple(CookieSettings(max_age=0, secure=secure).name for secure in (False, True))
HEADER = re.compile(r"[<>*\s]*(set-cookie|cookie)\s*:(.*)", re.IGNORECASE | re.DOTALL)
CUT_SHORT = re.compile(r"…|^[\w-]{4}\.\.[\w-]{2}$|[\w-]{4}\.\.[\w-]{2} \. ", re.ASCII)
EXPRESS = re.compile(r"s(:|%3A)", re.IGNORECASE)
PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
DJANGO = re.compile(r"[^:]+(:[0-9A-Za-z]{1,8})?:[\w-]{27,43}", re.ASCII)
UUID = re.compile(r"[{]?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}[}]?", re.IGNORECASE)
HEX = re.compile(r"[0-9a-f]+", re.IGNORECASE)
DIGESTS = {40: "SHA-1", 56: "SHA-224", 64: "SHA-256", 96: "SHA-384", 128: "SHA-512"}
PHP = re.compile(r"[0-9a-z]{26,32}", re.IGNORECASE)
SHAPE_43 = re.compile(r"[\w-]{43}", re.ASCII)
WITHOUT_STAMP = re.compile(r"[\w-]{43}\.[\w-]{6}\.?", re.ASCII)
QUOTES = ('""', "''", "“”", "„“", "‘’", "``")  # noqa: RUF001  # as texts quote
ENOUGH = 65536  # characters or bytes that are looked at


@dataclass(frozen=True)
class Lookalike:
    """What a value looks like, why it is not a cookie of ours, and what to paste instead."""

    name: str
    why: str
    paste: str = ""


def lookalike(value: str) -> Lookalike | None:
    """What the value looks like; None when it may be a cookie of this sandbox."""
    found = (look(value) for look in LOOKS)
    return next((each for each in found if each), None)


def _nothing(value: str) -> Lookalike | None:
    if value.strip():
        return None
    return Lookalike(
        "an empty value" if not value else "nothing but white space",
        "Did the shell swallow the value? Put it into single quotes. An empty cookie is what a "
        "server hands out to make the browser drop the one it has.",
    )


def _cut_short(value: str) -> Lookalike | None:
    if not CUT_SHORT.search(value):
        return None
    return Lookalike(
        "a value as the trace shows it, cut short",
        "The trace leaves out the middle, so that nobody can use what stands on a screen. The "
        "whole value is in the browser: developer tools, Application or Storage, Cookies.",
    )


def _header(value: str) -> Lookalike | None:
    found = HEADER.fullmatch(value)
    if not found:
        return None
    name = "Set-Cookie" if found[1].lower() == "set-cookie" else "Cookie"
    return _of_pairs(f"a whole {name} line", found[2])


def _pair(value: str) -> Lookalike | None:
    name, _, rest = value.partition("=")
    ours = name.strip() in OUR_NAMES
    a_name = TOKEN.fullmatch(name.strip()) and name.count(".") < 2  # connect.sid has one
    three_parts = "." in name and value.count(".") == 2
    if not ours and (three_parts or not a_name or not rest.strip("= ")):
        return None
    return _of_pairs("a cookie with its name" if ";" not in value else "a list of cookies", value)


def _of_pairs(name: str, text: str) -> Lookalike:
    pairs = parse_cookie_header(text.strip()).pairs
    ours = [value for each, value in pairs if each in OUR_NAMES]
    alike = [value for _, value in pairs if value.count(".") == 2]
    paste = next(iter(ours + alike), None)
    if paste:
        return Lookalike(name, "Only the part after the first = and before any ; is wanted.", paste)
    if ours:
        return Lookalike(
            f"{name}, its value empty", "So a server tells the browser to drop its cookie."
        )
    names = ", ".join(each[:40] for each, _ in pairs[:5]) or "none that can be read"
    return Lookalike(name, f"It holds no {OUR_NAMES[0]}. Cookies in it: {names}.")


def _quoted(value: str) -> Lookalike | None:
    bare = value.strip()
    if len(bare) < 2 or bare[0] + bare[-1] not in QUOTES:
        return None
    return Lookalike(
        "a value in quotes", "The quotes are not part of the cookie.", bare[1:-1].strip()
    )


def _spaced(value: str) -> Lookalike | None:
    if value == value.strip():
        return None
    return Lookalike(
        "a value with white space around it",
        "The server would compare the white space, too; nothing is taken off here.",
        value.strip(),
    )


def _foreign_characters(value: str) -> Lookalike | None:
    if COOKIE_OCTETS.fullmatch(value):
        return None
    foreign = dict.fromkeys(c for c in value if not COOKIE_OCTETS.fullmatch(c))
    named = ", ".join(_named(c) for c in list(foreign)[:5])
    return Lookalike(
        "something that no cookie can carry",
        f"It contains {named}. Cookies have no white space, control characters, quotes, "
        "commas, semicolons, backslashes or letters beyond ASCII (RFC 6265).",
    )


def _named(character: str) -> str:
    name = unicodedata.name(character, "a control character or unassigned")
    return f"U+{ord(character):04X} ({name.lower()})"


def _express(value: str) -> Lookalike | None:
    if not EXPRESS.match(value):
        return None
    return Lookalike(
        "a session cookie of Express or Connect (connect.sid)",
        "s: means signed. After it come the id, a dot and an HMAC-SHA256 in standard base64: no "
        "time in it, and no salt. A cookie of this sandbox has three parts and no prefix.",
    )


def _percent_encoded(value: str) -> Lookalike | None:
    if not PERCENT.search(value):
        return None
    return Lookalike(
        "a percent-encoded value",
        "Nothing in a cookie of this sandbox would need that. It was decoded once for you below.",
        unquote(value),
    )


def _jwt(value: str) -> Lookalike | None:
    parts = value.split(".")
    header = _json_in(parts[0])
    if len(parts) not in (3, 5) or not isinstance(header, dict) or "alg" not in header:
        return None
    name = "a JSON Web Token (JWT)" if len(parts) == 3 else "an encrypted JSON Web Token (JWE)"
    return Lookalike(
        name,
        "Its first part decodes to JSON that names an algorithm (alg). A token carries its data "
        "in itself; a cookie of this sandbox starts with a random session id, and the data stays "
        "on the server.",
    )


def _flask(value: str) -> Lookalike | None:
    """An itsdangerous payload: JSON, after a leading dot compressed with zlib."""
    body = value.removeprefix(".")
    compressed = body != value
    parts = body.split(".")
    holds_data = _zlib_in(parts[0]) if compressed else _json_in(parts[0]) is not None
    if len(parts) not in (2, 3) or not holds_data:
        return None
    return Lookalike(
        "a session cookie of Flask, or other data signed by itsdangerous",
        f"Its first part decodes to {'compressed data' if compressed else 'JSON'}: the session "
        "itself is in the cookie. Here only an id is, and the session stays on the server.",
    )


def _django(value: str) -> Lookalike | None:
    if not DJANGO.fullmatch(value):
        return None
    return Lookalike(
        "something signed by Django",
        "Django puts colons between the value, the time and the signature; here they are dots.",
    )


def _uuid(value: str) -> Lookalike | None:
    if not UUID.fullmatch(value):
        return None
    return Lookalike("a UUID", "An identifier without time and stamp: nothing here to verify.")


def _hex_digest(value: str) -> Lookalike | None:
    if not HEX.fullmatch(value) or len(value) not in DIGESTS:
        return None
    return Lookalike(
        f"a digest in hexadecimal ({DIGESTS[len(value)]})",
        "A digest of what, and when, it does not say. Stamps of this sandbox are in base64url.",
    )


def _bare_framework_id(value: str) -> Lookalike | None:
    if not PHP.fullmatch(value):
        return None
    md5 = " or an MD5 digest" if HEX.fullmatch(value) and len(value) == 32 else ""
    return Lookalike(
        f"a session id of PHP (PHPSESSID), Django or Java{md5}",
        "Those ids travel without a stamp: only the server's store can tell a real one.",
    )


def _bare_session_id(value: str) -> Lookalike | None:
    if not SHAPE_43.fullmatch(value):
        return None
    return Lookalike(
        "a bare session id, without timestamp and stamp",
        "A session id has 43 characters, and so has a stamp, and so has a signing key of this "
        "sandbox (if it is one: keep it to yourself). The cookie is ID.TIMESTAMP.STAMP, all of it.",
    )


def _without_stamp(value: str) -> Lookalike | None:
    if not WITHOUT_STAMP.fullmatch(value):
        return None
    return Lookalike(
        "a cookie of this sandbox with its stamp cut off",
        "The id and the timestamp are there. Without the stamp anybody could have written them.",
    )


def _wrong_number_of_parts(value: str) -> Lookalike | None:
    parts = value.count(".") + 1
    if parts == 3:
        return None
    came = "1 part" if parts == 1 else f"{parts:,} parts"
    return Lookalike(
        "nothing known here",
        "A cookie of this sandbox is ID.TIMESTAMP.STAMP, three parts with dots between; "
        f"{came} came.",
    )


def _json_in(part: str) -> Any:
    """What a base64url part decodes to: a JSON object, array or string; else None."""
    try:
        decoded = json.loads(_decoded(part))
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, (dict, list, str)) else None


def _zlib_in(part: str) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(_decoded(part), ENOUGH))
    except (ValueError, zlib.error):
        return False


def _decoded(part: str) -> bytes:
    part = part[:ENOUGH].rstrip("=")
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


LOOKS: tuple[Callable[[str], Lookalike | None], ...] = (
    _nothing,
    _cut_short,
    _header,
    _quoted,
    _pair,
    _spaced,
    _foreign_characters,
    _express,
    _percent_encoded,
    _jwt,
    _flask,
    _django,
    _uuid,
    _hex_digest,
    _bare_framework_id,
    _bare_session_id,
    _without_stamp,
    _wrong_number_of_parts,
)
