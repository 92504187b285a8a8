"""How long the sentences of the lessons are, and how much is said before and after an action.

    python -m tests.lessons.prose

A sentence ends with a full stop, a question mark or an exclamation mark; a list item or a table
cell ends one, too. Headings, fences and link addresses are no prose. A piece of code in a sentence
is read as one word. What stands in `<details>` is said after the action, all else before it; the
answers to a prediction's options (`- a: …`) count as sentences, but to neither side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.lessons.ours import READMES

LONGEST_SENTENCE = 20  # words

MARKDOWN = MarkdownIt("commonmark").enable("table")
NOT_AN_END = r"(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)"
SENTENCE_END = re.compile(rf"{NOT_AN_END}[.!?][\"'”’)\]]*(?=[ \n]|\Z)")
STEP = re.compile(r"(?P<number>\d+)\. .*?(?P<mark>\[B\])?")
REVIEW = re.compile(r"Review of step (?P<number>\d+)")
ANSWER = re.compile(r"[a-z]: ")
ONLY_TAGS = re.compile(r"(</?details>|<summary>[^<]*</summary>|<!--.*?-->|\s)*", re.DOTALL)


@dataclass(frozen=True)
class Sentence:
    """Some words, and the line on which the first of them stands."""

    text: str
    line: int

    @property
    def words(self) -> int:
        return sum(any(map(str.isalnum, word)) for word in self.text.split(" "))


@dataclass(frozen=True)
class Block:
    """A paragraph, a list item or a table cell; `after`: it stands in `<details>`."""

    sentences: tuple[Sentence, ...]
    italics: tuple[str, ...]
    line: int
    after: bool
    is_answer: bool

    @property
    def words(self) -> int:
        return sum(sentence.words for sentence in self.sentences)


@dataclass
class Section:
    """What stands below one heading: the introduction, a step, a closing section, a review."""

    title: str
    line: int
    blocks: list[Block] = field(default_factory=list)
    fences: list[str] = field(default_factory=list)  # the words after their three backticks
    raw: list[int] = field(default_factory=list)  # lines of HTML that hide Markdown from a reader
    items: int = 0
    links: list[str] = field(default_factory=list)

    @property
    def step(self) -> int | None:
        found = STEP.fullmatch(self.title)
        return int(found["number"]) if found else None

    @property
    def reviewed(self) -> int | None:
        found = REVIEW.fullmatch(self.title)
        return int(found["number"]) if found else None

    @property
    def in_own_browser(self) -> bool:
        found = STEP.fullmatch(self.title)
        return found is not None and found["mark"] is not None

    @property
    def before(self) -> int:
        return sum(each.words for each in self.blocks if not each.after)

    @property
    def after(self) -> int:
        return sum(each.words for each in self.blocks if each.after and not each.is_answer)

    @property
    def text(self) -> str:
        return "\n".join(each.text for block in self.blocks for each in block.sentences)

    def has(self, fence: str) -> int:
        return sum(each.split()[:1] == [fence] for each in self.fences)


@dataclass(frozen=True)
class Lesson:
    """A lesson's README, taken apart."""

    readme: Path
    sections: tuple[Section, ...]

    @property
    def folder(self) -> Path:
        return self.readme.parent

    @property
    def introduction(self) -> Section:
        return self.sections[0]

    @property
    def steps(self) -> list[Section]:
        return [each for each in self.sections if each.step is not None]

    @property
    def reviews(self) -> list[Section]:
        return [each for each in self.sections if each.reviewed is not None]

    @property
    def closing(self) -> list[Section]:
        others = self.sections[1:]
        return [each for each in others if each.step is None and each.reviewed is None]

    @property
    def sentences(self) -> list[Sentence]:
        return [
            sentence
            for section in self.sections
            for block in section.blocks
            for sentence in block.sentences
        ]

    def at(self, line: int) -> str:
        return f"{place_of(self.readme)}:{line}"


def place_of(path: Path) -> str:
    """As in lessons/03_signed_cookie/README.md."""
    inside = path.parts[::-1].index("lessons") + 1
    return "/".join(path.parts[-inside:])


def read_lesson(readme: Path) -> Lesson:
    return Lesson(readme, tuple(sections_of(readme.read_text(encoding="utf-8"))))


def all_lessons() -> list[Lesson]:
    return [read_lesson(path) for path in READMES]


