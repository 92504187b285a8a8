"""A small lesson of the tests' own: a folder with README.md, app.py and careless.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sandbox.tutor.lesson.exchange import Exchange
from sandbox.tutor.lesson.parts import Lesson, Request
from sandbox.tutor.lesson.reader import read_lesson
from sandbox.tutor.lesson.world import World

APP = '''\
"""One word for each visitor, kept in a row; the cookie is its ticket."""

from bottle import HTTPResponse, request

from sandbox.login.cookies import CookieSettings, read_cookie, set_cookie
from sandbox.login.flow import Visitor, check_signature, sign_session_id
from sandbox.login.server import Middleware, new_routes, present_session, queue_cookie, see_other
from sandbox.login.sessions import Limits, close_session, look_up_session, open_session
from sandbox.login.word import write_word
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, page

COOKIE = CookieSettings(max_age=1800, base_name="small")
FORM = Form("/", "Save it", {"word": "Your word"})


def make_app(bricks):
    app = new_routes()

    @story(read_cookie, check_signature, look_up_session)
    def recognise(header):
        session_id = check_signature(bricks.signer, read_cookie(COOKIE.name, header))
        return Visitor(look_up_session(bricks.store, session_id), user=None)

    @story(open_session, sign_session_id, set_cookie)
    def hand_out():
        store, now = bricks.store, bricks.clock()
        session = open_session(store, bricks.limits, None, None, now, bricks.new_id)
        queue_cookie(set_cookie(COOKIE, sign_session_id(bricks.signer, session.id)))
        return session

    @app.get("/")
    @app.get("/news")
    def home():
        session = present_session()
        return page(f"Your word is {session.word}" if session else "You are a stranger", FORM)

    @app.get("/api/time")
    def time():
        return {"time": int(bricks.clock()), "q": request.query_string}

    @app.post("/")
    def save():
        write_word(bricks.store, present_session() or hand_out(), request.forms.word)
        return see_other("/")

    @app.post("/again")
    def again():
        old = present_session()
        hand_out()
        close_session(bricks.store, old, everywhere=False)
        return see_other("/")

    return Middleware(app, recognise)
'''
FLAW = "It is <careless> & says so."
CARELESS = APP.replace('base_name="small"', 'base_name="small_careless"').replace(
    "FORM = ", f'CARELESS = "{FLAW}"\nFORM = ', 1
)
HEAD = "# 07 · A small lesson\n\nAn introduction.\n"
STRANGER = """
## 1. A stranger

alice comes.

```http
GET /
```

```expect
verdict == NO_COOKIE
stage read_cookie == NO_COOKIE
body contains You are a stranger
rows == 0
cookie absent
```
"""
A_WORD = """
## 2. A word

alice saves a word.

```predict
Where is it?
a. In the row -> row word == tulip
b. In the cookie -> cookie value contains tulip
watch write_word
```

<details><summary>What happens, and why</summary>

```http
POST /

word=tulip
```

```expect
status == 303
header Location == /
cookie HttpOnly present
row word == tulip
jar == {{alice.cookie}}
```

- a: The row holds it.
- b: You expected it in the cookie. It is in the row.

The ticket finds the row.

</details>
"""
RECALL = """
## 3. Recall

```recall
What does the ticket do?
```

<details><summary>A model sentence</summary>

The ticket finds the row.

</details>
"""
CLOSING = "\n## Go deeper\n\n- nothing more\n"
REVIEW = """
## Review of step 2

bob saves a word.

```predict
How many rows are there?
a. None -> rows == 0
b. One -> rows == 1
watch open_session
```

<details><summary>What happens, and why</summary>

```http as=bob
POST /

word=hammer
```

```expect
rows == 1
```

- a: You expected none. bob's row is there.
- b: One for bob.

</details>
"""
GOOD = HEAD + STRANGER + A_WORD + RECALL + CLOSING + REVIEW


def write_lesson(
    folder: Path, readme: str = GOOD, app: str = APP, careless: str = CARELESS
) -> Path:
    """The path of the README of a lesson that is written into this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"README.md": readme, "app.py": app, "careless.py": careless}.items():
        if text:
            (folder / name).write_text(text, encoding="utf-8")
    return folder / "README.md"


def lesson_in(folder: Path, readme: str = GOOD, app: str = APP) -> Lesson:
    """The same, read; it has no mistake."""
    lesson, mistakes = read_lesson(write_lesson(folder, readme, app))
    assert mistakes == []
    return lesson


def line_of(text: str, part: str, after: str = "") -> int:
    """The number of the line in which this part of a text begins, behind another part."""
    return text[: text.index(part, text.index(after))].count("\n") + 1


def a_request(
    method: str = "GET",
    target: str = "/",
    visitor: str = "alice",
    form: str = "",
    cookie: str | None = None,
) -> Request:
    return Request(1, visitor, method, target, form, cookie, "", ())


def saves(world: World, word: str = "tulip", visitor: str = "alice") -> Exchange:
    """The built-in visitor saves a word."""
    return world.send(replace(a_request("POST", "/", visitor), form=f"word={word}"))
