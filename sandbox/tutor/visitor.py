"""A browser without a window: an HTTP client whose jar can be seen and changed by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import httpx

from sandbox.login.problems import Problem

NUMBER = re.compile(r"-?\d+")
TIMEOUT = 10.0  # seconds
HERE = "localhost"
FORM = "application/x-www-form-urlencoded"


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

    By host and name: the port plays no part. Loopback counts as secure, as it does in browsers.
    """

    clock: Callable[[], float]
    cookies: dict[tuple[str, str], JarCookie] = field(default_factory=dict)

    def keep(self, set_cookie: str, host: str = HERE) -> None:
        """Do what a Set-Cookie header says."""
        pair, *attributes = (part.strip() for part in set_cookie.split(";"))
        name, _, value = pair.partition("=")
        given = {key.lower(): text for key, _, text in (each.partition("=") for each in attributes)}
        expires = self._expires(given)
        cookie = JarCookie(value, given.get("path", "/"), expires, tuple(attributes))
        self.cookies[host, name] = cookie
        self._drop_expired()

    def header(self, path: str, host: str = HERE) -> str:
        """The Cookie header for a request to this path; empty when there is nothing to send."""
        sent = (item for item in self.on(host).items() if _belongs(path, item[1].path))
        return "; ".join(f"{name}={cookie.value}" for name, cookie in sent)

    def on(self, host: str = HERE) -> dict[str, JarCookie]:
        """The cookies of one host by name; what has expired is gone."""
        self._drop_expired()
        return {name: cookie for (home, name), cookie in self.cookies.items() if home == host}

    def value(self, name: str, host: str = HERE) -> str | None:
        """What the jar holds under this name."""
        cookie = self.on(host).get(name)
        return cookie.value if cookie else None

    def _expires(self, given: Mapping[str, str]) -> float | None:
        """Max-Age counts before Expires (RFC 6265 section 5.3)."""
        max_age = given.get("max-age", "")
        if NUMBER.fullmatch(max_age):
            return self.clock() + int(max_age)
        try:
            return parsedate_to_datetime(given.get("expires", "")).timestamp()
        except ValueError:
            return None

    def _drop_expired(self) -> None:
        now = self.clock()
        ends = {key: each.expires for key, each in self.cookies.items()}
        over = [key for key, end in ends.items() if end is not None and end <= now]
        for key in over:
            del self.cookies[key]


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
            verify=False,  # noqa: S501  # no https here; else every certificate is read, for 30 ms
            trust_env=False,  # a proxy of the machine has no business on loopback
        )

    def get(self, path: str, cookie: str | None = None) -> httpx.Response:
        """GET a page; `cookie` is sent instead of what is in the jar."""
        return self.send("GET", path, cookie=cookie)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        return self.send("POST", path, form=urlencode(fields))

    def send(
        self,
        method: str,
        target: str,
        form: str = "",
        cookie: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request to a path here or to a whole address; the jar keeps what comes back."""
        to = self._http.build_request(method, target).url
        sent = self.jar.header(to.path, to.host) if cookie is None else cookie
        ours = {"Cookie": sent} if sent else {}
        of_form = {"Content-Type": FORM} if form else {}
        if method == "POST":
            of_form["Sec-Fetch-Site"] = "same-origin"  # the form stands on this site's own page
        response = self._answer(method, target, form, {**of_form, **(headers or {}), **ours})
        for set_cookie in response.headers.get_list("set-cookie"):
            self.jar.keep(set_cookie, to.host)
        self._http.cookies.clear()
        return response

    def _answer(
        self, method: str, target: str, form: str, headers: Mapping[str, str]
    ) -> httpx.Response:
        try:
            return self._http.request(method, target, content=form.encode(), headers=headers)
        except httpx.HTTPError as error:
            raise Problem(f"{method} {target} got no answer: {error}.") from None

    def close(self) -> None:
        self._http.close()
