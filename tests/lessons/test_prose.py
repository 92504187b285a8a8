"""Every lesson keeps the rules of lessons/README.md; each rule is seen when it is broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from urllib.parse import unquote, urlsplit

import pytest

from tests.lessons.ours import LESSONS
from tests.lessons.prose import (
    MARKDOWN,
    Lesson,
    Section,
    all_lessons,
    links_in,
    place_of,
    read_lesson,
    report,
    sections_of,
    too_long,
)

LONGEST_MEAN = 12  # words of a sentence
MOST_BEFORE, MOST_AFTER = 80, 60  # words of a step
MOST_PREDICTIONS = 4
REVIEWS = 2
MOST_LINES = 60  # of app.py
BROWSERS = ("Chromium", "Firefox", "Safari")
CLOSING = ("In Express and Passport this is", "Go deeper")
PROMISE = "Afterwards you can explain:"
WRITTEN = ("README.md", "INSTRUCTOR.md", "app.py", "careless.py", "other_site.py")
CORE = [0, 1, 2, 3, 4, 5, 6, 7, 8]  # the lessons that come first

Faults = list[str]

# A lesson as it should be, and what stands in its folder and beside it

README = """\
# 03 · A signed cookie

A cookie gets a stamp. It takes ten minutes.

Afterwards you can explain:

- what a stamp promises
- who makes it

## 1. alice gets a ticket

She says her name. The server hands out a *stamp*.

```predict
Who can read it?
a. Nobody -> verdict == BAD_SIGNATURE
b. Everybody -> verdict == NO_COOKIE
watch check_signature
```

<details><summary>What happens, and why</summary>

```http
GET /
```

```expect
verdict == NO_COOKIE
```

- a: It is not hidden.
- b: `Signed` is not hidden.

The [flow](../../sandbox/login/flow.py) says more.

</details>

## 2. Look at it [B]

Chromium: Application > Cookies. Firefox: Storage > Cookies.
Safari: Storage > Cookies.

## 3. Recall

Say it in one sentence.

```recall
What does a signature promise?
```

<details><summary>A model sentence</summary>

It promises who issued the ticket.

</details>

## In Express and Passport this is…

- `cookie-session`, and its keys
- `req.session`
- no stage

## Go deeper

