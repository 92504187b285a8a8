"""A lesson's README as it is read, and every mistake in it by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.login.problems import Problem
from sandbox.tutor.lesson.lint import lint
from sandbox.tutor.lesson.parts import Mistake, Request
from sandbox.tutor.lesson.reader import read_lesson
from sandbox.tutor.lesson.shelf import find_lesson, folders
from sandbox.tutor.lesson.site import Site
from tests.lessons.small import APP, CARELESS, GOOD, HEAD, STRANGER, line_of, write_lesson


def mistakes_of(folder: Path, text: str) -> list[Mistake]:
    return read_lesson(write_lesson(folder, text))[1]


def assert_named(mistakes: list[Mistake], line: int, part: str) -> None:
    found = [str(each) for each in mistakes if each.line == line and part in each.says]
    assert found, [str(each) for each in mistakes]
    assert f"README.md:{line}: " in found[0]


# What is read


def test_a_lesson_is_read_into_its_parts(tmp_path: Path) -> None:
    lesson, mistakes = read_lesson(write_lesson(tmp_path))
    assert mistakes == []
    assert (lesson.number, lesson.title, lesson.intro) == (
        "07",
        "A small lesson",
        "An introduction.",
    )
    assert [(step.number, step.title) for step in lesson.steps] == [
        (1, "A stranger"),
        (2, "A word"),
        (3, "Recall"),
    ]
    assert [step.number for step in lesson.reviews] == [2]
    assert lesson.closing == "## Go deeper\n\n- nothing more"
    assert lesson.folder == tmp_path


def test_a_step_is_read_into_its_parts(tmp_path: Path) -> None:
    lesson, _ = read_lesson(write_lesson(tmp_path))
    step = lesson.steps[1]
    assert step.before == "alice saves a word."
    assert step.after == "The ticket finds the row."
    assert step.answers == {
        "a": "The row holds it.",
        "b": "You expected it in the cookie. It is in the row.",
    }
    (request,) = step.requests
    assert (request.method, request.target, request.form) == ("POST", "/", "word=tulip")
    assert (request.visitor, request.cookie, request.headers) == ("alice", None, ())
    assert len(request.expectations) == 5
    assert step.line == line_of(GOOD, "## 2.")
    assert step.prediction is not None
    assert step.prediction.question == "Where is it?"
    assert lesson.steps[2].recall == "What does the ticket do?"


def test_a_step_in_the_own_browser_is_marked(tmp_path: Path) -> None:
    text = GOOD.replace("## 1. A stranger", "## 1. A stranger [B]")
    lesson, mistakes = read_lesson(write_lesson(tmp_path, text))
    assert mistakes == []
    assert [(step.title, step.in_browser) for step in lesson.steps][:2] == [
        ("A stranger", True),
        ("A word", False),
    ]


def test_an_answer_may_go_over_several_lines(tmp_path: Path) -> None:
    text = GOOD.replace("- a: The row holds it.", "- a: The row\n  holds it.")
    lesson, mistakes = read_lesson(write_lesson(tmp_path, text))
    assert mistakes == []
    assert lesson.steps[1].answers["a"] == "The row holds it."


def test_the_acts_of_a_step_keep_their_order(tmp_path: Path) -> None:
    acts = "```clock\n+31 min\n```\n\n```server\nnew key\nstart over\n```\n\n```http\nGET /\n```"
    text = GOOD.replace("```http\nGET /\n```", acts, 1)
    lesson, mistakes = read_lesson(write_lesson(tmp_path, text))
    assert mistakes == []
    kinds = [type(act).__name__ for act in lesson.steps[0].acts]
    assert kinds == ["Clock", "Scene", "Scene", "Request"]


def test_a_readme_with_windows_line_ends_has_the_same_lines(tmp_path: Path) -> None:
    readme = write_lesson(tmp_path)
    readme.write_bytes(GOOD.replace("rows == 0", "rowz == 0", 1).replace("\n", "\r\n").encode())
    (mistake,) = read_lesson(readme)[1]
    assert mistake.line == line_of(GOOD, "rows == 0")


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\u2028", "\x85"])
def test_an_odd_character_does_not_move_the_line_numbers(tmp_path: Path, odd: str) -> None:
    text = GOOD.replace("alice comes.", f"alice {odd} comes.").replace("rows == 0", "rowz == 0", 1)
    (mistake,) = mistakes_of(tmp_path, text)
    assert mistake.line == line_of(GOOD, "rows == 0")


# Mistakes in the text: what is replaced, by what, where the mistake is, what is said

WRONG = {
    "no title": ("# 07 · A small lesson", "# A small lesson", "# A small", "expected a title"),
    "unknown fence": ("```expect", "```expected", "```expected", "unknown fence 'expected'"),
    "fence before the steps": (
        "An introduction.",
        "```http\nGET /\n```",
        "```http",
        "stands before the first step",
    ),
    "unparsable expectation": (
        "rows == 0",
        "rows is 0",
        "rows is 0",
        "expected SUBJECT OPERATOR VALUE",
    ),
    "an operator without a value": ("rows == 0", "rows ==", "rows ==", "expected SUBJECT OPERATOR"),
    "unknown subject": ("rows == 0", "colour == 0", "colour == 0", "unknown subject 'colour'"),
    "unknown lamp": ("rows == 0", "lamp lit == yes", "lamp lit", "cannot have the name 'lit'"),
    "unknown field": ("rows == 0", "row colour == 0", "row colour", "cannot have the name"),
    "a stage that is not there": (
        "stage read_cookie",
        "stage eat_cookie",
        "stage eat_cookie",
        "there is no stage 'eat_cookie'",
    ),
    "unknown stage to watch": (
        "watch write_word",
        "watch wright_word",
        "watch wright_word",
        "there is no stage 'wright_word'",
    ),
    "bad option": ("a. In the row ->", "a. In the row", "a. In the row row", "expected an option"),
    "bad expectation in an option": ("-> row word == tulip", "-> row word", "a. In", "expected"),
    "letters out of order": ("b. In the cookie", "c. In the cookie", "```predict", "lettered"),
    "one option only": (
        "b. In the cookie -> cookie value contains tulip\n",
        "",
        "```predict",
        "two options",
    ),
    "no question": ("Where is it?\n", "", "```predict", "expected a question"),
    "no stage to watch": ("watch write_word\n", "", "```predict", "expected `watch STAGE`"),
    "unknown kind of prediction": (
        "```predict",
        "```predict guess",
        "```predict guess",
        "expected",
    ),
    "a prediction that the third of one request judges": (
        "```predict",
        "```predict at=3",
        "```predict at=3",
        "request 3",
    ),
    "an answer is missing": (
        "- b: You expected it in the cookie. It is in the row.\n",
        "",
        "```predict",
        "option b has no answer",
    ),
    "an answer too many": (
        "- b: You",
        "- c: I\n- b: You",
        "```predict",
        "option c has an answer but is no option",
    ),
    "a request without an expectation": (
        "```expect\nverdict == NO_COOKIE\nstage read_cookie == NO_COOKIE\n"
        "body contains You are a stranger\nrows == 0\ncookie absent\n```\n",
        "",
        "```http",
        "no expectation",
    ),
    "a request that no trace shows": (
        "GET /\n",
        "GET /static/style.css\n",
        "```http",
        "left out of the trace",
    ),
    "an expectation without a request": (
        "```http\nGET /\n```\n",
        "",
        "```expect",
        "expected an ```http before",
    ),
    "no request line": ("GET /\n", "FETCH /\n", "FETCH /", "expected a request line"),
    "an empty request": ("```http\nGET /\n```", "```http\n```", "```http", "expected a request"),
    "a broken header": ("GET /\n", "GET /\nno header\n", "no header", "expected a header"),
    "a broken option of http": ("```http", "```http by=alice", "```http by", "expected `http as="),
    "bad gap in a request": (
        "GET /\n",
        "GET /\nCookie: a={{cookie}}\n",
        "Cookie: a",
        "expected {{alice.cookie}}",
    ),
    "bad gap in an expectation": (
        "rows == 0",
        "jar == {{alice.jar}}",
        "jar == {{alice",
        "expected {{alice.cookie}}",
    ),
    "an unknown change": (
        "rows == 0",
        "jar == {{alice.cookie | upside down}}",
        "jar ==",
        "cannot be changed by 'upside down'",
    ),
    "bad clock": ("```http\nGET", "```clock\n-5 min\n```\n\n```http\nGET", "```clock", "+31 min"),
    "unknown server command": (
        "```http\nGET",
        "```server\nnew key\nmake tea\n```\n\n```http\nGET",
        "make tea",
        "unknown command 'make tea'",
    ),
    "a step's number": ("## 2. A word", "## 3. A word", "## 3. A word", "expected step number 2"),
    "a step that no heading names": (
        "## 3. Recall",
        "## Step 3: Recall",
        "## Step 3",
        "in no step",
    ),
    "unclosed details": ("</details>\n", "", "<details>", "not closed"),
    "other HTML": ("alice comes.", "<b>alice</b>\n\n<p>comes", "<p>comes", "of HTML only"),
    "a prediction without a request": (
        "```http\nPOST /\n\nword=tulip\n```\n\n```expect\nstatus == 303\nheader Location == /\n"
        "cookie HttpOnly present\nrow word == tulip\njar == {{alice.cookie}}\n```\n",
        "",
        "```predict",
        "no request that could judge it",
    ),
    "a recall without a model": (
        "The ticket finds the row.\n\n</details>\n\n## Go",
        "</details>\n\n## Go",
        "## 3. Recall",
        "no model sentence",
    ),
    "two predictions": (
        "<details><summary>What",
        "```predict\nAgain?\na. A -> rows == 1\nb. B -> rows == 2\nwatch read_cookie\n```\n\n"
        "<details><summary>What",
        "```predict\nAgain",
        "second ```predict",
    ),
    "a fence inside a list": (
        "alice comes.",
        "1. First:\n\n   ```http\n   GET /\n   ```\n",
        "   ```http",
        "at the beginning of a line",
    ),
    "a fence that is not closed": (
        "alice comes.",
        "````hint\nThink.\n```",
        "````hint",
        "not closed",
    ),
    "a review of a step that is not there": (
        "## Review of step 2",
        "## Review of step 4",
        "## Review of step 4",
        "there is no step 4",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named_with_its_file_and_line(tmp_path: Path, case: str) -> None:
    old, new, where, says = WRONG[case]
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    assert_named(
        mistakes_of(tmp_path, text), 1 if case == "no title" else line_of(text, where), says
    )


def test_every_mistake_is_named_not_only_the_first(tmp_path: Path) -> None:
    text = GOOD.replace("rows == 0", "rowz == 0", 1).replace("## 3. Recall", "## 4. Recall")
    text = text.replace("watch open_session", "watch open_sesame")
    lines = {mistake.line for mistake in mistakes_of(tmp_path, text)}
    assert {line_of(text, part) for part in ("rowz", "## 4.", "watch open_sesame")} <= lines


def test_a_lesson_without_a_step_is_a_mistake(tmp_path: Path) -> None:
    assert_named(mistakes_of(tmp_path, HEAD), 1, "expected a step")


def test_an_empty_readme_is_a_mistake(tmp_path: Path) -> None:
    readme = write_lesson(tmp_path)
    readme.write_text("")
    assert_named(read_lesson(readme)[1], 1, "expected a title")


def test_the_number_of_the_folder_is_that_of_the_title(tmp_path: Path) -> None:
    assert_named(mistakes_of(tmp_path / "08_small", GOOD), 1, "08")
    assert mistakes_of(tmp_path / "07_small", GOOD) == []


def test_a_readme_that_is_not_utf_8_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    readme = write_lesson(tmp_path)
    readme.write_bytes(GOOD.encode().replace(b"alice comes.", b"alice caf\xe9 comes."))
    (mistake,) = read_lesson(readme)[1]
    assert mistake.line == line_of(GOOD, "alice comes.")
    assert "UTF-8" in mistake.says


# Mistakes that show when the lesson is run


def lint_of(folder: Path, site: Site, text: str = GOOD, app: str = APP) -> list[Mistake]:
    return lint(write_lesson(folder, text, app), site)


def test_a_sound_lesson_has_no_mistake_when_it_is_run(tmp_path: Path, site: Site) -> None:
    assert lint_of(tmp_path, site) == []


@pytest.mark.parametrize(
    ("old", "new", "true"),
    [
        ("-> row word == tulip", "-> row word == rose", "none did"),
        ("cookie value contains tulip", "rows == 1", "a and b did"),
    ],
    ids=["none", "two"],
)
def test_a_prediction_with_none_or_two_true_options_is_a_mistake(
    tmp_path: Path, site: Site, old: str, new: str, true: str
) -> None:
    mistakes = lint_of(tmp_path, site, GOOD.replace(old, new, 1))
    assert_named(mistakes, line_of(GOOD, "```predict"), true)
    assert len(mistakes) == 1


def test_a_prediction_of_a_review_is_judged_too(tmp_path: Path, site: Site) -> None:
    text = GOOD.replace("a. None -> rows == 0", "a. None -> rows != 0")
    assert_named(lint_of(tmp_path, site, text), line_of(GOOD, "```predict", "## Review"), "a and b")


def test_an_expectation_that_is_not_met_is_a_mistake(tmp_path: Path, site: Site) -> None:
    text = GOOD.replace("header Location == /", "header Location == /login")
    line = line_of(GOOD, "header Location")
    assert_named(lint_of(tmp_path, site, text), line, "expected header Location == /login, obs")


def test_a_cookie_that_nobody_was_given_is_a_mistake(tmp_path: Path, site: Site) -> None:
    text = GOOD.replace("rows == 0", "jar != {{bob.cookie}}", 1)
    (mistake,) = lint_of(tmp_path, site, text)
    assert "bob was given fewer than 1 cookies so far" in mistake.says


def test_a_plain_cookie_cannot_be_made_later(tmp_path: Path, site: Site) -> None:
    plain = APP.replace("sign_session_id(bricks.signer, session.id)", "'plain'")
    text = GOOD.replace("jar == {{alice.cookie}}", "jar != {{alice.cookie | later}}")
    (mistake,) = lint_of(tmp_path, site, text.replace("row word == tulip\njar", "jar"), plain)
    assert "later" in mistake.says
    assert "three parts" in mistake.says


def test_an_address_where_nobody_listens_is_a_mistake(tmp_path: Path, site: Site) -> None:
    text = GOOD.replace("GET /\n", "GET http://127.0.0.1:1/\n", 1)
    (mistake,) = lint_of(tmp_path, site, text)
    assert "http://127.0.0.1:1/" in mistake.says


def test_another_port_that_nobody_opened_is_a_mistake(tmp_path: Path, site: Site) -> None:
    """An earlier lesson on the same site may have opened one."""
    site.listen_on_another_port()
    text = GOOD.replace("GET /\n", "GET http://localhost:{{other port}}/\n", 1)
    (mistake,) = lint_of(tmp_path, site, text)
    assert "there is no other port yet" in mistake.says


@pytest.mark.parametrize(
    ("app", "says"),
    [
        ("", "There is no "),
        (APP.replace("COOKIE = ", "BISCUIT = ").replace("COOKIE", "BISCUIT"), "has no COOKIE"),
        (APP.replace("def make_app", "def make_up"), "has no make_app"),
        (APP.replace("def make_app(bricks):", "def make_app(bricks:"), "app.py:17"),
        (APP.replace("FORM = Form(", "FORM = Frm("), "app.py:14 cannot be run: NameError"),
        (APP.replace("app = new_routes()", "app = new_routes(1)"), "app.py:18 cannot be run: Type"),
        (APP.replace("from bottle", "from no_such_bottle"), "app.py:3 cannot be run: ModuleNot"),
        (APP + "\0", "cannot be run"),
        (APP.replace("return Middleware", "Middleware"), "app.py: make_app has to return a WSGI"),
        (APP + "\nCOOKIE = 'small'\n", "app.py: expected COOKIE = CookieSettings(...)"),
        (APP + "\nLIMITS = 30\n", "app.py: expected LIMITS = Limits(...), it is of type int."),
        ("raise SystemExit('bye')\n" + APP, "app.py:1 cannot be run: SystemExit: bye"),
        (APP.replace("app = new_routes()", "raise SystemExit(3)"), "app.py:18 cannot be run: Sys"),
    ],
    ids=[
        *("no file", "no COOKIE", "no make_app", "syntax", "name", "making", "import", "null"),
        *("no return", "COOKIE", "LIMITS", "exit", "exit while making"),
    ],
)
def test_a_server_that_cannot_be_run_is_a_mistake(
    tmp_path: Path, site: Site, app: str, says: str
) -> None:
    (mistake,) = lint_of(tmp_path, site, GOOD, app)
    assert says in mistake.says
    assert "app.py" in mistake.says


@pytest.mark.parametrize(
    ("careless", "says"),
    [("", "There is no "), (CARELESS.replace("CARELESS", "CAREFUL"), "has no CARELESS")],
)
def test_a_careless_server_that_is_not_there_is_a_mistake(
    tmp_path: Path, site: Site, careless: str, says: str
) -> None:
    text = GOOD.replace("```http\nPOST", "```server\nuse careless\n```\n\n```http\nPOST", 1)
    readme = write_lesson(tmp_path, text, APP, careless)
    (mistake,) = lint(readme, site)
    assert says in mistake.says
    assert "careless.py" in mistake.says
    assert mistake.line == line_of(GOOD, "## 1.")


# The shelf


def test_lessons_are_found_by_number(tmp_path: Path) -> None:
    for number in ("00", "07"):
        write_lesson(tmp_path / f"{number}_small", GOOD.replace("07", number))
    (tmp_path / "notes").mkdir()
    (tmp_path / "08_not_begun").mkdir()
    assert list(folders(tmp_path)) == ["00", "07"]
    assert find_lesson("7", tmp_path).number == "07"
    with pytest.raises(Problem, match=r"There is no lesson 8\. There are 00, 07\."):
        find_lesson("8", tmp_path)


def test_two_folders_with_one_number_are_a_problem(tmp_path: Path) -> None:
    for name in ("07_small", "07_smaller"):
        write_lesson(tmp_path / name)
    with pytest.raises(Problem, match="07_small and 07_smaller"):
        folders(tmp_path)


def test_a_request_is_the_visitors_by_its_option(tmp_path: Path) -> None:
    text = HEAD + STRANGER.replace("```http", "```http as=bob at=/news")
    lesson, mistakes = read_lesson(write_lesson(tmp_path, text))
    assert mistakes == []
    (request,) = lesson.steps[0].acts
    assert isinstance(request, Request)
    assert (request.visitor, request.at) == ("bob", "/news")
