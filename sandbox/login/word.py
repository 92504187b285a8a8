"""What a session keeps for its visitor: a word, and messages that are shown once."""

from __future__ import annotations

from contextlib import suppress

from sandbox.login.refusals import StoreDown, UnknownSession
from sandbox.login.stores import Session, SessionStore
from sandbox.trace.stage import Evidence, shortened, stage

LONGEST_WORD = 40  # characters
WORD_SAVED = "Your word is saved in the store. The cookie did not change."
WORD_KEPT = f"A word has 1 to {LONGEST_WORD} characters. Your old word is kept."


def is_a_word(text: str) -> bool:
    return text.isprintable() and 1 <= len(text) <= LONGEST_WORD


def _written(outcome: object, _store: object, session: Session, _word: str) -> Evidence:
    return {"session_id": shortened(session.id), "user": session.user}


@stage(lane="store", evidence=_written)
def write_word(store: SessionStore, session: Session, word: str) -> None:
    """Keep the visitor's word in the session; the cookie does not change."""
    if not store.write(session.id, word=word, flash=(WORD_SAVED,)):
        raise UnknownSession()


def mark_as_read(store: SessionStore, session: Session) -> None:
    """Forget the messages; while the store cannot, they are shown again."""
    with suppress(StoreDown):
        store.write(session.id, flash=())
