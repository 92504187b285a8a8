"""Where sessions are kept: one contract, several stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Session:
    """One row of the store. `user` is None before a login; times in Unix seconds."""

    id: str
    user: str | None
    began: float
    seen: float
    word: str = ""
    flash: tuple[str, ...] = ()


class SessionStore(Protocol):
    """The contract of every store. Each call is atomic; StoreDown when the store cannot answer.

    An update never brings a deleted session back: False says that there is no such session.
    """

    def create(self, session: Session) -> None:
        """Keep a new session; StoreDown when its id is in use."""

    def find(self, session_id: str) -> Session | None:
        """The session with this id, if there is one."""

    def touch(self, session_id: str, seen: float) -> bool:
        """Note when the session was last seen; never an earlier time than noted already."""

    def write(
        self, session_id: str, *, word: str | None = None, flash: tuple[str, ...] | None = None
    ) -> bool:
        """Change the word, the flash messages, or both; None leaves one as it is."""

    def replace(self, old_id: str, new: Session) -> bool:
        """Give an old session the new one's id, user and times; its word stays, no flash does.

        StoreDown when the new id is in use by another session.
        """

    def delete(self, session_id: str) -> bool:
        """End one session."""

    def all_of(self, user: str) -> list[Session]:
        """All sessions of one user, the one seen last first; those seen at once by their ids."""

    def delete_all_of(self, user: str) -> int:
        """End all sessions of one user; how many there were."""

    def sweep(self, began_before: float) -> int:
        """Remove sessions so old that no cookie can reach them; how many there were."""

    def close(self) -> None:
        """Let go of files and connections."""
