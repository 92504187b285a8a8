"""The trace on a terminal: a card per request, drawn as things happen, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue

from sandbox.trace.bucket import Bucket
from sandbox.trace.output import is_full, say_switched_off
from sandbox.trace.painter import Painter
from sandbox.trace.stage import Event

# A thread that draws all it can holds the interpreter's lock and slows every request down.
PER_SECOND, BURST = 20.0, 40.0  # cards
LONGEST_QUEUE = 200  # cards, for a terminal that is stopped
SUMMARY_EVERY = 1.0  # seconds
LAST_WORDS = 0.5  # seconds to draw what is left at the end


class ConsoleTrace:
    """Decide at a request's beginning whether its card is drawn; a card is never torn apart.

    `gone` is called once when nobody reads any more.
    """

    def __init__(
        self,
        painter: Painter,
        gone: Callable[[], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._painter = painter
        self._gone = gone
        self._bucket = Bucket(PER_SECOND, BURST, now)
        self._drawn: set[int] = set()
        self._left_out: Counter[str] = Counter()
        self._ready: list[Event] = []
        self._is_over = False
        self._lock = threading.Lock()
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._draw_all, name="console", daemon=True)
        self._thread.start()

    def wants(self, request_id: int) -> bool:
        """Is there a token left for this request's card?"""
        with self._lock:
            if self._is_over or len(self._drawn) >= LONGEST_QUEUE or not self._bucket.take():
                return False
            self._drawn.add(request_id)
        return True

    def __call__(self, event: Event) -> None:
        if event["id"] in self._drawn:
            self._work.put(partial(self._draw, event))
        elif event["type"] == "response":
            with self._lock:
                self._left_out[event["verdict"]] += 1

    def say(self, sentence: str) -> None:
        """A line between the cards."""
        self._work.put(partial(self._say, sentence))

    def catch_up(self, timeout: float = 5.0) -> None:
        """Wait until everything told so far has been drawn, or drawing has ended."""
        drawn = threading.Event()
        self._work.put(self._show)
        self._work.put(drawn.set)
        give_up = time.monotonic() + timeout
        while self._thread.is_alive() and time.monotonic() < give_up and not drawn.wait(0.05):
            pass

    def close(self) -> None:
        """Draw what is waiting, then stop; a terminal that takes nothing is not waited for."""
        self._work.put(None)
        self._thread.join(LAST_WORDS)

    def _draw_all(self) -> None:
        try:
            while (work := self._next()) is not None:
                work()
                if self._work.empty():
                    self._show()
            self._show()
            self._summarise()
        except Exception as error:  # a fault in the drawing must not end the server
            if isinstance(error, OSError) and not is_full(error):
                self._gone()  # whoever read the trace has left
            else:
                say_switched_off(self, error)
        finally:
            self._forget()

    def _forget(self) -> None:
        """Nobody draws any more: nothing is waited for, nothing is kept."""
        with self._lock:
            self._is_over = True
            self._drawn.clear()
            self._left_out.clear()
        while not self._work.empty():
            self._work.get_nowait()

    def _next(self) -> Callable[[], None] | None:
        while True:
            try:
                return self._work.get(timeout=SUMMARY_EVERY)
            except Empty:
                self._summarise()

    def _draw(self, event: Event) -> None:
        self._ready.append(event)
        if event["type"] == "response":
            self._drawn.discard(event["id"])
            if self._left_out.total() >= BURST:
                self._summarise()

    def _show(self) -> None:
        """Draw in one go what came while the last was drawn: that takes half the time."""
        ready, self._ready = self._ready, []
        self._painter.draw(*ready)

    def _say(self, sentence: str) -> None:
        self._show()
        self._painter.say(sentence)

    def _summarise(self) -> None:
        with self._lock:
            left_out, self._left_out = self._left_out, Counter()
        if left_out:
            codes = ", ".join(f"{count} {code}" for code, count in left_out.most_common())
            self._say(f"… {left_out.total()} more requests, not drawn: {codes}")
