"""What a student's file prints: kept in short, so that five megabytes cost nothing."""

from __future__ import annotations

import io

MOST_KEPT = 2000  # characters


class Printed(io.TextIOBase):
    """Stands in for standard output and standard error."""

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._length < MOST_KEPT:
            self._kept.append(text[: MOST_KEPT - self._length])
        self._length += len(text)
        return len(text)

    def __len__(self) -> int:
        return self._length

    def __bool__(self) -> bool:
        return True

    def forget(self) -> None:
        """Begin afresh, so that what was printed before leaves room."""
        self._kept.clear()
        self._length = 0

    def since(self, length: int) -> str:
        """What was printed after so many characters; what is beyond the limit is counted."""
        text = "".join(self._kept)[length:]
        lost = self._length - max(length, MOST_KEPT)
        return text + (f"… ({lost} more characters)" if lost > 0 else "")
