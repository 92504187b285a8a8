"""Two headers carry a cookie: the server's Set-Cookie, once, and the browser's Cookie, always."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.login.refusals import NoCookie
from sandbox.trace.stage import Evidence, stage

# RFC 6265 section 4.1.1: what a server may put into a name and into a value.
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
COOKIE_OCTETS = re.compile(r"[!#-+\--:<-\[\]-~]*")
LONGEST_COOKIE = 4096  # bytes of name and value; browsers drop what is longer


@dataclass(frozen=True)
class CookieSettings:
    """How our cookie is named and what the browser is told about it. `max_age` in seconds."""

    max_age: int
    secure: bool = False
    base_name: str = "sandbox_session"

    @property
    def name(self) -> str:
        """With Secure the `__Host-` prefix forbids other hosts and paths (RFC 6265bis)."""
        return f"__Host-{self.base_name}" if self.secure else self.base_name


@dataclass(frozen=True)
class CookieHeader:
    """A Cookie header taken apart: the pairs in the order sent, and what was ignored."""

    pairs: tuple[tuple[str, str], ...]
    ignored: int = 0

    def values(self, name: str) -> list[str]:
        return [value for each, value in self.pairs if each == name]


def parse_cookie_header(header: str) -> CookieHeader:
    """Split a Cookie header at its semicolons; a malformed neighbour spoils nobody else.

    RFC 6265 section 5.4 says how browsers write it: `name=value; name=value`.
    """
    pieces = [piece.strip(" \t") for piece in header.split(";")]
    split = [piece.partition("=") for piece in pieces if piece]
    pairs = [(name.strip(" \t"), value.strip(" \t")) for name, equals, value in split if equals]
    named = tuple((name, value) for name, value in pairs if TOKEN.fullmatch(name))
    return CookieHeader(named, ignored=len(split) - len(named))


def _what_was_sent(outcome: object, name: str, header: str) -> Evidence:
    sent = parse_cookie_header(header)
    others = sorted({each for each, _ in sent.pairs} - {name})
    return {"cookie": name, "copies": len(sent.values(name)), "others": others}


@stage(lane="server", evidence=_what_was_sent)
def read_cookie(name: str, header: str) -> str:
    """Find our cookie among all that the browser sent.

    Of two with our name the first counts: browsers send the more specific path first.
    """
    values = parse_cookie_header(header).values(name)
    if not values:
        raise NoCookie()
    return values[0]


def _the_header(set_cookie: object, settings: CookieSettings, *_: str) -> Evidence:
    return {"cookie": settings.name, "max_age": settings.max_age, "secure": settings.secure}


@stage(lane="server", evidence=_the_header)
def set_cookie(settings: CookieSettings, value: str) -> str:
    """Write the Set-Cookie header that hands the browser its ticket."""
    return format_set_cookie(settings.name, value, settings.max_age, settings.secure)


@stage(lane="server", evidence=_the_header)
def clear_cookie(settings: CookieSettings) -> str:
    """Write the Set-Cookie header that tells the browser to drop its ticket."""
    return format_set_cookie(settings.name, "", 0, settings.secure)


def format_set_cookie(name: str, value: str, max_age: int, secure: bool = False) -> str:
    """One Set-Cookie header; ValueError for what a cookie cannot carry (RFC 6265 section 4.1.1)."""
    if not TOKEN.fullmatch(name) or not COOKIE_OCTETS.fullmatch(value):
        raise ValueError(f"A cookie cannot carry these characters: {name!r}={value!r}.")
    if len(name) + len(value) > LONGEST_COOKIE:
        raise ValueError(f"A cookie has at most {LONGEST_COOKIE} bytes; this one is longer.")
    flags = "; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return f"{name}={value}; Path=/; Max-Age={max_age}{flags}"
