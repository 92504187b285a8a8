"""What each stage found, in a few words: one function per stage."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from sandbox.trace.stage import shortened

UNITS = ((86400, "days"), (3600, "h"), (60, "min"), (1, "s"))


def duration(seconds: float) -> str:
    """A length of time in one unit, rounded down."""
    size, unit = next((pair for pair in UNITS if seconds >= pair[0] * 2), UNITS[-1])
    return f"{int(seconds // size)} {unit}"


def microseconds(us: int) -> str:
    return f"{us} µs" if us < 1000 else f"{us / 1000:.1f} ms"


def _read_cookie(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "OK":
        return f"found {evidence['cookie']} in the request"
    return f"no {evidence['cookie']} in the request: a stranger"


def _check_signature(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "MALFORMED":
        return f"three parts were expected, {evidence['parts']} came"
    if outcome == "BAD_SIGNATURE":
        return "none of our keys makes this stamp"
    age = evidence["age"]
    if outcome == "EXPIRED":
        limit = evidence["max_age"]
        too_old = f"{duration(age - limit)} older than {duration(limit)}"
        return f"the stamp is ours, but {too_old if age >= 0 else 'from the future'}"
    key = "" if evidence["key"] == "1 of 1" else f", key {evidence['key']}"
    return f"{_compared(evidence)}{key}, issued {duration(age)} ago"


def _compared(evidence: dict[str, Any]) -> str:
    """A stamp can be written in more than one way: base64 has spare bits and ignores padding."""
    computed = evidence.get("live_only", {}).get("computed")
    if computed is None:
        return "the stamp is ours"
    same = shortened(computed) == shortened(evidence["received"])
    spelling = "= received" if same else "= received, though spelled otherwise"
    return f"computed {shortened(computed)} {spelling}"


def _named(evidence: dict[str, Any]) -> str:
    """A session by its shortened id; some lessons use ids too short for that."""
    told: str = evidence["session_id"]
    return told if told != "…" else "it"


def _look_up_session(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "UNKNOWN_SESSION":
        return f"no session {evidence['session_id']} in the store"
    user = evidence["user"]
    return f"found {_named(evidence)}, " + (f"{user}'s session" if user else "nobody's session")


def _check_limits(outcome: str, evidence: dict[str, Any]) -> str:
    idle = f"idle {duration(evidence['idle'])} of {duration(evidence['idle_limit'])}"
    age = f"lasted {duration(evidence['age'])} of {duration(evidence['lifetime'])}"
    if outcome == "IDLE_TIMEOUT":
        return idle
    if outcome == "ABSOLUTE_TIMEOUT":
        return age
    if outcome == "UNKNOWN_SESSION":
        return "the session was deleted a moment ago"
    touch = evidence["touch"]
    return f"{idle}, {age}" + ("" if touch == "not due" else f", seen: {touch}")


def _find_user(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "UNKNOWN_USER":
        return "the session's user is no longer known"
    return f"the visitor is {evidence['user']}" if evidence["user"] else "a session of nobody"


def _throttle(outcome: str, evidence: dict[str, Any]) -> str:
    count = evidence["failures"]
    failed = f"{count or 'no'} failure{'s' * (count != 1)} for this name and address"
    return failed if outcome == "OK" else f"{failed}: wait {duration(math.ceil(evidence['wait']))}"


def _check_password(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "OK":
        return f"{evidence['user']}'s password matches the stored hash"
    if evidence["user"]:
        return f"the password is wrong for {evidence['user']}"
    return "no match, and the name is not known"


def _open_session(outcome: str, evidence: dict[str, Any]) -> str:
    instead = evidence.get("replaced")
    instead = f", in the place of {instead}" if instead else ""
    return f"new session {evidence.get('session_id')} for {evidence['user'] or 'nobody'}{instead}"


def _sign_session_id(outcome: str, evidence: dict[str, Any]) -> str:
    return f"stamped {_named(evidence)} with key {evidence['key']}"


def _set_cookie(outcome: str, evidence: dict[str, Any]) -> str:
    return f"hands out the ticket: {evidence['cookie']}, for {duration(evidence['max_age'])}"


def _write_word(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "OK":
        return f"the word is written into {_named(evidence)}"
    return f"no session {evidence['session_id']} in the store any more"


def _close_session(outcome: str, evidence: dict[str, Any]) -> str:
    if "session_id" not in evidence:
        return "no session in this browser, nothing to delete"
    if evidence["everywhere"]:
        return f"deleted all of {evidence['user']}'s sessions: {evidence['deleted']}"
    gone = "" if evidence["deleted"] else " (it was gone already)"
    return f"deleted session {evidence['session_id']}{gone}"


def _clear_cookie(outcome: str, evidence: dict[str, Any]) -> str:
    return f"tells the browser to drop {evidence['cookie']}"


def _check_host(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "OK":
        return f"Host: {evidence['host']} is a name of ours"
    return f"Host: {evidence['host']} is not one of {', '.join(evidence['allowed'])}"


def _refuse_cross_site(outcome: str, evidence: dict[str, Any]) -> str:
    site, origin, host = (evidence[name] for name in ("Sec-Fetch-Site", "Origin", "Host"))
    if site is not None:
        return f"Sec-Fetch-Site: {site}" + ("" if outcome == "OK" else ", same-origin wanted")
    if origin is not None:
        return f"Origin: {origin} against Host: {host}"
    return "neither Sec-Fetch-Site nor Origin: not a page's form"


def _guard(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "OK":
        return f"{evidence['user']} may see {evidence['path']}"
    return f"{evidence['path']} is for users who are logged in"


def _read_bearer(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "OK":
        return f"a token came in the Authorization header: {evidence['token']}"
    return "no token in the Authorization header"


def _check_token(outcome: str, evidence: dict[str, Any]) -> str:
    if outcome == "MALFORMED":
        return "this cannot be read as a token of three parts"
    if outcome == "BAD_SIGNATURE":
        said = evidence.get("header", {}).get("alg")
        return f"none of our keys makes this signature (the token says alg: {said})"
    claims, now = evidence["claims"], evidence["now"]
    if outcome == "EXPIRED":
        return f"the signature is ours, but it expired {duration(now - claims['exp'])} ago"
    left = duration(claims["exp"] - now)
    return f"the signature is ours: {claims['sub']}'s token, good for {left} more"


def _sign_token(outcome: str, evidence: dict[str, Any]) -> str:
    return f"signed a token for {evidence['user']}, good for {duration(evidence['lifetime'])}"


QUIET_WHEN_OK = ("check_host", "read_cookie")
WORDS: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "read_cookie": _read_cookie,
    "check_signature": _check_signature,
    "look_up_session": _look_up_session,
    "check_limits": _check_limits,
    "find_user": _find_user,
    "throttle": _throttle,
    "check_password": _check_password,
    "open_session": _open_session,
    "sign_session_id": _sign_session_id,
    "set_cookie": _set_cookie,
    "write_word": _write_word,
    "close_session": _close_session,
    "clear_cookie": _clear_cookie,
    "check_host": _check_host,
    "refuse_cross_site": _refuse_cross_site,
    "guard": _guard,
    "read_bearer": _read_bearer,
    "check_token": _check_token,
    "sign_token": _sign_token,
}
