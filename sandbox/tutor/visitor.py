"""A browser without a window: an HTTP client whose jar can be seen and changed by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

NUMBER = re.compile(r"-?\d+")
TIMEOUT = 10.0  # seconds


@dataclass
class JarCookie:
    """One cookie in the jar; `expires` in Unix seconds, None: when the browser is closed."""

    value: str
    path: str = "/"
    expires: float | None = None
    attributes: tuple[str, ...] = ()


@dataclass
class Jar:
    """What a browser keeps of Set-Cookie headers (RFC 6265 section 5.3), aged by one clock.

    Loopback counts as secure, as it does in browsers.
    """

    clock: Callable[[], float]
    cookies: dict[str, JarCookie] = field(default_factory=dict)

    def keep(self, set_cookie: str) -> None:
        """Do what a Set-Cookie header says."""
        pair, *attributes = (part.strip() for part in set_cookie.split(";"))
        name, _, value = pair.partition("=")
        given = {key.lower(): text for key, _, text in (each.partition("=") for each in attributes)}
        max_age = given.get("max-age", "")
        expires = self.clock() + int(max_age) if NUMBER.fullmatch(max_age) else None
        self.cookies[name] = JarCookie(value, given.get("path", "/"), expires, tuple(attributes))
        self._drop_expired()

    def header(self, path: str) -> str:
        """The Cookie header for a request to this path; empty when there is nothing to send."""
        self._drop_expired()
        sent = (item for item in self.cookies.items() if _belongs(path, item[1].path))
        return "; ".join(f"{name}={cookie.value}" for name, cookie in sent)

    def _drop_expired(self) -> None:
        now = self.clock()
        over = [n for n, each in self.cookies.items() if (each.expires or now + 1) <= now]
        for name in over:
            del self.cookies[name]


def _belongs(asked: str, path: str) -> bool:
    """Is this page the cookie's path or below it? RFC 6265 section 5.1.4."""
    page = asked.partition("?")[0]
    return page == path or page.startswith(path.rstrip("/") + "/")


class Visitor:
    """Somebody at a browser. Redirects are not followed: each is an exchange of its own."""

    def __init__(self, name: str, url: str, clock: Callable[[], float]) -> None:
        self.name = name
        self.jar = Jar(clock)
        self._http = httpx.Client(
            base_url=url,
            headers={"User-Agent": f"sandbox-visitor ({name})"},
            timeout=TIMEOUT,
            trust_env=False,  # a proxy of the machine has no business on loopback
        )

    def get(self, path: str, cookie: str | None = None) -> httpx.Response:
        """GET a page; `cookie` is sent instead of what is in the jar."""
        return self._send("GET", path, {}, cookie)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        return self._send("POST", path, fields, None)

    def close(self) -> None:
        self._http.close()

    def _send(
        self, method: str, path: str, fields: dict[str, str], cookie: str | None
    ) -> httpx.Response:
        header = self.jar.header(path) if cookie is None else cookie
        headers = {"Cookie": header} if header else {}
        response = self._http.request(method, path, data=fields or None, headers=headers)
        response.read()
        for set_cookie in response.headers.get_list("set-cookie"):
            self.jar.keep(set_cookie)
        self._http.cookies.clear()
        return response
