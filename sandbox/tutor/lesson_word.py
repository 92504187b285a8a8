"""The visitor's word on a lesson's pages, kept as lesson 04 does it."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, request

from sandbox.login.cookies import set_cookie
from sandbox.login.flow import Bricks, Visitor
from sandbox.login.middleware import VISITOR
from sandbox.login.refusals import Refusal
from sandbox.login.server import queue_cookie, see_other
from sandbox.login.sessions import open_session
from sandbox.login.signing import sign_session_id
from sandbox.login.stores import Session
from sandbox.login.word import LONGEST_WORD, is_a_word, write_word
from sandbox.tutor.lesson_pages import Form, Link, page

WORD_FORM = Form("/", "Keep it", {"word": "Your word"})


def add_word(app: Bottle, bricks: Bricks, *links: Link) -> None:
    """The home page, as in lesson 07: it greets, shows the visitor's word and keeps another."""

    def home() -> str:
        seen = request.environ[VISITOR]
        return page(f"Hello {seen.user or 'stranger'}", your_word(seen), WORD_FORM, *links)

    def hear_word() -> Any:
        return keep_word(bricks, request.environ[VISITOR], request.forms.word)

    app.get("/", callback=home)
    app.post("/", callback=hear_word)


def your_word(seen: Visitor | Refusal) -> str:
    """What the visitor's row holds, in a sentence."""
    word = seen.session.word if isinstance(seen, Visitor) else ""
    return f"Your word is {word}." if word else "You have no word yet."


def keep_word(bricks: Bricks, seen: Visitor | Refusal, word: str) -> Any:
    """Answer WORD_FORM: keep the word in the visitor's row, then show the home page."""
    if not is_a_word(word.strip()):
        return page(f"A word has 1 to {LONGEST_WORD} characters", WORD_FORM)
    session = seen.session if isinstance(seen, Visitor) else _row_of_nobody(bricks, seen.session)
    write_word(bricks.store, session, word.strip())
    return see_other("/")


def _row_of_nobody(bricks: Bricks, present: Session | None) -> Session:
    now = bricks.clock()
    session = open_session(bricks.store, bricks.limits, None, present, now, bricks.new_id)
    queue_cookie(set_cookie(bricks.cookie, sign_session_id(bricks.signer, session.id)))
    return session
