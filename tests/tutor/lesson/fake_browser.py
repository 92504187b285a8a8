"""A browser of the tests' own, in Chromium's place: it opens pages and presses what it is told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from urllib.parse import urljoin

from sandbox.tutor.chromium import CannotDo
from sandbox.tutor.reasons import Reasons
from sandbox.tutor.visitor import Visitor


@dataclass
class Button:
    """What a press of it sends."""

    target: str
    form: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    takes_cookies: bool = True


class FakeTab:
    """Somebody's tab: what was opened, a jar."""

    def __init__(self, name: str, browser: FakeBrowser) -> None:
        self._visitor = Visitor(name, "http://localhost", time.time)
        self._browser = browser

    def do(self, does: str, what: str) -> None:
        self._browser.did.append((does, what))
        if does == "open":
            self._send("GET", what, Button(what))
        elif does == "press" and what in self._browser.buttons:
            button = self._browser.buttons[what]
            self._send("POST", button.target, button)
        elif does == "press":
            raise CannotDo(f"no {what} here")

    def _send(self, method: str, target: str, button: Button) -> None:
        cookie = None if button.takes_cookies else ""
        answer = self._visitor.send(method, target, button.form, cookie, button.headers)
        if "location" in answer.headers:
            to = urljoin(target, answer.headers["location"])
            self._send("GET", to, Button(to))

    def held(self) -> dict[tuple[str, str], str]:
        return {key: cookie.value for key, cookie in self._visitor.jar.cookies.items()}

    def forget(self) -> None:
        self._browser.did.append(("forget", "what was before"))

    def reasons(self, method: str, address: str) -> Reasons:
        self._browser.asked_for.append((method, address))
        return self._browser.reasons

    def close(self) -> None:
        self._browser.closed.append(self._visitor.name)
        self._visitor.close()


@dataclass
class FakeBrowser:
    """Its buttons by their text; what it did."""

    buttons: dict[str, Button] = field(default_factory=dict)
    reasons: Reasons = field(default_factory=Reasons)
    did: list[tuple[str, str]] = field(default_factory=list)
    asked_for: list[tuple[str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def tab(self, name: str) -> FakeTab:
        return FakeTab(name, self)

    def close(self) -> None:
        self.closed.append("the browser")
