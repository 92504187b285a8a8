"""A server that keeps each visitor's word in its store and hands out a ticket for it.

New, unlike lesson 03: the word stays here, in a row; the cookie carries only the row's id.
Alone: .venv/bin/python lessons/04_ticket_and_coat/app.py
"""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, read_cookie, set_cookie
from sandbox.login.flow import Bricks, Visitor, check_signature, sign_session_id
from sandbox.login.server import Middleware, new_routes, present_session, queue_cookie, see_other
from sandbox.login.sessions import Session, close_session, look_up_session, open_session
from sandbox.login.word import write_word
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson04")
FORMS = Form("/", "Save it", {"word": "Your word"}), Form("/delete", "Delete my row", {})


@story(read_cookie, check_signature, look_up_session)
def recognise(bricks: Bricks, cookie_header: str) -> Visitor:
    """Whose ticket is this? Whoever's coat hangs under its id; nobody has a name here."""
    session_id = check_signature(bricks.signer, read_cookie(COOKIE.name, cookie_header))
    return Visitor(look_up_session(bricks.store, session_id), user=None)


@story(open_session, sign_session_id, set_cookie)
def hand_out_ticket(bricks: Bricks) -> Session:
    """Make an empty row; its id, with a stamp, is the ticket."""
    session = open_session(bricks.store, bricks.limits, None, None, bricks.clock(), bricks.new_id)
    queue_cookie(set_cookie(COOKIE, sign_session_id(bricks.signer, session.id)))
    return session


def make_app(bricks: Bricks) -> Middleware:
    app = new_routes()

    @app.get("/")
    def home() -> str:
        session = present_session()
        return page(f"Your word is {session.word}" if session else "You are a stranger", *FORMS)

    @app.post("/")
    def save_word() -> HTTPResponse:
        session = present_session() or hand_out_ticket(bricks)
        write_word(bricks.store, session, request.forms.word or "none")
        return see_other("/")

    @app.post("/delete")
    def delete_row() -> HTTPResponse:
        close_session(bricks.store, present_session(), everywhere=False)
        return see_other("/")

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
