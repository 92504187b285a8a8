"""What the examiner does to exercise 08."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from sandbox.tutor.exercise import Exam, check

PUBLIC = ("/", "/login", "/about", "/static/site.css")


@check(
    idea="There are two ways to pass: being a user, or asking for a page that is for everybody.",
    place="In guard: one question about the user, one about the path, and or between them.",
    code="return user is not None or path in PUBLIC",
)
def users_and_public_pages_pass(exam: Exam) -> None:
    """A user passes everywhere, and a stranger passes at every public page."""
    user = exam.name()
    for path in ("/", "/profile", _new_page(exam)):
        exam.call("guard", path, user).gives(True)
    for path in PUBLIC:
        exam.call("guard", path, None).gives(True)


@check(
    idea="You cannot list the pages that will be written next year. The public ones you can.",
    place="In guard: which list do you ask, and what is the answer for a path in no list?",
    code="path in PUBLIC, and nothing else lets a stranger pass",
    needs=[users_and_public_pages_pass],
)
def a_page_on_no_list_is_guarded(exam: Exam) -> None:
    """A stranger passes at no other page, also at one that nobody has thought of."""
    new = _new_page(exam)
    for path in ("/profile", "/report", "/api/me", new, f"/api{new}", f"/static{new}"):
        exam.call("guard", path, None).gives(False)


@check(
    idea="Another path is another page. A stranger can write any path into his address line.",
    place="In guard: compare the whole path with each public one. Change nothing in it before.",
    code="path in PUBLIC, where PUBLIC is a tuple; no startswith, lower, strip or normpath",
    needs=[a_page_on_no_list_is_guarded],
)
def a_path_that_looks_public_is_guarded(exam: Exam) -> None:
    """A path that is almost public is guarded: /loginx, /LOGIN, /login/../report."""
    new = _new_page(exam)
    for path in (
        "/loginx",
        "/login-as-admin",
        f"/login{new}",
        "/login/../report",
        "/static/../report",
        f"{new}/../login",
        f"{new}/login",
        "/LOGIN",
        "/login/",
        "//login",
        "/profile?x=/login",
        "/log",
        "login",
        "",
    ):
        exam.call("guard", path, None).gives(False)


@check(
    idea="A person can fill in a form. So the server shows her the way to it, with a redirect.",
    place="In send_away: return a tuple of two, a number and a text.",
    code='return 303, "/login?next=" + quote(address)',
)
def a_page_leads_to_the_login(exam: Exam) -> None:
    """A stranger at a page is sent to the login, and next names the page."""
    for page in ("/profile", _new_page(exam)):
        _leads_back_to(exam, page)


@check(
    idea="A script cannot fill in a form. The login page would look like success to it.",
    place="In send_away: look at how the address begins, before you make the Location.",
    code='if address.startswith("/api/"): return 401, ""',
    needs=[a_page_leads_to_the_login],
)
def a_script_is_told_401(exam: Exam) -> None:
    """Only what begins with /api/ gets 401, and no Location."""
    for address in ("/api/me", f"/api{_new_page(exam)}", "/api/me?page=/profile"):
        exam.call("send_away", address).gives((401, ""))
    for page in ("/report?from=/api/me", "/report/api/", "/apiary"):
        _leads_back_to(exam, page)


@check(
    idea="& ends a value in an address. What follows it is no longer part of next.",
    place="In send_away: the address must be quoted before it is put behind next=.",
    code='from urllib.parse import quote; return 303, "/login?next=" + quote(address)',
    needs=[a_page_leads_to_the_login],
)
def next_names_the_whole_address(exam: Exam) -> None:
    """What the login page reads as next is the whole address, with ? and &."""
    year, word = exam.random.randrange(1000, 3000), exam.word()
    for address in (
        f"/report?year={year}",
        f"/report?year={year}&word={word}",
        f"/report?word={word}&next=/profile",
        f"/report?word=100%25+{word}",
        f"/report?word=a%26b-{word}",
    ):
        _leads_back_to(exam, address)


@check(
    idea="Whoever was on the way to a page of this site wants to arrive there after the login.",
    place="In safe_next: what do you give when it begins with one slash? Change nothing in it.",
    code='if next_page.startswith("/") and not next_page.startswith("//"): return next_page',
)
def a_page_of_this_site_is_kept(exam: Exam) -> None:
    """safe_next gives an address of this site back as it came."""
    new = _new_page(exam)
    for page in (
        "/",
        "/profile",
        new,
        f"{new}?year=2026&word={exam.word()}",
        "/report?from=https://site.example/",
        f"{new}//a,b",
    ):
        exam.call("safe_next", page).gives(page)


@check(
    idea="bob writes next himself. A full address has another site in it, and so has //site.",
    place="In safe_next: only what begins with one slash, and then no second one, is of this site.",
    code='if not next_page.startswith("/") or next_page.startswith("//"): return "/"',
    needs=[a_page_of_this_site_is_kept],
)
def another_site_is_never_next(exam: Exam) -> None:
    """A next with another site in it, or none at all, lands at /."""
    host = f"{exam.word()}.example"
    for address in (
        f"https://{host}",
        f"HTTPS://{host}/profile",
        f"//{host}",
        f"///{host}",
        f"//{host}/profile?x=/",
        f"https:/{host}",
        f"javascript:alert('{host}')",
        f" //{host}",
        host,
        "",
    ):
        exam.call("safe_next", address).gives("/")


@check(
    idea="A browser reads an address in its own way: it turns \\ into /, and drops tabs.",
    place="In safe_next: look for a backslash, a tab or a line end anywhere in it.",
    code='if any(sign in next_page for sign in "\\\\\\t\\r\\n"): return "/"',
    needs=[another_site_is_never_next],
)
def a_backslash_or_a_tab_is_never_next(exam: Exam) -> None:
    """A next that a browser would turn into //site lands at /, too."""
    host = f"{exam.word()}.example"
    for address in (
        f"/\\{host}",
        f"\\\\{host}",
        f"\\/{host}",
        f"/\t/{host}",
        f"/\n/{host}",
        f"/\r/{host}",
        f"/\t\\{host}",
    ):
        exam.call("safe_next", address).gives("/")


def _new_page(exam: Exam) -> str:
    """A path that nobody has thought of."""
    return f"/{exam.word()}"


def _leads_back_to(exam: Exam, address: str) -> None:
    """The answer is a redirect to the login page, which reads this address as next."""
    seen = exam.call("send_away", address)
    seen.is_such("303 and /login?next=…", _is_redirect_to_login)
    read = parse_qs(urlsplit(seen.value[1]).query, keep_blank_values=True)["next"]
    exam.see("the login page reads next", address, " and ".join(read))


def _is_redirect_to_login(answer: object) -> bool:
    return (
        isinstance(answer, tuple)
        and len(answer) == 2
        and answer[0] == 303
        and isinstance(answer[1], str)
        and answer[1].startswith("/login?next=")
    )
