"""The one door through which the inspector's page changes something: `POST /TOKEN/orders/NAME`.

Whoever knows the token may look; an order must come from the inspector's own page as well, or
another site that has learned the address could give one (CSRF, OWASP).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Environ = dict[str, Any]
Told = dict[str, Any]
Order = Callable[[Told], Told]  # from what the page sent to what it is told
Orders = Mapping[str, Order]
LONGEST_ORDER = 64 * 1024  # bytes
OTHER_SITE = "403 An order is taken from the inspector's own page only."
NO_ORDER = "404 This server takes no such order. Reload the page."
TOO_LONG = f"413 An order has at most {LONGEST_ORDER:,} bytes. Send less."
NO_JSON = "400 An order is one JSON object. Reload the page."


class Unable(Exception):
    """What the page ordered cannot be done, as a sentence."""


def text_in(order: Told, name: str, longest: int) -> str:
    """A text that the page sent. Unable: there is none of this name, or it is too long."""
    text = order.get(name)
    if not isinstance(text, str):
        raise Unable(f"The page sent no text as {name!r}. Reload the page.")
    if len(text) > longest:
        raise Unable(
            f"That has {len(text):,} characters; expected are at most {longest:,}. Send less."
        )
    return text


def obey(orders: Orders, name: str, environ: Environ) -> tuple[str, Told]:
    """Do what was ordered: the status, and what the page is told."""
    if not _is_from_our_page(environ):
        return _refused(OTHER_SITE)
    if name not in orders:
        return _refused(NO_ORDER)
    if int(environ.get("CONTENT_LENGTH") or 0) > LONGEST_ORDER:
        return _refused(TOO_LONG)
    try:
        order = json.loads(environ["wsgi.input"].read())
    except (ValueError, RecursionError):
        return _refused(NO_JSON)
    if not isinstance(order, dict):
        return _refused(NO_JSON)
    try:
        return "200 OK", orders[name](order)
    except Unable as reason:
        return "409 Refused", {"error": str(reason)}


def _is_from_our_page(environ: Environ) -> bool:
    """Both headers are the browser's own: no script of a page can set them."""
    origin = f"http://{environ.get('HTTP_HOST', '')}"
    site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
    return environ.get("HTTP_ORIGIN") == origin and site == "same-origin"


def _refused(text: str) -> tuple[str, Told]:
    code, _, sentence = text.partition(" ")
    return f"{code} Refused", {"error": sentence}