def sections_of(text: str) -> list[Section]:
    """The first is what stands above the first `##`."""
    sections = [Section("", 1)]
    after = False
    line = 1
    tokens = MARKDOWN.parse(text)
    for number, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else line
        if token.type == "heading_open" and token.tag == "h2":
            sections.append(Section(tokens[number + 1].content, line))
        elif token.type == "html_block":
            after = _in_details(token.content, after)
        _add(sections[-1], tokens, number, line, after)
    return sections


def _in_details(html: str, before: bool) -> bool:
    opened, closed = html.rfind("<details"), html.rfind("</details")
    return before if opened == closed else opened > closed


def _add(section: Section, tokens: list[Token], number: int, line: int, after: bool) -> None:
    token = tokens[number]
    if token.type == "fence":
        section.fences.append(token.info)
    elif token.type == "list_item_open":
        section.items += 1
    elif token.type == "html_block" and not ONLY_TAGS.fullmatch(token.content):
        section.raw.append(line)
    elif token.type == "inline" and tokens[number - 1].type != "heading_open":
        is_answer = after and bool(ANSWER.match(token.content)) and _begins_item(tokens, number)
        section.blocks.append(_block(token, line, after, is_answer))
        section.links += links_in(token)


def _begins_item(tokens: list[Token], number: int) -> bool:
    return [each.type for each in tokens[number - 2 : number]] == [
        "list_item_open",
        "paragraph_open",
    ]


def links_in(token: Token) -> list[str]:
    found = [each.attrGet("href") or each.attrGet("src") for each in token.children or []]
    return [str(link) for link in found if link]


def _block(token: Token, line: int, after: bool, is_answer: bool) -> Block:
    children = token.children or []
    text = "".join(map(_as_read, children))
    sentences = tuple(_sentences(ANSWER.sub("", text, count=1) if is_answer else text, line))
    return Block(sentences, tuple(_italics(children)), line, after, is_answer)


def _as_read(child: Token) -> str:
    """A line break is kept, as it tells the line; blanks in code are not: it is one word."""
    if child.type == "code_inline":
        return f"`{child.content}`".replace(" ", "\N{NO-BREAK SPACE}")
    if child.type in ("softbreak", "hardbreak"):
        return "\n"
    return child.content if child.type in ("text", "text_special") else ""


def _sentences(text: str, line: int) -> Iterator[Sentence]:
    start = 0
    for end in (*(found.end() for found in SENTENCE_END.finditer(text)), len(text)):
        part = text[start:end]
        words = part.replace("\n", " ").strip(" ")
        sentence = Sentence(words, line + text[:start].count("\n") + _leading_breaks(part))
        if sentence.words:
            yield sentence
        start = end


def _leading_breaks(part: str) -> int:
    return part[: len(part) - len(part.lstrip())].count("\n")


def _italics(children: list[Token]) -> Iterator[str]:
    begins = [n for n, child in enumerate(children) if child.type == "em_open"]
    for begin in begins:
        end = next(n for n in range(begin, len(children)) if children[n].type == "em_close")
        yield "".join(_as_read(child).strip("`") for child in children[begin:end])


def _row(lesson: Lesson) -> str:
    counts = [sentence.words for sentence in lesson.sentences] or [0]
    parts = [*lesson.steps, *lesson.reviews]
    before = max((section.before for section in parts), default=0)
    after = max((section.after for section in parts), default=0)
    numbers = f"{len(counts):9} {mean(counts):5.1f} {max(counts):4} {before:7} {after:6}"
    return f"{lesson.folder.name:28}{numbers}"


def too_long(lesson: Lesson) -> Iterator[str]:
    for sentence in lesson.sentences:
        if sentence.words > LONGEST_SENTENCE:
            yield f"{lesson.at(sentence.line)}: {sentence.words} words: {sentence.text}"


def report(lessons: list[Lesson]) -> str:
    """One line for each lesson, and below it the sentences that are too long."""
    head = f"{'lesson':28}{'sentences':>9} {'mean':>5} {'max':>4} {'before':>7} {'after':>6}"
    rows = [line for lesson in lessons for line in (_row(lesson), *too_long(lesson))]
    return "\n".join([head, *rows])


if __name__ == "__main__":
    print(report(all_lessons()))
