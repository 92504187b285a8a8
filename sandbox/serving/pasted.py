"""What can be done with a cookie that somebody pasted: decode, verify and re-sign, each alone."""

from __future__ import annotations

from collections.abc import Collection

from sandbox.login.cookies import LONGEST_COOKIE
from sandbox.login.refusals import Expired, Refusal
from sandbox.login.signing import CookieParts, SessionSigner, check_signature, take_apart
from sandbox.serving.lookalikes import Lookalike, lookalike
from sandbox.trace.inspector.orders import Told, Unable, text_in
from sandbox.trace.stage import LAMPS, lamps, printable

LONGEST_PASTE = 32 * 1024  # characters; what is longer is no cookie, whatever stands in it
LONGEST_ADVICE = 200  # characters of what to paste instead
SIGNED = "This server signed it, and not too long ago. Whether it opens anything, the store says."
BROUGHT = (
    "This server signs with keys that you brought along, so the page makes no cookie with them. "
    "Start it without --keys to see how it is done."
)
# What itsdangerous raises of a time beyond the calendar, under a stamp that is right.
BEYOND_THE_CALENDAR = (ValueError, OverflowError, OSError)


def decode(order: Told) -> Told:
    """The parts of a pasted cookie; no key is needed."""
    parts = _parts(order)
    told = {"id": parts.session_id, "timestamp": parts.timestamp, "stamp": parts.signature}
    return told | {"issued_at": parts.issued_at, "covered": len(parts.signed)}


def verify(signer: SessionSigner, order: Told) -> Told:
    """What the signer says of a pasted cookie; no store is asked."""
    _parts(order)
    refusal = signer_says(signer, order["cookie"])
    return outcome(refusal, ("signer",)) | {"says": refusal.sentence if refusal else SIGNED}


def re_sign(signer: SessionSigner, order: Told) -> Told:
    """A new cookie for the id in a pasted one: the time of now, signed with the current key."""
    parts = _parts(order)
    if signer.keys.brought:
        raise Unable(BROUGHT)
    new = signer.sign(parts.session_id)
    codes = {"before": _code(signer_says(signer, order["cookie"]))}
    return codes | {"code": _code(signer_says(signer, new)), "cookie": new}


def signer_says(signer: SessionSigner, cookie: str) -> Refusal | None:
    """How check_signature refuses this cookie; None: it vouches for it."""
    try:
        check_signature(signer, cookie)
    except Refusal as refusal:
        return refusal
    except BEYOND_THE_CALENDAR:
        return Expired()
    return None


def outcome(refusal: Refusal | None, lanes: Collection[str] = tuple(LAMPS.values())) -> Told:
    """The reason code and the two lamps; `lanes` are those that were asked."""
    return {"code": _code(refusal), **lamps(refusal, lanes)}


def _code(refusal: Refusal | None) -> str:
    return refusal.code if refusal else "OK"


def _parts(order: Told) -> CookieParts:
    cookie = text_in(order, "cookie", LONGEST_PASTE)
    looks = lookalike(cookie)
    if looks:
        raise Unable(_what_it_is(looks))
    if len(cookie) > LONGEST_COOKIE:
        raise Unable(
            f"A cookie has at most {LONGEST_COOKIE:,} bytes; {len(cookie):,} were pasted. "
            "Paste the value alone."
        )
    return take_apart(cookie)


def _what_it_is(looks: Lookalike) -> str:
    """Why there is nothing to do; what could be pasted instead is said, never done."""
    said = f"This is not a cookie of this sandbox; it looks like {looks.name}. {looks.why}"
    if not looks.paste or len(looks.paste) > LONGEST_ADVICE:
        return said
    return f"{said} Perhaps you meant to paste: {printable(looks.paste)}"
