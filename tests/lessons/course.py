"""A small course for the tests of the engine: nobody's wording of a real lesson matters to them."""

from __future__ import annotations

import textwrap
from pathlib import Path

APP = '''
"""A server that keeps a word.

New, unlike nothing: a row.
"""

from bottle import request

from sandbox.login.cookies import CookieSettings, read_cookie, set_cookie
from sandbox.login.flow import Visitor, check_signature, sign_session_id
from sandbox.login.server import Middleware, new_routes, present_session, queue_cookie, see_other
from sandbox.login.sessions import look_up_session, open_session
from sandbox.login.word import write_word
from sandbox.trace.stage import story
from sandbox.tutor.lesson_pages import Form, page

COOKIE = CookieSettings(max_age=3600, base_name="smallNN")


@story(read_cookie, check_signature, look_up_session)
def recognise(bricks, header):
    session_id = check_signature(bricks.signer, read_cookie(COOKIE.name, header))
    return Visitor(look_up_session(bricks.store, session_id), user=None)


@story(open_session, sign_session_id, set_cookie)
def hand_out_ticket(bricks):
    session = open_session(bricks.store, bricks.limits, None, None, bricks.clock(), bricks.new_id)
    queue_cookie(set_cookie(COOKIE, sign_session_id(bricks.signer, session.id)))
    return session


def make_app(bricks):
    app = new_routes()

    @app.get("/")
    def home():
        session = present_session()
        says = f"Your word is {session.word}" if session else "You are a stranger"
        return page(says, Form("/", "Save it", {"word": "Your word"}))

    @app.post("/")
    def save_word():
        session = present_session() or hand_out_ticket(bricks)
        write_word(bricks.store, session, request.forms.word or "none")
        return see_other("/")

    return Middleware(app, lambda header: recognise(bricks, header))
'''
CARELESS = APP.replace("COOKIE =", 'CARELESS = "It says what it likes."\n\nCOOKIE =')
STRANGER = textwrap.dedent("""
    ```http
    GET /
    ```

    ```expect
    verdict == NO_COOKIE
    rows == 0
    ```
    """)
TULIP = textwrap.dedent("""
    ```http
    POST /

    word=tulip
    ```

    ```expect
    status == 303
    row word == tulip
    ```
    """)
ASKS = textwrap.dedent("""
    ```predict at=1
    QUESTION
    a. A word in the cookie -> cookie value contains tulip
    b. A row in the store -> rows == 1
    c. Two rows in the store -> rows == 2
    watch write_word
    ```

    <details><summary>What happens, and why</summary>
    REQUESTS
    - a: The line of option a.
    - b: The line of option b.
    - c: The line of option c.

    The reasoning of step NUMBER.

    </details>
    """)


def asked(question: str, requests: str, number: int) -> str:
    """A prediction of which b comes true, with its answer."""
    text = ASKS.replace("QUESTION", question).replace("NUMBER", str(number))
    return text.replace("REQUESTS", requests)


FIRST = f"""# 01 · A word

The introduction of the small lesson.

- a thing to explain
- another thing

## 1. A stranger comes

The words of step one.

```hint
The hint of step one.
```
{STRANGER}
<details><summary>What happens, and why</summary>

The reasoning of step 1.

</details>

## 2. A word is kept

The words of step two: *row* is new, and so is `look_up_session`.
{asked("Where is the word?", TULIP, 2)}
## 3. An hour later

The words of step three.

```clock
+61 min
```
{STRANGER.replace("rows == 0", "rows == 1")}
## 4. Recall

```recall
What does a row keep?
```

<details><summary>A model sentence</summary>

A row keeps the word.

</details>

## Go deeper

- [RFC 6265](https://www.rfc-editor.org/rfc/rfc6265.html): cookies; and [app.py](app.py)

## Review of step 1

The words of the first review.
{asked("Once more, one?", TULIP, 1)}
## Review of step 2

The words of the second review.
{asked("Once more, two?", TULIP, 2)}"""
LATER = f"""# NN · Later

The introduction of lesson NN.

## 1. A word once more

The words of step one.
{asked("Where is it now?", TULIP, 1)}
## 2. Nothing

The words of step two.
{STRANGER.replace("NO_COOKIE", "OK").replace("0", "1")}
## Review of step 1

The words of the first review of NN.
{asked("NN once more, one?", TULIP, 1)}
## Review of step 2

The words of the second review of NN.
{asked("NN once more, two?", TULIP, 2)}"""


def small_course(folder: Path) -> Path:
    """Lessons 01 to 05 in this folder; the later ones have two steps and two reviews each."""
    for number in ("01", "02", "03", "04", "05"):
        lesson = folder / f"{number}_small"
        lesson.mkdir(parents=True)
        text = FIRST if number == "01" else LATER.replace("NN", number)
        (lesson / "README.md").write_text(text, encoding="utf-8")
        for name, source in {"app": APP, "careless": CARELESS}.items():
            (lesson / f"{name}.py").write_text(source.lstrip().replace("NN", number))
    return folder