- [RFC 6265](https://www.rfc-editor.org/rfc/rfc6265)
- [Step 1](#1-alice-gets-a-ticket) and [the words](../GLOSSARY.md#words)

## Review of step 1

Bob has a ticket.

```predict
Can he read it?
a. Yes -> verdict == OK
b. No -> verdict == NO_COOKIE
watch check_signature
```

## Review of step 2

Bob looks, too.
"""
NOTES = """\
# 03 · A signed cookie: for the instructor

Ask [this](README.md#2-look-at-it-b).
"""
GOOD = {
    "lessons/03_signed_cookie/README.md": README,
    "lessons/03_signed_cookie/INSTRUCTOR.md": NOTES,
    "lessons/03_signed_cookie/app.py": "x = 1\n",
    "lessons/GLOSSARY.md": "# Words\n\n**stamp** — the signature on a ticket.\n",
    "sandbox/login/flow.py": "x = 1\n",
}
LONG = " ".join(["word"] * 21) + "."
HALVES = [" ".join(["word"] * 12) + "."] * 7  # 84 words in sentences of twelve
PREDICT = "```predict\nWho?\na. x -> status == 200\nb. y -> status == 303\nwatch guard\n```\n\n"


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "lessons" / "03_signed_cookie" / "README.md"


def line_of(words: str, text: str = README) -> int:
    return text[: text.index(words)].count("\n") + 1


STEP_1 = f"lessons/03_signed_cookie/README.md:{line_of('## 1. alice')}"
FLOW = line_of("The [flow]")
STEP_3 = f"lessons/03_signed_cookie/README.md:{line_of('## 3. Recall')}"


def changed(name: str, old: str, new: str | None) -> dict[str, str]:
    """The good lesson with one change; None takes the whole file away."""
    (full,) = [each for each in GOOD if each.endswith(f"/{name}")]
    if new is None:
        return {each: text for each, text in GOOD.items() if each != full}
    assert GOOD[full].count(old) == 1, old
    return GOOD | {full: GOOD[full].replace(old, new)}


# The rules of one lesson


def mean_of_sentences(lesson: Lesson) -> Faults:
    found = mean(each.words for each in lesson.sentences)
    return [] if found <= LONGEST_MEAN else [f"{lesson.at(1)}: {found:.2f} words a sentence"]


def long_sentences(lesson: Lesson) -> Faults:
    return list(too_long(lesson))


def _parts(lesson: Lesson) -> list[Section]:
    return [*lesson.steps, *lesson.reviews]


def much_before(lesson: Lesson) -> Faults:
    many = [each for each in _parts(lesson) if each.before > MOST_BEFORE]
    return [f"{lesson.at(each.line)}: {each.before} words before the action" for each in many]


def much_after(lesson: Lesson) -> Faults:
    many = [each for each in _parts(lesson) if each.after > MOST_AFTER]
    return [f"{lesson.at(each.line)}: {each.after} words after the action" for each in many]


def predictions(lesson: Lesson) -> Faults:
    found = sum(step.has("predict") for step in lesson.steps)
    return [] if found <= MOST_PREDICTIONS else [f"{lesson.at(1)}: {found} predictions"]


def step_numbers(lesson: Lesson) -> Faults:
    found = [step.step for step in lesson.steps]
    wanted = list(range(1, len(found) + 1))
    return [] if found and found == wanted else [f"{lesson.at(1)}: steps {found}"]


def closing_sections(lesson: Lesson) -> Faults:
    titles = [section.title for section in lesson.closing]
    missing = [title for title in CLOSING if not any(each.startswith(title) for each in titles)]
    return [f"{lesson.at(1)}: no section '{title}'" for title in missing]


def _closing(lesson: Lesson, title: str) -> list[Section]:
    return [each for each in lesson.closing if each.title.startswith(title)]


def three_lines_on_express(lesson: Lesson) -> Faults:
    many = [each for each in _closing(lesson, CLOSING[0]) if each.items != 3]
    return [f"{lesson.at(each.line)}: {each.items} list items, not three" for each in many]


def sources(lesson: Lesson) -> Faults:
    without = [each for each in _closing(lesson, CLOSING[1]) if not each.links]
    return [f"{lesson.at(each.line)}: no source" for each in without]


def promise(lesson: Lesson) -> Faults:
    return [] if PROMISE in lesson.introduction.text else [f"{lesson.at(1)}: no '{PROMISE}'"]


def developer_tools(lesson: Lesson) -> Faults:
    in_browser = [step for step in lesson.steps if step.in_own_browser]
    if any(all(browser in step.text for browser in BROWSERS) for step in in_browser):
        return []
    return [f"{lesson.at(1)}: no [B] step that names {', '.join(BROWSERS)}"]


def recall(lesson: Lesson) -> Faults:
    return [] if any(step.has("recall") for step in lesson.steps) else [f"{lesson.at(1)}: none"]


def two_reviews(lesson: Lesson) -> Faults:
    found = [review.reviewed for review in lesson.reviews]
    known = [step.step for step in lesson.steps]
    sound = len(found) == REVIEWS and all(each in known for each in found)
    return [] if sound else [f"{lesson.at(1)}: reviews of steps {found}"]


def instructor(lesson: Lesson) -> Faults:
    path = lesson.folder / "INSTRUCTOR.md"
    return [] if path.is_file() else [f"{place_of(path)}: missing"]


def small_server(lesson: Lesson) -> Faults:
    path = lesson.folder / "app.py"
    if not path.is_file():
        return [f"{place_of(path)}: missing"]
    lines = len(path.read_text(encoding="utf-8").splitlines())
    return [] if lines <= MOST_LINES else [f"{place_of(path)}: {lines} lines"]


def nothing_left_to_do(lesson: Lesson) -> Faults:
    return [
        f"{place_of(path)}:{number}: {line.strip()}"
        for path in map(lesson.folder.joinpath, WRITTEN)
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "TODO" in line
    ]


def markdown_is_read(lesson: Lesson) -> Faults:
    raw = [line for section in lesson.sections for line in section.raw]
    return [f"{lesson.at(line)}: text in HTML; an empty line belongs below a tag" for line in raw]


def nothing_is_quoted(lesson: Lesson) -> Faults:
    readme = lesson.folder / "README.md"
    return [
        f"{place_of(readme)}:{number}: a line that begins with > is read as a quotation"
        for number, line in enumerate(readme.read_text(encoding="utf-8").splitlines(), 1)
        if line.startswith(">")
    ]


def notes_headed_alike(lesson: Lesson) -> Faults:
    path = lesson.folder / "INSTRUCTOR.md"
    title = lesson.readme.read_text(encoding="utf-8").splitlines()[0]
    wanted = f"{title}: for the instructor"
    found = path.read_text(encoding="utf-8").splitlines()[0] if path.is_file() else wanted
    return [] if found == wanted else [f"{place_of(path)}:1: {found}, not {wanted}"]


@dataclass(frozen=True)
class Rule:
    """What holds for each lesson; `planted` are changes of the good one that break it."""

    says: str
    faults: Callable[[Lesson], Faults]
    planted: tuple[tuple[str, str, str | None], ...]


RULES = [
    Rule(
        "a sentence has 12 words in the mean",
        mean_of_sentences,
        (("README.md", "She says her name.", " ".join([LONG.replace("word ", "", 1)] * 60)),),
    ),
    Rule(
        "no sentence has more than 20 words",
        long_sentences,
        (
            ("README.md", "It takes ten minutes.", LONG),
            ("README.md", "- who makes it", f"- {LONG}"),
            ("README.md", "- a: It is not hidden.", f"- a: {LONG}"),
            ("README.md", "The [flow]", f"{LONG} The [flow]"),
            ("README.md", "Bob looks, too.", LONG),
        ),
    ),
    Rule(
        "at most 80 words stand before the action",
        much_before,
        (
            ("README.md", "She says her name.", "\n".join(HALVES)),
            ("README.md", "She says her name.", "\n".join(f"- {each}" for each in HALVES) + "\n"),
            ("README.md", "Bob looks, too.", "\n".join(HALVES)),
        ),
    ),
    Rule(
        "at most 60 words stand after the action",
        much_after,
        (
            ("README.md", "It promises who issued the ticket.", "\n".join(HALVES[:6])),
            ("README.md", "The [flow]", "\n\n".join(HALVES[:5]) + " The [flow]"),
        ),
    ),
    Rule(
        "there are at most four predictions",
        predictions,
        (
            ("README.md", "Say it in one sentence.\n\n", PREDICT * 4),
            (
                "README.md",
                "Say it in one sentence.\n\n",
                PREDICT.replace("predict", "predict at=1") * 4,
            ),
        ),
    ),
    Rule(
        "steps are numbered from 1",
        step_numbers,
        (("README.md", "## 2. Look", "## 4. Look"), ("README.md", "## 1. alice", "## 0. alice")),
    ),
    Rule(
        "the closing sections are there",
        closing_sections,
        (
            ("README.md", "## In Express and Passport this is…", "## Elsewhere"),
            ("README.md", "## Go deeper", "### Go deeper"),
        ),
    ),
    Rule(
        "Express and Passport get three lines",
        three_lines_on_express,
        (("README.md", "- no stage\n", ""), ("README.md", "- no stage", "- no stage\n- four")),
    ),
    Rule(
        "Go deeper names a source",
        sources,
        (
            (
                "README.md",
                README[README.index("- [RFC") : README.index("\n## Review of step 1")],
                "- RFC\n",
            ),
        ),
    ),
    Rule(
        "the introduction says what can be explained afterwards",
        promise,
        (
            ("README.md", PROMISE, "You learn:"),
            ("README.md", PROMISE, f"## 1. Again\n\n{PROMISE}"),
        ),
    ),
    Rule(
        "one step in the own browser says where to look in three of them",
        developer_tools,
        (
            ("README.md", "Look at it [B]", "Look at it"),
            *(("README.md", f"{browser}:", "Elsewhere:") for browser in BROWSERS),
        ),
    ),
    Rule(
        "a sentence is recalled",
        recall,
        (("README.md", "```recall", "```hint"), ("README.md", "## 3. Recall", "## Recall")),
    ),
    Rule(
        "two sections review two steps",
        two_reviews,
        (
            ("README.md", "## Review of step 2", "## Review"),
            ("README.md", "## Review of step 2", "## Review of step 9"),
            ("README.md", "Bob looks, too.", "## Review of step 3\n\nBob looks, too."),
        ),
    ),
    Rule("there are notes for teachers", instructor, (("INSTRUCTOR.md", "", None),)),
    Rule(
        "the server fits in 60 lines",
        small_server,
        (("app.py", "x = 1\n", "x = 1\n" * 61), ("app.py", "", None)),
    ),
    Rule(
        "nothing is left to do",
        nothing_left_to_do,
        (
            ("README.md", "Bob looks, too.", "TODO"),
            ("INSTRUCTOR.md", "Ask", "TODO: ask"),
            ("app.py", "x = 1", "x = 1  # TODO: y"),
        ),
    ),
    Rule(
        "Markdown inside of HTML is read as Markdown",
        markdown_is_read,
        (
            ("README.md", "<details><summary>A model sentence</summary>\n", "<details>"),
            ("README.md", "Bob looks, too.", "<div>Bob looks, too.</div>"),
        ),
    ),
    Rule(
        "no line begins as a quotation does",
        nothing_is_quoted,
        (("README.md", "Bob looks, too.", "Bob looks: Storage\n> Cookies."),),
    ),
    Rule(
        "the notes are headed as the lesson, for the instructor",
        notes_headed_alike,
        (("INSTRUCTOR.md", "for the instructor", "for teachers"),),
    ),
]
PLANTED = [
    pytest.param(rule, *change, id=f"{rule.says} {number}")
    for rule in RULES
    for number, change in enumerate(rule.planted, 1)
]


def test_the_table_of_lesson_11_names_every_stage() -> None:
    readme = (LESSONS / "11_from_here_to_passport" / "README.md").read_text(encoding="utf-8")
    sources = [
        path.read_text(encoding="utf-8")
        for path in (LESSONS.parent / "sandbox/login").rglob("*.py")
    ]
    stages = {
        name for text in sources for name in re.findall(r"^@stage\(.*\ndef (\w+)", text, re.M)
    }
    assert len(stages) > 15
    assert stages == set(re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE))


def test_the_nine_lessons_of_the_core_are_there() -> None:
    numbers = [int(lesson.folder.name[:2]) for lesson in all_lessons()]
    assert numbers[: len(CORE)] == CORE


def test_every_folder_of_a_lesson_has_its_readme() -> None:
    folders = [path for path in LESSONS.iterdir() if path.is_dir() and path.name[:2].isdigit()]
    assert [path.name for path in sorted(folders) if not (path / "README.md").exists()] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_every_lesson_keeps_the_rule(rule: Rule) -> None:
    assert [fault for lesson in all_lessons() for fault in rule.faults(lesson)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_a_good_lesson_keeps_the_rule(rule: Rule, tmp_path: Path) -> None:
    assert rule.faults(read_lesson(written(tmp_path, GOOD))) == []


@pytest.mark.parametrize(("rule", "name", "old", "new"), PLANTED)
def test_a_lesson_that_breaks_the_rule_is_seen(
    rule: Rule, name: str, old: str, new: str | None, tmp_path: Path
) -> None:
    assert rule.faults(read_lesson(written(tmp_path, changed(name, old, new)))) != []


def words(number: int) -> str:
    """So many words, in sentences of at most ten."""
    tens, rest = divmod(number, 10)
    return " ".join([" ".join(["word"] * each) + "." for each in (*[10] * tens, rest) if each])


@pytest.mark.parametrize(
    ("faults", "limit", "name", "old", "many"),
    [
        (long_sentences, 20, "README.md", "Bob looks, too.", lambda n: " ".join(["word"] * n)),
        (much_before, 80, "README.md", "Bob looks, too.", words),
        (much_after, 60, "README.md", "It promises who issued the ticket.", words),
        (predictions, 4, "README.md", "Say it in one sentence.", lambda n: PREDICT * (n - 1)),
        (small_server, 60, "app.py", "x = 1\n", lambda n: "x = 1\n" * n),
    ],
)
def test_at_its_limit_a_rule_is_kept_and_one_more_breaks_it(
    faults: Callable[[Lesson], Faults],
    limit: int,
    name: str,
    old: str,
    many: Callable[[int], str],
    tmp_path: Path,
) -> None:
    lesson = read_lesson(written(tmp_path, changed(name, old, many(limit))))
    assert faults(lesson) == []
    lesson = read_lesson(written(tmp_path, changed(name, old, many(limit + 1))))
    assert len(faults(lesson)) == 1


def test_a_mean_of_twelve_words_is_kept_and_more_is_not(tmp_path: Path) -> None:
    readme = tmp_path / "lessons" / "03_x" / "README.md"
    readme.parent.mkdir(parents=True)
    for rest, faults in ((14, 0), (15, 1)):
        readme.write_text(f"{' '.join(['word'] * 10)}. {' '.join(['word'] * rest)}.")
        assert len(mean_of_sentences(read_lesson(readme))) == faults


# Links


def broken_links(path: Path) -> Faults:
    """Relative links that lead to no file, or to no heading of it."""
    text = path.read_text(encoding="utf-8")
    tokens = [each for each in MARKDOWN.parse(text) if each.type == "inline"]
    return [
        f"{place_of(path)}:{(token.map or [0])[0] + 1}: {link}"
        for token in tokens
        for link in links_in(token)
        if not urlsplit(link).scheme and not _leads_somewhere(path, link)
    ]


def _leads_somewhere(path: Path, link: str) -> bool:
    parts = urlsplit(link)
    target = path.parent / unquote(parts.path) if parts.path else path
    if not target.is_file():
        return False
    return not parts.fragment or parts.fragment in _anchors(target)


def _anchors(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md":
        return [f"L{number}" for number in range(1, len(text.splitlines()) + 1)]
    tokens = MARKDOWN.parse(text)
    titles = [
        "".join(child.content for child in tokens[number + 1].children or [])
        for number, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    anchors = [anchor(title) for title in titles]
    seen = [anchors[:number].count(each) for number, each in enumerate(anchors)]
    return [f"{each}-{n}" if n else each for each, n in zip(anchors, seen, strict=True)]


def anchor(title: str) -> str:
    """As code hosts make it: lower case, hyphens for blanks, no punctuation."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def all_pages() -> list[Path]:
    return sorted(LESSONS.rglob("*.md"))


def test_every_link_leads_somewhere() -> None:
    assert [fault for path in all_pages() for fault in broken_links(path)] == []


def test_the_links_of_a_good_lesson_lead_somewhere(tmp_path: Path) -> None:
    readme = written(tmp_path, GOOD)
    assert broken_links(readme) + broken_links(readme.with_name("INSTRUCTOR.md")) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("README.md", "../../sandbox/login/flow.py", "../../sandbox/login/gone.py", f":{FLOW}: "),
        ("README.md", "../../sandbox/login/flow.py", "../../sandbox/login", f":{FLOW}: "),
        ("README.md", "flow.py)", "flow.py#L2)", "flow.py#L2"),
        ("README.md", "#1-alice-gets-a-ticket", "#2-alice-gets-a-ticket", ": #2-alice"),
        ("README.md", "../GLOSSARY.md#words", "../GLOSSARY.md#word", "../GLOSSARY.md#word"),
        ("README.md", "../GLOSSARY.md#words", "GLOSSARY.md", ": GLOSSARY.md"),
        ("README.md", "Bob looks, too.", "![Bob](bob.png) looks, too.", ": bob.png"),
        ("README.md", "Bob looks, too.", "[Bob][he] looks.\n\n[he]: bob.md", ": bob.md"),
        ("INSTRUCTOR.md", "README.md#2-look-at-it-b", "README.md#2-look-at-it", "#2-look-at-it"),
    ],
)
def test_a_broken_link_is_seen(tmp_path: Path, name: str, old: str, new: str, fault: str) -> None:
    path = written(tmp_path, changed(name, old, new)).with_name(name)
    (found,) = broken_links(path)
    assert found.startswith(f"lessons/03_signed_cookie/{name}:")
    assert fault in found


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("1. alice GET /", "1-alice-get-"),
        ("2. Look at it [B]", "2-look-at-it-b"),
        ("In Express and Passport this is…", "in-express-and-passport-this-is"),
        ("Set-Cookie, `__Host-` & co", "set-cookie-__host---co"),
        ("03 · Ähnlich", "03--ähnlich"),
    ],
)
def test_an_anchor_is_the_one_of_code_hosts(title: str, slug: str) -> None:
    assert anchor(title) == slug


