"""The tour: every way in which a cookie can be accepted or refused, over real HTTP."""

from __future__ import annotations

from sandbox.login.keys import new_key
from sandbox.serving.whatif import one_changed
from sandbox.tutor.walk import Scene, Stop

LIFETIME_MINUTES = 30  # of a session in the tour, so that both limits can be passed
HALF = LIFETIME_MINUTES / 2
WRONG = "looking-glass"


def a_stranger(scene: Scene) -> None:
    scene.alice.get("/profile")


def the_login_page(scene: Scene) -> None:
    scene.alice.get("/login?next=/profile")


def the_wrong_password(scene: Scene) -> None:
    scene.alice.post("/login", username="alice", password=WRONG, next="/profile")


def the_right_password(scene: Scene) -> None:
    scene.log_in(scene.alice)


def the_profile(scene: Scene) -> None:
    scene.alice.get("/profile")


def another_browser(scene: Scene) -> None:
    scene.log_in(scene.bob)
    scene.bob.get("/profile")


def one_character_changed(scene: Scene) -> None:
    name, _, cookie = scene.alice.jar.header("/").partition("=")
    changed = one_changed(cookie)
    at = next(i for i, pair in enumerate(zip(cookie, changed, strict=True)) if pair[0] != pair[1])
    scene.tell(f"Character {at + 1} of {len(cookie)} is changed: {cookie[at]} to {changed[at]}.\n")
    scene.replay(f"{name}={changed}")


def a_retired_key(scene: Scene) -> None:
    keys = scene.server.keys
    keys.keys = (*keys.keys, new_key())
    scene.alice.get("/profile")
    keys.keys = keys.keys[-1:]
    scene.alice.get("/profile")
    scene.alice.jar.cookies.clear()


def logged_out_and_replayed(scene: Scene) -> None:
    scene.log_in(scene.alice)
    copied = scene.alice.jar.header("/")
    scene.alice.post("/logout")
    scene.replay(copied)


def idle_too_long(scene: Scene) -> None:
    scene.log_in(scene.alice)
    scene.later(minutes=21)
    scene.alice.get("/profile")


def too_long_altogether(scene: Scene) -> None:
    scene.log_in(scene.alice)
    scene.later(minutes=HALF)
    scene.alice.get("/profile")
    scene.later(minutes=HALF + 1)
    scene.alice.get("/profile")


def an_expired_signature(scene: Scene) -> None:
    scene.log_in(scene.alice)
    copied = scene.alice.jar.header("/")
    scene.later(minutes=24 * 60 + 1)
    scene.alice.get("/profile")
    scene.replay(copied)


STRANGER = Stop(
    "A stranger at the profile",
    "Look at the guard: without a cookie nobody is recognised, so it sends alice to log in.",
    a_stranger,
    ("NO_COOKIE",),
)
WRONG_PASSWORD = Stop(
    "The wrong password",
    "Look at the last two lines: the answer is 401, and no Set-Cookie.",
    the_wrong_password,
    ("BAD_CREDENTIALS",),
)
RIGHT_PASSWORD = Stop(
    "The right password",
    "Look at Set-Cookie: the ticket goes out once, with a stamp. The session stays here.",
    the_right_password,
    ("OK",),
)
PROFILE = Stop(
    "The profile",
    "Look at Cookie: the browser sends the ticket by itself. No password travels any more.",
    the_profile,
    ("OK",),
)
ONE_CHARACTER = Stop(
    "One character of the cookie changed",
    "mallory copied alice's cookie. Look at the caret: the store is not even asked.",
    one_character_changed,
    ("BAD_SIGNATURE",),
)
DEMO_STOPS = (STRANGER, WRONG_PASSWORD, RIGHT_PASSWORD, PROFILE, ONE_CHARACTER)
TOUR_STOPS = (
    STRANGER,
    Stop(
        "The login page",
        "Look at NO_COOKIE: a form is only a page. alice is still a stranger.",
        the_login_page,
        ("NO_COOKIE",),
    ),
    WRONG_PASSWORD,
    RIGHT_PASSWORD,
    PROFILE,
    Stop(
        "bob in another browser",
        "Look at the id: another browser carries another ticket, so the server knows who asks.",
        another_browser,
        ("OK", "OK"),
    ),
    ONE_CHARACTER,
    Stop(
        "Signed with a retired key",
        "Look at the key: first 1 of 2, the old one. Then it is retired, and its cookies end.",
        a_retired_key,
        ("OK", "BAD_SIGNATURE"),
    ),
    Stop(
        "Logged out, and the old cookie replayed",
        "Look at the last request, by mallory: issued by us? yes · still alive? no.",
        logged_out_and_replayed,
        ("OK", "OK", "UNKNOWN_SESSION"),
    ),
    Stop(
        "Idle too long",
        "Look at idle: 21 minutes of silence, and 20 are allowed. (The clock was moved.)",
        idle_too_long,
        ("OK", "IDLE_TIMEOUT"),
    ),
    Stop(
        "Too long altogether",
        f"Look at lasted: in this tour a session ends after {LIFETIME_MINUTES} min, busy or not.",
        too_long_altogether,
        ("OK", "OK", "ABSOLUTE_TIMEOUT"),
    ),
    Stop(
        "An expired signature",
        "Look twice: alice's browser dropped the cookie by itself. Sent by hand, it is EXPIRED.",
        an_expired_signature,
        ("OK", "NO_COOKIE", "EXPIRED"),
    ),
)
