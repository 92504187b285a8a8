"""Careless: the tickets are numbered 1, 2, 3, and nothing proves that a ticket is one of ours.

Unlike app.py: ids that anybody can guess, in a cookie without a stamp. For this lesson only.
Alone: .venv/bin/python lessons/04_ticket_and_coat/careless.py
"""

from itertools import count

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, read_cookie, set_cookie
from sandbox.login.flow import Bricks, Visitor
from sandbox.login.server import Middleware, new_routes, present_session, queue_cookie, see_other
from sandbox.login.sessions import Session, look_up_session, open_session
from sandbox.login.word import write_word
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, page
from sandbox.tutor.run_alone import run_alone

COOKIE = CookieSettings(max_age=24 * 60 * 60, base_name="lesson04_careless")
CARELESS = "It numbers its tickets 1, 2, 3 and puts no stamp on them."
FORM = Form("/", "Save it", {"word": "Your word"})


@story(read_cookie, look_up_session)
def recognise(bricks: Bricks, cookie_header: str) -> Visitor:
    """Whose ticket is this? Whoever's coat hangs under its number; nobody checks more."""
    number = read_cookie(COOKIE.name, cookie_header)
    return Visitor(look_up_session(bricks.store, number), user=None)


def make_app(bricks: Bricks) -> Middleware:
    app, numbers = new_routes(), count(1)

    @story(open_session, set_cookie)
    def hand_out_ticket() -> Session:
        now, store = bricks.clock(), bricks.store
        session = open_session(store, bricks.limits, None, None, now, lambda: str(next(numbers)))
        queue_cookie(set_cookie(COOKIE, session.id))
        return session

    @app.get("/")
    def home() -> str:
        session = present_session()
        return page(f"Your word is {session.word}" if session else "You are a stranger", FORM)

    @app.post("/")
    def save_word() -> HTTPResponse:
        session = present_session() or hand_out_ticket()
        write_word(bricks.store, session, request.forms.word or "none")
        return see_other("/")

    return Middleware(app, lambda header: recognise(bricks, header))


if __name__ == "__main__":
    run_alone(__file__)
