"""The real browser of a site: started when a step first needs it, a tab for each visitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sandbox.tutor.chromium import MissingBrowser
from sandbox.tutor.reasons import Reasons


class Tab(Protocol):
    """A tab with a jar of its own."""

    def do(self, does: str, what: str) -> None:
        """One line of a recipe; CannotDo when the page does not let it."""

    def held(self) -> dict[tuple[str, str], str]:
        """What is in the jar: values by host and name."""

    def forget(self) -> None:
        """Requests up to this moment are of no interest."""

    def reasons(self, method: str, address: str) -> Reasons:
        """Why cookies stayed at home with the first such request, or were not kept."""

    def close(self) -> None:
        """Its jar is emptied, too."""


class Browser(Protocol):
    """Something that opens tabs."""

    def tab(self, name: str) -> Tab:
        """A tab for this visitor, who says his name to the server."""

    def close(self) -> None:
        """End the browser."""


class RealBrowser:
    """The browser, or `missing`: a sentence that says why there is none."""

    def __init__(self, start: Callable[[], Browser]) -> None:
        self.missing = ""
        self._start = start
        self._browser: Browser | None = None
        self._tabs: dict[str, Tab] = {}

    def start(self) -> Browser:
        """MissingBrowser when there is none; that is tried once."""
        if self.missing:
            raise MissingBrowser(self.missing)
        if self._browser is None:
            try:
                self._browser = self._start()
            except MissingBrowser as missing:
                self.missing = str(missing)
                raise
        return self._browser

    def tab(self, name: str) -> Tab:
        """The visitor's own."""
        if name not in self._tabs:
            self._tabs[name] = self.start().tab(name)
        return self._tabs[name]

    def close_tabs(self) -> None:
        for tab in self._tabs.values():
            tab.close()
        self._tabs = {}

    def close(self) -> None:
        self.close_tabs()
        if self._browser is not None:
            self._browser.close()
            self._browser = None
