"""The rows of the store for the inspector's page: ids by their ends, until one is revealed."""

from __future__ import annotations

import secrets
import threading

from sandbox.login.flow import Bricks
from sandbox.login.stores import Session
from sandbox.trace.inspector.orders import Told, Unable, text_in
from sandbox.trace.stage import shortened

MOST_ROWS = 200
MOST_HANDLES = 10 * MOST_ROWS
LONGEST_HANDLE = 64  # characters
UNKNOWN = "This row is not known by that handle any more. Load the table anew."
GONE = "There is no such row any more. Load the table anew."
BROUGHT = "With keys that you brought along, ids are told by their ends only."


class Handles:
    """Names for rows which tell nothing of their ids; of too many the oldest are forgotten."""

    def __init__(self, most: int = MOST_HANDLES) -> None:
        self._most = most
        self._ids: dict[str, str] = {}  # by handle
        self._handles: dict[str, str] = {}  # by id
        self._lock = threading.Lock()

    def of(self, session_id: str) -> str:
        with self._lock:
            handle = self._handles.pop(session_id, None) or secrets.token_urlsafe(12)
            self._handles[session_id] = handle  # now the newest
            self._ids[handle] = session_id
            if len(self._handles) > self._most:
                del self._ids[self._handles.pop(next(iter(self._handles)))]
            return handle

    def id_of(self, handle: str) -> str:
        with self._lock:
            session_id = self._ids.get(handle)
        if session_id is None:
            raise Unable(UNKNOWN)
        return session_id


class SessionTable:
    """What the page may see of the store, and the one thing it may do there: delete a row."""

    def __init__(self, bricks: Bricks) -> None:
        self._bricks = bricks
        self._handles = Handles()

    def told(self, _order: Told) -> Told:
        """The sessions of all users, the one seen last first: at most `MOST_ROWS` of them."""
        store, users = self._bricks.store, self._bricks.users.hashes
        found = [row for user in users for row in store.all_of(user)]
        rows = sorted(found, key=lambda row: -row.seen)[:MOST_ROWS]
        told = [self._row(row) for row in rows]
        return {"rows": told, "count": len(found), "now": self._bricks.clock()}

    def reveal(self, order: Told) -> Told:
        if self._bricks.signer.keys.brought:
            raise Unable(BROUGHT)
        return {"id": self._id(order)}

    def delete(self, order: Told) -> Told:
        if not self._bricks.store.delete(self._id(order)):
            raise Unable(GONE)
        return {"deleted": True}

    def _row(self, row: Session) -> Told:
        told = {"handle": self._handles.of(row.id), "id": shortened(row.id)}
        return told | {"user": row.user, "began": row.began, "seen": row.seen}

    def _id(self, order: Told) -> str:
        return self._handles.id_of(text_in(order, "handle", LONGEST_HANDLE))
