"""What the examiner does to exercise 14."""

from __future__ import annotations

import random
import re
import secrets
from typing import TYPE_CHECKING

from sandbox.tutor.exercise import Exam, check
from sandbox.tutor.exercise.standstill import random_as_before, time_stands_still

if TYPE_CHECKING:
    from sandbox.tutor.exercise.transcript import Seen

LONG_ENOUGH = re.compile(r"[!-~]{43,}")  # 43 characters of 6 bits hold 256 bits
FORM = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
SCRIPT = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}


class Site:
    """The site under its own name and port; each request names it as Host."""

    def __init__(self, exam: Exam) -> None:
        self._exam = exam
        self.name = f"the-{exam.word()}.example"  # lstrip("http://") spoils it
        self.port = exam.random.randrange(8000, 9000)
        self.host = f"{self.name}:{self.port}"

    def asks(self, method: str, **headers: str) -> Seen:
        """A request with these headers; `Sec_Fetch_Site` stands for Sec-Fetch-Site."""
        came = {"Host": self.host}
        came |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._exam.call("refuse_cross_site", method, came)

    def posted_from(self, origin: str) -> Seen:
        """A form in an older browser, which names only the origin."""
        return self.asks("POST", Origin=origin, Cookie=f"sid={self._exam.word()}")


@check(
    idea="Links from other sites are welcome. A method that changes nothing can do no harm.",
    place="In refuse_cross_site, first of all: ask for the method.",
    code='if method in ("GET", "HEAD", "OPTIONS"): return True',
)
def whoever_only_reads_passes(exam: Exam) -> None:
    """GET, HEAD and OPTIONS pass, from wherever they come."""
    site = Site(exam)
    for method in ("GET", "HEAD", "OPTIONS"):
        site.asks(method, Sec_Fetch_Site="cross-site", **FORM).gives(True)
        site.asks(method, Origin=f"https://{exam.word()}.test").gives(True)


@check(
    idea="The browser itself says where the form stood. No page can write this header.",
    place="In refuse_cross_site: what stands in Sec-Fetch-Site, when it came?",
    code='if headers["Sec-Fetch-Site"] in ("same-origin", "none"): return True',
    needs=[whoever_only_reads_passes],
)
def our_own_form_passes(exam: Exam) -> None:
    """A post from a page of this origin passes, and one that the visitor began himself."""
    site = Site(exam)
    site.asks("POST", Sec_Fetch_Site="same-origin", Origin=f"http://{site.host}").gives(True)
    site.asks("POST", Sec_Fetch_Site="none", **FORM).gives(True)


@check(
    idea="A form needs nobody's leave to be sent to another site. CORS does not stop it.",
    place="In refuse_cross_site: Sec-Fetch-Site is cross-site. Does a form get past your lines?",
    code='if headers["Sec-Fetch-Site"] not in ("same-origin", "none"): raise Refused("CROSS_SITE")',
    needs=[our_own_form_passes],
)
def another_sites_post_is_refused(exam: Exam) -> None:
    """A form and a script of another site are refused with CROSS_SITE."""
    site, other = Site(exam), f"https://{exam.word()}.test"
    for kind in (FORM, SCRIPT):
        sent = site.asks("POST", Sec_Fetch_Site="cross-site", Origin=other, **kind)
        sent.is_refused("CROSS_SITE")


@check(
    idea="Another port or a subdomain can be another program, and other people's.",
    place="In refuse_cross_site: which words of Sec-Fetch-Site pass? All others are refused.",
    code='in ("same-origin", "none"); same-site is not among them',
    needs=[another_sites_post_is_refused],
)
def another_port_is_refused(exam: Exam) -> None:
    """same-site is refused, and so is a word that nobody knows yet."""
    site = Site(exam)
    neighbour = f"http://{site.name}:{site.port + 1}"
    for word in ("same-site", f"same-{exam.word()}"):
        site.asks("POST", Sec_Fetch_Site=word, Origin=neighbour).is_refused("CROSS_SITE")


