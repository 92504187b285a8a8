"""Who may pass: the host, the origin of a form, and the visitor of a protected route."""

from __future__ import annotations

import re
from collections.abc import Collection

from sandbox.login.flow import Visitor
from sandbox.login.refusals import CrossSite, ForeignHost, Refusal, UnknownUser
from sandbox.trace.stage import Evidence, stage

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
PORT = re.compile(r":\d{0,5}\Z")
PATH_HERE = re.compile(r"/(?!/)[!-\[\]-~]*")  # one slash first; no backslash, blank or control


def _host_compared(_outcome: object, host: str, allowed: Collection[str]) -> Evidence:
    return {"host": host, "allowed": sorted(allowed)}


@stage(lane="guard", evidence=_host_compared)
def check_host(host: str, allowed: Collection[str]) -> None:
    """Answer only for our own names, whatever the port, against DNS rebinding (CVE-2018-14505)."""
    if PORT.sub("", host).lower() not in map(str.lower, allowed):
        raise ForeignHost()


def _origin_compared(
    _outcome: object, host: str, sec_fetch_site: str | None, origin: str | None
) -> Evidence:
    return {"Host": host, "Sec-Fetch-Site": sec_fetch_site, "Origin": origin}


@stage(lane="guard", evidence=_origin_compared)
def refuse_cross_site(host: str, sec_fetch_site: str | None, origin: str | None) -> None:
    """Refuse a form that another site's page sent along with our visitor's cookie.

    The browser says where the form stood (W3C Fetch Metadata); older ones name the Origin
    (RFC 6454); a client that says neither, such as curl, carries no cookie by itself.
    """
    if sec_fetch_site is not None:
        same_origin = sec_fetch_site in ("same-origin", "none")
    else:
        same_origin = origin is None or origin.partition("://")[2] == host
    if not same_origin:
        raise CrossSite()


def _decision(outcome: object, visitor: object, path: str) -> Evidence:
    return {"path": path, "user": outcome.user if isinstance(outcome, Visitor) else None}


@stage(lane="guard", evidence=_decision)
def guard(visitor: Visitor | Refusal, path: str) -> Visitor:
    """Let nobody pass whom the server could not recognise as a user."""
    if isinstance(visitor, Refusal):
        raise visitor
    if visitor.user is None:
        raise UnknownUser(visitor.session)
    return visitor


def safe_next(path: str) -> str:
    """The page to go to after a login, if it is one of this site; else the home page.

    Browsers take `//host`, `/\\host` and `/<tab>/host` for addresses of another site.
    """
    return path if PATH_HERE.fullmatch(path) else "/"
