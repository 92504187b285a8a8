"""What each reason code means, where it comes from, and what to do next.

The picture is a cloakroom: the cookie is a ticket, the row in the store is the coat, the signature
is the stamp on the ticket.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

ALIKE = 0.5  # below this a word is not a misspelt code, but another word


@dataclass(frozen=True)
class Why:
    """One reason code, explained: its meaning, its usual causes, and the next thing to do."""

    code: str
    meaning: str
    causes: tuple[str, ...]
    next_action: str


EXPLAINED = (
    Why(
        "OK",
        "The server checked this and found no reason to refuse.",
        (
            "At the signer: the stamp on the ticket is ours, and young enough.",
            "At the store: the coat is there, and its time is not over.",
            "At the end of a request: no step has refused.",
        ),
        "Read the lines above it: each says what was checked.",
    ),
    Why(
        "SKIPPED",
        "The server did not come to this step, so it found out nothing here.",
        (
            "An earlier step refused, and the server stopped there.",
            "No ticket came, so there was nothing to check.",
        ),
        "Look for the refusal above it: there the server stopped.",
    ),
    Why(
        "NO_COOKIE",
        "The browser brought no ticket, so the server does not know who asks.",
        (
            "Nobody has logged in with this browser, or it has logged out.",
            "Its cookie is too old, and the browser has dropped it.",
            "The cookie belongs to another host: localhost and 127.0.0.1 are two hosts.",
            "A private window has a jar of its own.",
        ),
        "Look for the cookie in the developer tools, or get one from this server.",
    ),
    Why(
        "NO_TOKEN",
        "The request carried no token, so the server does not know who calls.",
        (
            "The page, the link or the form could not add the header: only scripts can.",
            "The script did not add it, or its front end has lost the token.",
            "The header is not written as Authorization: Bearer, one blank, and the token.",
        ),
        "Get a token with a name and a password, then send it in the Authorization header.",
    ),
    Why(
        "MALFORMED",
        "The ticket does not have the three parts of a ticket, with dots between them.",
        (
            "A part was cut off when the cookie was copied.",
            "Somebody wrote the cookie by hand.",
            "Another program has set a cookie of the same name.",
        ),
        "Count the parts between the dots, then get a whole ticket from this server.",
    ),
    Why(
        "BAD_SIGNATURE",
        "The ticket has three parts, but its stamp is not one of ours.",
        (
            "Somebody changed one of the other parts: the stamp covers them.",
            "The stamp was made with a signing key that is not ours.",
            "Our signing key was retired after this ticket was issued.",
            "The server kept its signing key in memory only and was started again.",
        ),
        "Compare computed with received, then get a new ticket from this server.",
    ),
    Why(
        "EXPIRED",
        "The stamp is ours, but the ticket is older than tickets may be.",
        (
            "The browser should have dropped this cookie; somebody sent a copy by hand.",
            "The clock of the server was moved forward; the browser's clock was not.",
            "The clock of the server was set back: the stamp seems to come from the future.",
        ),
        "Compare the age of the ticket with the limit, then log in again.",
    ),
    Why(
        "UNKNOWN_SESSION",
        "The stamp is ours, but the store has no coat for this ticket.",
        (
            "Somebody logged out, here or everywhere, and the row was deleted.",
            "A new login replaced the ticket; this is the old one.",
            "The store was emptied, and the signing key stayed the same.",
        ),
        "Log in again: the server hangs up a new coat and hands out a new ticket.",
    ),
    Why(
        "IDLE_TIMEOUT",
        "The coat is there, but nobody has asked for it for too long.",
        (
            "The browser was silent for longer than the idle limit.",
            "The clock was moved forward, as lessons and the tour do.",
        ),
        "Log in again, then come back before the idle limit is over.",
    ),
    Why(
        "ABSOLUTE_TIMEOUT",
        "The coat is there, but it has hung there for as long as it may.",
        (
            "The session is older than its lifetime, however busy it was.",
            "The clock was moved forward, as lessons and the tour do.",
        ),
        "Log in again: only a new login begins a new lifetime.",
    ),
    Why(
        "UNKNOWN_USER",
        "Ticket and coat are in order, but the coat belongs to no user we know.",
        (
            "The account was removed after the login.",
            "The session belongs to a visitor who has not logged in.",
        ),
        "Look at the user in the session's row, then log in as somebody who is known.",
    ),
    Why(
        "BAD_CREDENTIALS",
        "The name and the password do not belong together, so no ticket is handed out.",
        (
            "The password is wrong, perhaps in one capital letter.",
            "No user has this name; the server does not say which of the two it is.",
        ),
        "Type both again: the login page shows the demo accounts.",
    ),
    Why(
        "THROTTLED",
        "Too many logins with this name have failed, so the next one has to wait.",
        (
            "Five or more logins failed from this address, and the wait is not over.",
            "During the wait even the right password is refused.",
            "Each further failure doubles the wait.",
        ),
        "Wait as long as the page says, then log in with the right password.",
    ),
    Why(
        "CROSS_SITE",
        "A page of another site sent this form, so the server changed nothing.",
        (
            "Another site tries to use the ticket in this browser.",
            "The form stood on another port, or on 127.0.0.1 in place of localhost.",
            "The browser hid where the form stood: it sent Origin: null.",
            "The form token in the form was missing, or belongs to another session.",
        ),
        "Open the form on this server's own page and send it from there.",
    ),
    Why(
        "FOREIGN_HOST",
        "The request names a host that this server does not answer for.",
        (
            "The address bar has another name than localhost or 127.0.0.1.",
            "Another site's name leads to this computer: that is called DNS rebinding.",
            "A program in between has changed the Host header.",
        ),
        "Open the address in the terminal, or start the server with --allow-host NAME.",
    ),
    Why(
        "STORE_DOWN",
        "The store does not answer, so the server cannot look for the coat.",
        (
            "The store is a program of its own, such as Redis, and it has ended.",
            "Another program has locked the file of the store.",
            "The disk is full, or the file may only be read.",
            "The file was damaged while the server ran.",
        ),
        "Read the error in the trace and mend the store; the ticket stays good.",
    ),
    Why(
        "CRASHED",
        "The code of the server failed; that says nothing about the visitor.",
        (
            "There is a mistake in the server's code, perhaps in a line just changed.",
            "Something came in that the code does not expect.",
        ),
        "Open the file and line that the terminal names, and mend it.",
    ),
)
BY_CODE = {each.code: each for each in EXPLAINED}


def why(code: str) -> Why | None:
    """The explanation of a code, in capitals or not; None when there is no such code."""
    return BY_CODE.get(_as_code(code))


def nearest(code: str) -> str | None:
    """The code that was probably meant; None when no code is like it."""
    return next(iter(get_close_matches(_as_code(code), BY_CODE, n=1, cutoff=ALIKE)), None)


def _as_code(typed: str) -> str:
    return "_".join(typed.upper().replace("-", " ").replace("_", " ").split())