@check(
    idea="You know the methods that change nothing. Of all others you cannot know it.",
    place="In refuse_cross_site: a list of safe methods, and no list of dangerous ones.",
    code='SAFE_METHODS = ("GET", "HEAD", "OPTIONS"); if method in SAFE_METHODS: return True',
    needs=[another_sites_post_is_refused],
)
def every_other_method_is_asked(exam: Exam) -> None:
    """PUT, PATCH, DELETE and a method that nobody knows are asked like POST."""
    site = Site(exam)
    for method in ("PUT", "PATCH", "DELETE", exam.word().upper()):
        site.asks(method, Sec_Fetch_Site="cross-site", **SCRIPT).is_refused("CROSS_SITE")
        site.asks(method, Sec_Fetch_Site="same-origin", **SCRIPT).gives(True)


@check(
    idea="An older browser names the page's origin. Host names the site that is asked.",
    place="In refuse_cross_site, when Sec-Fetch-Site did not come: what stands behind :// there?",
    code='elif "Origin" in headers: is_ours = origin.partition("://")[2] == headers["Host"]',
    needs=[another_sites_post_is_refused],
)
def without_it_the_origin_decides(exam: Exam) -> None:
    """Without Sec-Fetch-Site, our own Origin passes and another site's is refused."""
    site = Site(exam)
    site.posted_from(f"http://{site.host}").gives(True)
    site.posted_from(f"https://{site.host}").gives(True)
    site.posted_from(f"https://{exam.word()}.test").is_refused("CROSS_SITE")


@check(
    idea="bob can choose a name for his site. Only the whole host and port are ours.",
    place="In refuse_cross_site: compare all that stands behind :// with the whole Host.",
    code='headers["Origin"].partition("://")[2] == headers["Host"]; no in, startswith or endswith',
    needs=[without_it_the_origin_decides],
)
def an_origin_that_looks_like_ours_is_refused(exam: Exam) -> None:
    """A similar name, another port, no port and null are refused."""
    site = Site(exam)
    for origin in (
        f"http://{site.host}.{exam.word()}.test",
        f"http://{exam.word()}-{site.host}",
        f"http://{exam.word()}.{site.host}",
        f"http://{site.name}:{site.port + 1}",
        f"http://{site.host}0",
        f"http://{site.name}",
        f"http://{site.name.partition('.')[0]}",
        "null",
    ):
        site.posted_from(origin).is_refused("CROSS_SITE")


@check(
    idea="The newer header says it exactly. The older one can be null on a page of our own.",
    place="In refuse_cross_site: when Sec-Fetch-Site came, Origin is not asked.",
    code='if "Sec-Fetch-Site" in headers: …, and elif "Origin" in headers: below it',
    needs=[without_it_the_origin_decides],
)
def the_newer_header_decides_alone(exam: Exam) -> None:
    """When Sec-Fetch-Site came, Origin changes nothing."""
    site = Site(exam)
    site.asks("POST", Sec_Fetch_Site="same-origin", Origin="null").gives(True)
    for word in ("cross-site", "same-site"):
        sent = site.asks("POST", Sec_Fetch_Site=word, Origin=f"http://{site.host}")
        sent.is_refused("CROSS_SITE")


@check(
    idea="Who steals a cookie needs no form. A program without a jar adds no cookie by itself.",
    place="In refuse_cross_site: what if neither Sec-Fetch-Site nor Origin came?",
    code="else: return True",
    needs=[without_it_the_origin_decides],
)
def a_program_passes(exam: Exam) -> None:
    """A post with neither header, as curl sends it, passes."""
    site = Site(exam)
    site.asks("POST", User_Agent="curl/8.0", Accept="*/*").gives(True)
    site.asks("DELETE").gives(True)


@check(
    idea="The form has the token, and the row has it, too. So the server knows its own form.",
    place="In new_form_token: keep it in the row. In check_form_token: compare the two.",
    code='session["form_token"] = secrets.token_urlsafe(32); return session["form_token"]',
)
def our_form_has_the_token(exam: Exam) -> None:
    """The token of a form passes, for this row; the rest of the row stays."""
    alice = _row(exam, "alice")
    before = dict(alice)
    token = exam.call("new_form_token", alice).is_such("a text", _is_text).value
    exam.see("the row", before | {"form_token": token}, alice)
    exam.call("check_form_token", alice, token).gives(True)
    exam.call("check_form_token", alice, token).gives(True)