def test_a_heading_that_stands_twice_has_two_anchors(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("# A `b`\n\n## A b\n", encoding="utf-8")
    assert _anchors(path) == ["a-b", "a-b-1"]


# Words


def terms(glossary: str) -> list[str]:
    return re.findall(r"^\*\*(.+?)\*\* —", glossary, re.MULTILINE)


def in_glossary() -> list[str]:
    path = LESSONS / "GLOSSARY.md"
    return terms(path.read_text(encoding="utf-8")) if path.exists() else []


def _is_term(italic: str, term: str) -> bool:
    return italic.casefold() in (term.casefold(), f"{term.casefold()}s")


def introduced(lessons: list[Lesson]) -> Iterator[tuple[str, str]]:
    """Where each word stands in italics, once a step."""
    for lesson in lessons:
        for step in lesson.steps:
            words = {italic.casefold() for block in step.blocks for italic in block.italics}
            yield from ((word, lesson.at(step.line)) for word in sorted(words))


def odd_terms(glossary: list[str], lessons: list[Lesson]) -> Faults:
    places = list(introduced(lessons))
    found = {term: [place for word, place in places if _is_term(word, term)] for term in glossary}
    return [
        f"{term}: in italics in {', '.join(where) or 'no step'}"
        for term, where in found.items()
        if len(where) != 1 or glossary.count(term) != 1
    ]


def odd_italics(glossary: list[str], lessons: list[Lesson]) -> Faults:
    places = list(introduced(lessons))
    steps = [place for _, place in places]
    unknown = [
        f"{place}: *{word}* is not in the glossary"
        for word, place in places
        if not any(_is_term(word, term) for term in glossary)
    ]
    crowded = {place for place in steps if steps.count(place) > 1}
    return unknown + [f"{place}: more than one new term" for place in sorted(crowded)]


def test_each_term_of_the_glossary_is_explained_in_one_step() -> None:
    assert in_glossary() != []
    assert odd_terms(in_glossary(), all_lessons()) == []


def test_a_step_introduces_at_most_one_term_and_the_glossary_has_it() -> None:
    assert odd_italics(in_glossary(), all_lessons()) == []


def good_lesson(folder: Path, old: str = "", new: str = "") -> list[Lesson]:
    return [read_lesson(written(folder, changed("README.md", old, new) if old else GOOD))]


def test_the_term_of_a_good_lesson_is_found(tmp_path: Path) -> None:
    glossary = terms(GOOD["lessons/GLOSSARY.md"])
    assert glossary == ["stamp"]
    assert odd_terms(glossary, good_lesson(tmp_path)) == []
    assert odd_italics(glossary, good_lesson(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("*stamp*", "stamp", "stamp: in italics in no step"),
        ("*stamp*", "**stamp**", "stamp: in italics in no step"),
        ("*stamp*", "*stamping*", "stamp: in italics in no step"),
        ("Say it in", "*Stamp*: say it in", f"{STEP_1}, {STEP_3}"),
    ],
)
def test_a_term_that_is_not_explained_once_is_seen(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    (found,) = odd_terms(["stamp"], good_lesson(tmp_path, old, new))
    assert fault in found


def test_a_term_that_stands_twice_in_the_glossary_is_seen(tmp_path: Path) -> None:
    assert odd_terms(["stamp", "stamp"], good_lesson(tmp_path)) != []


def test_italics_that_the_glossary_does_not_know_are_seen(tmp_path: Path) -> None:
    (found,) = odd_italics(["stamp"], good_lesson(tmp_path, "Say it in", "Say it *all* in"))
    assert found == f"{STEP_3}: *all* is not in the glossary"


def test_two_terms_in_one_step_are_seen(tmp_path: Path) -> None:
    two = good_lesson(tmp_path, "The [flow]", "The _jar_. The [flow]")
    assert odd_italics(["stamp", "jar"], two) == [f"{STEP_1}: more than one new term"]


# How it is counted


def counted(text: str) -> list[tuple[int, int]]:
    """The words and the line of each sentence."""
    return [
        (sentence.words, sentence.line)
        for section in sections_of(text)
        for block in section.blocks
        for sentence in block.sentences
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One two three.", [(3, 1)]),
        ("One two. Three! Four five?", [(2, 1), (1, 1), (2, 1)]),
        ("One two\nthree. Four\nfive.", [(3, 1), (2, 2)]),
        ("One.\nTwo.", [(1, 1), (1, 2)]),
        ("It is version 1.5 of app.py, e.g. here.", [(8, 1)]),
        ('He says "no." She goes.', [(3, 1), (2, 1)]),
        ("One: two; three, four.", [(4, 1)]),
        ("One — two = three > four ✓.", [(4, 1)]),
        ("Send `GET / HTTP/1.1` now.", [(3, 1)]),
        ("Send `a. b`. Wait.", [(2, 1), (1, 1)]),
        ("Read [RFC 9110](https://example.org/a) now.", [(4, 1)]),
        ("*One* **two** three.", [(3, 1)]),
        ("- one two\n- three\n  four. five", [(2, 1), (2, 2), (1, 3)]),
        ("1. one\n2. two", [(1, 1), (1, 2)]),
        ("| a | b c |\n| --- | --- |\n| d. e | |", [(1, 1), (2, 1), (1, 3), (1, 3)]),
        ("# Title of it\n\n## 1. A step\n\n### Below", []),
        ("```http\nGET /\n```\n\n    indented code\n\nOne.", [(1, 7)]),
        ("<!-- one two -->\n\nThree.", [(1, 3)]),
        ("Alice's well-known don't-care.", [(3, 1)]),
        ("", []),
    ],
)
def test_sentences_are_counted_as_they_are_read(
    text: str, sentences: list[tuple[int, int]]
) -> None:
    assert counted(text) == sentences


STEP_TEXT = """\
## 1. A title of five words

One two `three four`.

- five
- b: now

```http
GET / not counted
```

Six [seven](https://example.org/not/counted).

<details><summary>Not counted at all</summary>

- a: Not counted here.
- Because: one two.

```expect
status == 200
```

- b: Nor here.

<!-- nor this -->

a: three four.

</details>

Eight.

## Go deeper

Not in the step.
"""


def test_words_before_and_after_the_action_are_told_apart() -> None:
    _, step, closing = sections_of(STEP_TEXT)
    assert (step.before, step.after) == (3 + 1 + 2 + 2 + 1, 3 + 3)
    assert (closing.before, closing.after) == (4, 0)


def test_answers_are_sentences_without_their_letter() -> None:
    assert counted(STEP_TEXT)[4] == (3, line_of("- a:", STEP_TEXT))


def test_a_section_knows_its_fences_and_its_line() -> None:
    _, step, closing = sections_of(STEP_TEXT)
    assert step.fences == ["http", "expect"]
    assert (step.line, closing.line) == (1, line_of("## Go", STEP_TEXT))


def test_a_lesson_has_an_introduction_steps_closing_sections_and_reviews(tmp_path: Path) -> None:
    lesson = read_lesson(written(tmp_path, GOOD))
    assert lesson.introduction.text.startswith("A cookie gets a stamp.")
    assert [each.step for each in lesson.steps] == [1, 2, 3]
    assert [each.title[:5] for each in lesson.closing] == ["In Ex", "Go de"]
    assert [each.reviewed for each in lesson.reviews] == [1, 2]


@pytest.mark.parametrize(
    ("title", "step", "in_browser", "reviewed"),
    [
        ("3. Change the name [B]", 3, True, None),
        ("3. Change the name", 3, False, None),
        ("Change 3. of it [B]", None, False, None),
        ("Review of step 12", None, False, 12),
        ("Review of steps", None, False, None),
    ],
)
def test_a_heading_says_what_its_section_is(
    title: str, step: int | None, in_browser: bool, reviewed: int | None
) -> None:
    section = Section(title, 1)
    assert (section.step, section.in_own_browser, section.reviewed) == (step, in_browser, reviewed)


def test_the_table_has_a_line_for_each_lesson_and_names_what_is_too_long(tmp_path: Path) -> None:
    lesson = read_lesson(written(tmp_path, changed("README.md", "Bob looks, too.", LONG)))
    head, row, long = report([lesson]).splitlines()
    assert head.split() == ["lesson", "sentences", "mean", "max", "before", "after"]
    assert row.split()[0] == "03_signed_cookie"
    assert row.split()[3:] == ["21", "21", "6"]
    assert long == f"{STEP_3.partition(':')[0]}:{line_of('Bob looks')}: 21 words: {LONG}"
