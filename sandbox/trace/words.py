"""Events in plain words: what a listener may print, one `Line` after the other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from sandbox.trace.stage import Event, shortened
from sandbox.trace.stage_words import QUIET_WHEN_OK, WORDS, duration, microseconds

ATTRIBUTES = {
    "path": "goes with every request to this path and below",
    "httponly": "scripts in the page cannot read it",
    "samesite=lax": "stays at home when another site's page posts a form",
    "samesite=strict": "stays at home whenever another site's page leads here",
    "samesite=none": "goes along whichever site the request comes from",
    "secure": "travels over HTTPS only (and to localhost)",
}
PHRASES = {int(status): status.phrase for status in HTTPStatus}
LONGEST_PART = 40  # characters of a cookie that is not ours
LONGEST_VALUE = 16  # characters: what is longer is an id
JSON_BEGINS = "eyJ"  # `{"` in base64
MOST_NAMES = 10  # of foreign cookies
BEFORE_SOURCE = "  "  # between a stage's name and where its code stands


@dataclass(frozen=True)
class Line:
    """One line of a card.

    `kind` is head, lane, detail, place, attribute, figure, lamps or answer.


    Where it does not fit it may be broken at `fold`.
    """

    kind: str
    text: str
    label: str = ""
    code: str = ""
    right: str = ""
    fold: int = 0


def request_lines(event: Event) -> list[Line]:
    """Who asks for what, and the cookies that came along."""
    label = asker_label(event)
    asker = event["called_by"] if "called_by" in event else event["visitor"]
    lines = [Line("head", f"{_server(event)}{event['method']} {event['path']}", right=asker)]
    ours = [cookie for cookie in event["cookies"] if cookie["ours"]]
    for cookie in ours:
        lines += cookie_lines(f"Cookie {cookie['name']}=", cookie["value"], label)
    if not ours:
        lines.append(Line("lane", "sends no session cookie", label))
    others = sorted({cookie["name"] for cookie in event["cookies"] if not cookie["ours"]})
    if others:
        more = f" and {len(others) - MOST_NAMES} more" if len(others) > MOST_NAMES else ""
        names = ", ".join(_cut(name) for name in others[:MOST_NAMES])
        lines.append(Line("detail", f"and by name only: {names}{more}"))
    return lines + [Line("detail", f"note: {note}") for note in event["notes"]]


def _server(event: Event) -> str:
    """Which server it is, where there are several."""
    return f"{event['server']}  " if "server" in event else ""


def asker_label(event: Event) -> str:
    """A browser asks, unless another server does."""
    return "caller" if "called_by" in event else "browser"


def cookie_lines(before: str, value: str, label: str) -> list[Line]:
    """A cookie with its three parts named; one of another shape as it is, cut short."""
    parts = value.split(".")
    if len(parts) != 3:
        return [Line("lane", f"{before}{_cut(value)}", label)]
    if value.startswith(JSON_BEGINS):
        return _token_lines(before, parts, label)
    first, name = _first_part(parts[0]), "value" if len(parts[0]) <= LONGEST_VALUE else "id"
    issued, stamp = _cut(parts[1]), shortened(parts[2])
    shown = f"{first:{len(name)}} . {issued:6} . {stamp}"
    names = f"{name:{max(len(first), len(name)) + 3}}{'issued':{max(len(issued), 6) + 3}}stamp"
    below = f"{' ' * len(before)}{names:{len(shown)}}"
    return [
        Line("lane", f"{before}{shown}", label, fold=len(before)),
        Line("detail", below, fold=len(before)),
    ]


def _token_lines(before: str, parts: list[str], label: str) -> list[Line]:
    """A token (JWT) that travels in a cookie: its three parts are others than those of a ticket."""
    shown = " . ".join(shortened(part) for part in parts)
    names = f"{' ' * len(before)}{'header':10}{'claims':10}signature"
    return [
        Line("lane", f"{before}{shown}", label, fold=len(before)),
        Line("detail", names, fold=len(before)),
    ]


def _first_part(text: str) -> str:
    """An id by its ends; a name, as some lessons stamp it, in full."""
    return text if len(text) <= LONGEST_VALUE else shortened(text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_PART else f"{text[:LONGEST_PART]}…"


def stage_lines(event: Event, quiet: Collection[str] = QUIET_WHEN_OK) -> list[Line]:
    """What one stage found, and where its code stands."""
    name, outcome, evidence = event["stage"], event["outcome"], event["evidence"]
    if name in quiet and outcome == "OK":
        return []
    if "evidence_failed" in evidence:
        words = f"the evidence cannot be told ({evidence['evidence_failed']})"
    elif outcome == "CRASHED":
        words = f"{evidence['error']} at {evidence['at']}"
    elif outcome == "STORE_DOWN":
        words = f"the store does not answer ({evidence.get('error', 'unknown')})"
    else:  # a stage of a lesson's own brings its words along
        words = WORDS[name](outcome, evidence) if name in WORDS else evidence.get("says", "")
    lines = [
        Line("lane", words, event["lane"], outcome, right=microseconds(event["us"])),
        Line("place", f"{name}{BEFORE_SOURCE}{event['source']}"),
    ]
    differs = outcome == "BAD_SIGNATURE" and "received" in evidence
    return lines + (arithmetic(evidence) if differs else [])


def in_fewer_words(lines: list[Line]) -> list[Line]:
    """What can be read from the last row: no attributes, no source, no times."""
    kept = (line for line in lines if line.kind != "attribute")
    return [_briefer(line) for line in kept]


def _briefer(line: Line) -> Line:
    if line.kind == "place":
        return replace(line, text=line.text.partition(BEFORE_SOURCE)[0])
    return line if line.kind == "head" else replace(line, right="")


def arithmetic(evidence: dict[str, Any]) -> list[Line]:
    """The signature as it is computed, beside the one that came."""
    secret = evidence.get("live_only", {})
    computed, received = secret.get("computed", ""), evidence["received"]
    lines = [("salt", evidence["salt"])]
    if "signing_key" in secret:
        lines += [
            (f"key {evidence['key']}", secret["signing_key"]),
            ("derived", "HMAC-SHA256(key, salt) ="),
            ("", secret["derived_key"][:32]),
            ("", secret["derived_key"][32:]),
        ]
    elif secret:
        lines.append((f"key {evidence['key']}", f"not shown, fingerprint {secret['fingerprint']}"))
    signed = f"{_first_part(evidence['session_id'])}.{evidence['timestamp']}"
    lines.append(("stamp", f"HMAC-SHA256(derived, {signed})"))
    if computed:
        lines += [("computed", computed), ("received", received[: len(computed) + 1])]
        lines += [("", first_difference(computed, received))] if "…" not in received else []
    return [Line("figure", f"{label:11}{text}") for label, text in lines]


def first_difference(computed: str, received: str) -> str:
    """A caret under the first character that differs."""
    pairs = zip(computed, received, strict=False)
    same = next((i for i, (ours, theirs) in enumerate(pairs) if ours != theirs), None)
    at = min(len(computed), len(received)) if same is None else same
    return f"{' ' * at}^ character {at + 1}" if at < 24 else f"{f'character {at + 1} ':>{at}}^"


def response_lines(event: Event, had_cookie: bool) -> list[Line]:
    """The stages not reached, the two lamps, and the headers as they were sent."""
    lines = []
    if event["skipped"]:
        lines.append(Line("lane", ", ".join(event["skipped"]), "SKIPPED"))
    lamps = {name: state.replace("_", " ") for name, state in event["lamps"].items()}
    lines.append(Line("lamps", f"issued by us? {lamps['issued']} · still alive? {lamps['alive']}"))
    location = f"  Location: {event['location']}" if event.get("location") else ""
    status = f"{event['status']} {PHRASES.get(event['status'], '')}".rstrip()
    lines.append(Line("answer", f"→ {status}{location}", right=f"{event['ms']} ms"))
    if not event["set_cookie"] and "called_by" not in event:  # a server has no jar
        keeps = ": the browser keeps the cookie it has" if had_cookie else ""
        lines.append(Line("lane", f"no Set-Cookie{keeps}", "browser"))
    for header in event["set_cookie"]:
        lines += set_cookie_lines(header, asker_label(event))
    return lines


def set_cookie_lines(header: str, label: str = "browser") -> list[Line]:
    """A Set-Cookie header, each attribute explained."""
    pair, *attributes = header.split("; ")
    name, _, value = pair.partition("=")
    lines = cookie_lines(f"Set-Cookie {name}=", value, label)
    explained = (f"{each:15} {explain_attribute(each)}" for each in attributes)
    return lines + [Line("attribute", text) for text in explained]


def explain_attribute(attribute: str) -> str:
    """A few words on one attribute of a Set-Cookie header (RFC 6265bis section 4.1.2)."""
    name, _, value = attribute.lower().partition("=")
    if name == "max-age":
        return _explain_max_age(value)
    return ATTRIBUTES.get(attribute.lower(), ATTRIBUTES.get(name, ""))


def _explain_max_age(value: str) -> str:
    try:
        seconds = int(value)
    except ValueError:
        return "no number: the browser ignores it"
    return f"the browser drops it after {duration(seconds)}" if seconds > 0 else "drop it now"
