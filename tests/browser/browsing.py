"""Who takes part: somebody with a browser profile, the server they visit, an ear for its trace."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.login.cookies import CookieSettings
from sandbox.login.flow import Bricks
from sandbox.login.server import make_app
from sandbox.login.users import DEMO_ACCOUNTS
from sandbox.serving.live import LiveServer
from sandbox.serving.traced import traced
from sandbox.trace.stage import Event

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, Response

PATIENCE = 30.0  # seconds; the machine may be busy with something else
# Chromium notes every 4xx answer on its console; here they are asked for on purpose.
ASKED_FOR = "Failed to load resource: the server responded with a status of 4"


@dataclass
class Exchange:
    """One request with its stages and its response, as the trace told them."""

    request: Event
    stages: list[Event]
    response: Event

    @property
    def path(self) -> str:
        path: str = self.request["path"]
        return path.partition("?")[0]

    @property
    def our_cookies(self) -> list[str]:
        """The session cookies that came along."""
        return [cookie["value"] for cookie in self.request["cookies"] if cookie["ours"]]

    def outcome(self, stage: str) -> str | None:
        """How this stage ended, None if it was not reached."""
        return next((e["outcome"] for e in self.stages if e["stage"] == stage), None)


class Ear:
    """A listener that keeps every event."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._told = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._told:
            self._events.append(event)
            self._told.notify_all()

    def close(self) -> None:
        """Nothing to let go of."""

    def heard(self, method: str | None = None, path: str | None = None) -> list[Exchange]:
        """What was asked so far, oldest first.

        A browser may read a response before the trace has told of it, so wait for what is begun.
        """
        with self._told:
            assert self._told.wait_for(self._all_answered, PATIENCE), "a request has no response"
            events = list(self._events)
        exchanges = [_exchange(e, events) for e in events if e["type"] == "request"]
        return [
            each
            for each in exchanges
            if method in (None, each.request["method"]) and path in (None, each.path)
        ]

    def last(self, method: str, path: str) -> Exchange:
        return self.heard(method, path)[-1]

    def _all_answered(self) -> bool:
        kinds = [event["type"] for event in self._events]
        return kinds.count("request") == kinds.count("response")


def _exchange(request: Event, events: list[Event]) -> Exchange:
    its = [event for event in events if event["id"] == request["id"]]
    (response,) = [event for event in its if event["type"] == "response"]
    return Exchange(request, [e for e in its if e["type"] == "stage_ended"], response)


class Sandbox:
    """The login server on a port of its own, with an ear for its trace.

    `asked` holds every path that crossed the wire, the untraced ones as well.
    """

    def __init__(self, bricks: Bricks) -> None:
        self.bricks = bricks
        self.trace = Ear()
        self.asked: list[str] = []
        app = make_app(bricks, demo_accounts=DEMO_ACCOUNTS)
        watched = traced(app, bricks, self.trace)
        self._live = LiveServer(self._counting(watched), port=0).start()
        self.url = self._live.url

    @property
    def port(self) -> int:
        return self._live.port

    @property
    def cookie(self) -> CookieSettings:
        return self.bricks.cookie

    def rows(self, user: str) -> int:
        """How many sessions the store keeps of somebody."""
        return len(self.bricks.store.all_of(user))

    def word_of(self, user: str) -> str:
        (session,) = self.bricks.store.all_of(user)
        return session.word

    def close(self) -> None:
        self._live.stop()
        self.bricks.store.close()

    def _counting(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def counted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            self.asked.append(environ["PATH_INFO"])
            return app(environ, start_response)

        return counted


class OtherSite:
    """A page on another port, with one button that posts a form to us and a link that leads here.

    It is reached as localhost (same site, another origin) or as 127.0.0.1 (another site).
    """

    def __init__(self) -> None:
        self.target = ""
        self._live = LiveServer(self._page, port=0).start()

    def url(self, host: str) -> str:
        return f"http://{host}:{self._live.port}/"

    def close(self) -> None:
        self._live.stop()

    def _page(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=UTF-8")])
        fields = {"word": "stolen", "username": "bob", "password": "builder", "next": "/"}
        inputs = "".join(f'<input name="{name}" value="{v}">' for name, v in fields.items())
        form = f'<form method="post" action="{self.target}">{inputs}<button>Win</button></form>'
        icon = '<link rel="icon" href="data:,">'
        page = f"<!doctype html><title>Win</title>{icon}{form}<a href='{self.target}'>Go</a>"
        return [page.encode()]


@dataclass
class Person:
    """Somebody with a browser profile of their own, and one tab open.

    `complaints` is what Chromium wrote on the console as an error, plus what scripts threw.
    """

    context: BrowserContext
    sandbox: Sandbox
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE * 1000)
        self.context.on("console", self._note)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.tab: Page = self.context.new_page()

    def open(self, address: str, tab: Page | None = None) -> Response:
        """Type an address, or a path of the sandbox, into the address bar."""
        address = self.sandbox.url + address if address.startswith("/") else address
        response = (tab or self.tab).goto(address)
        assert response is not None
        return response

    def reload(self) -> None:
        self.tab.reload()

    def log_in(self, name: str, password: str | None = None) -> Response:
        """Ask for the profile, be sent to the form, fill it in and press its button."""
        self.open("/profile")
        password = DEMO_ACCOUNTS[name] if password is None else password
        self.tab.locator("input[name=username]").fill(name)
        self.tab.locator("input[name=password]").fill(password)
        return self.press("/login")

    def press(self, action: str) -> Response:
        """Press the button of the form that posts to this path."""
        return self.follow(self.tab.locator(f'form[action="{action}"] button').first)

    def follow(self, button_or_link: Locator) -> Response:
        with self.tab.expect_navigation() as navigation:
            button_or_link.click()
        return navigation.value

    def save_word(self, word: str) -> Response:
        self.open("/profile")
        self.tab.locator("input[name=word]").fill(word)
        return self.press("/word")

    @property
    def place(self) -> str:
        """The path this person's tab shows, without the query."""
        return urlsplit(self.tab.url).path

    @property
    def heading(self) -> str:
        return self.tab.locator("h1").inner_text()

    @property
    def jar(self) -> list[dict[str, Any]]:
        """Chromium's own jar, everything in it."""
        return [dict(cookie) for cookie in self.context.cookies()]

    @property
    def ticket(self) -> dict[str, Any]:
        """The one cookie in the jar."""
        (cookie,) = self.jar
        return cookie

    def put_back(self, ticket: dict[str, Any], **changed: Any) -> None:
        """Write a cookie into Chromium's jar, as it was or changed."""
        self.context.add_cookies([ticket | changed])

    def whoami(self) -> str | None:
        """Whom the server recognises in this profile: asked with a script of our own page."""
        if not self.tab.url.startswith(self.sandbox.url):
            self.open("/")
        user: str | None = self.tab.evaluate(
            "async () => (await (await fetch('/api/me')).json()).user ?? null"
        )
        return user

    @property
    def focused(self) -> Locator:
        return self.tab.locator(":focus")

    def _note(self, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(ASKED_FOR):
            self.complaints.append(message.text)