@check(
    idea="alice has two tabs. The second form must not spoil the first.",
    place="In new_form_token: what if the row has a token already?",
    code='if "form_token" not in session: session["form_token"] = …',
    needs=[our_form_has_the_token],
)
def two_tabs_have_one_token(exam: Exam) -> None:
    """A second form of the same session has the same token."""
    alice = _row(exam, "alice")
    first = exam.call("new_form_token", alice).value
    exam.call("new_form_token", alice).gives(first)


@check(
    idea="bob gets a token, too: in his own form. He may put it into the form on his page.",
    place="In check_form_token: only the token of this row is right.",
    code='hmac.compare_digest(session["form_token"].encode(), sent.encode())',
    needs=[our_form_has_the_token],
)
def another_token_is_refused(exam: Exam) -> None:
    """bob's token, a changed one and none at all are refused in alice's session."""
    alice, bob, phone = _row(exam, "alice"), _row(exam, "bob"), _row(exam, "alice")
    phone["word"] = alice["word"]
    token, bobs, other = (exam.call("new_form_token", row).value for row in (alice, bob, phone))
    middle = len(token) // 2
    changed = f"{token[:middle]}{'A' if token[middle] != 'A' else 'B'}{token[middle + 1 :]}"
    odd = (changed, token[:-1], token[:1], f"{token}A", f"{token} ", f"é{token[1:]}")
    for sent in (bobs, other, *odd, "", None):
        exam.call("check_form_token", alice, sent).is_refused("CROSS_SITE")


@check(
    idea="No token in the row and no token in the form are equal. They prove nothing.",
    place="In check_form_token: what if the row has no form_token?",
    code='if sent is None or "form_token" not in session: raise Refused("CROSS_SITE")',
    needs=[another_token_is_refused],
)
def a_row_without_a_token_refuses(exam: Exam) -> None:
    """A row that has no token yet refuses everything, and keeps nothing of it."""
    alice = _row(exam, "alice")
    before = dict(alice)
    for sent in (None, "", "None", secrets.token_urlsafe(32)):
        exam.call("check_form_token", alice, sent).is_refused("CROSS_SITE")
    exam.see("the row", before, alice)


@check(
    idea="== stops at the first difference. The time it takes tells how much was right.",
    place="In check_form_token: where the two tokens are compared.",
    code="hmac.compare_digest(kept.encode(), sent.encode())",
    needs=[another_token_is_refused],
)
def the_tokens_are_compared_in_constant_time(exam: Exam) -> None:
    """hmac.compare_digest is asked about the token that came and the one of the row."""
    alice = _row(exam, "alice")
    token, odd = exam.call("new_form_token", alice).value, secrets.token_urlsafe(32)
    exam.call("check_form_token", alice, odd).is_refused("CROSS_SITE")
    asked = {frozenset(map(_as_text, pair)) for pair in exam.comparisons}
    both, other = "both tokens", "something else" if asked else "nothing"
    exam.see("what compare_digest was asked about", both, both if {odd, token} in asked else other)


@check(
    idea="bob knows the name, the word and the time. He must not get the token from them.",
    place="In new_form_token: nothing goes into it but 256 bits of the system's randomness.",
    code="secrets.token_urlsafe(32): 32 bytes are 256 bits, written in 43 characters",
    needs=[two_tabs_have_one_token, another_token_is_refused],
)
def the_token_cannot_be_computed(exam: Exam) -> None:
    """A token is long, and another one when row and moment are repeated."""
    row, number, tokens = _row(exam, "alice"), exam.random.randrange(1000), []
    with time_stands_still(exam.clock()), random_as_before():
        for _ in range(2):
            exam.load()
            random.seed(number)
            tokens.append(exam.call("new_form_token", dict(row)).value)
    fits = "at least 43 letters, digits and signs"
    for token in tokens:
        exam.see("its characters", fits, fits if LONG_ENOUGH.fullmatch(token) else token)
    told = "the same token" if tokens[0] == tokens[1] else "another token"
    exam.see("the token, with all of it once more", "another token", told)


def _row(exam: Exam, user: str) -> dict[str, str]:
    return {"user": user, "word": exam.word()}


def _is_text(token: object) -> bool:
    return isinstance(token, str) and token != ""


def _as_text(value: object) -> str:
    """Tokens are compared as bytes or as texts."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
