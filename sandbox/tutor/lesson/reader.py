"""A lesson's README, read: steps are headings, fences carry what a machine reads."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sandbox.tutor.lesson.checks import (
    Fault,
    faults_of,
    faults_of_reviews,
    faults_outside,
)
from sandbox.tutor.lesson.fences import (
    Broken,
    Lines,
    read_clock,
    read_expect,
    read_http,
    read_predict,
    read_scenes,
)
from sandbox.tutor.lesson.parts import (
    Act,
    Expectation,
    Lesson,
    Mistake,
    Prediction,
    Request,
    Step,
)
from sandbox.tutor.lesson.recipe import read_browser

TITLE = re.compile(r"(?P<number>\d\d) · (?P<title>.+)")
STEP = re.compile(r"(?P<number>\d+)\. (?P<title>.+?)(?P<browser> \[B\])?")
REVIEW = re.compile(r"Review of step (?P<number>\d+)")
NUMBERED = re.compile(r"\d\d_")
ANSWER = re.compile(r"- ([a-z]): ")
FENCES = ("predict", "http", "browser", "expect", "clock", "server", "recall", "hint")
MOST_LINES = sys.maxsize  # after the last heading comes no other


@dataclass
class _Section:
    """What stands under one heading, while it is read."""

    title: str
    line: int
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    prediction: Prediction | None = None
    acts: list[Act] = field(default_factory=list)
    recall: str = ""
    hint: str = ""
    details: int = 0  # the line where <details> began, 0 outside

    def step(self, number: int, in_browser: bool, title: str) -> Step:
        return Step(
            number,
            title,
            self.line,
            in_browser,
            "\n\n".join(self.before),
            "\n\n".join(self.after),
            self.answers,
            self.prediction,
            tuple(self.acts),
            self.recall,
            self.hint,
        )


def read_lesson(path: Path) -> tuple[Lesson, list[Mistake]]:
    """The lesson, and every mistake that its README shows."""
    reader = _Reader(path)
    return reader.lesson(), reader.mistakes


class _Reader:
    def __init__(self, path: Path) -> None:
        self.mistakes: list[Mistake] = []
        self._path = path
        text = self._text(path.read_bytes())
        self._lines = text.split("\n")
        self._title = ""
        self._sections = [_Section("", 1)]
        for token in MarkdownIt("commonmark").parse(text):
            if token.level == 0 and token.map:
                self._take(token)
            elif token.type == "fence" and token.map and token.info.split()[:1] != []:
                self._indented(token.info.split()[0], token.map[0] + 1)
        self._end_details()

    def _text(self, octets: bytes) -> str:
        """As Markdown counts lines: only a line feed ends one."""
        try:
            text = octets.decode()
        except UnicodeDecodeError as error:
            self._wrong(octets.count(b"\n", 0, error.start) + 1, "expected UTF-8")
            text = octets.decode(errors="replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _indented(self, kind: str, line: int) -> None:
        if kind in FENCES:
            self._wrong(line, f"expected ```{kind} at the beginning of a line, not in a list")

    def lesson(self) -> Lesson:
        title = TITLE.fullmatch(self._title)
        if not title:
            self._wrong(1, "expected a title such as `# 03 · A signed cookie`")
        elif NUMBERED.match(self._path.parent.name) and title[1] != self._path.parent.name[:2]:
            self._wrong(1, f"this lesson stands in the folder {self._path.parent.name}")
        steps, reviews, other = self._steps()
        for line, says in faults_of_reviews(steps, reviews):
            self._wrong(line, says)
        intro = "\n\n".join(self._sections[0].before)
        number, name = (title["number"], title["title"]) if title else ("??", self._title)
        return Lesson(self._path, number, name, intro, steps, reviews, "\n\n".join(other))

    def _steps(self) -> tuple[tuple[Step, ...], tuple[Step, ...], list[str]]:
        steps: list[Step] = []
        reviews: list[Step] = []
        other: list[str] = []
        for section in self._sections[1:]:
            step, review = STEP.fullmatch(section.title), REVIEW.fullmatch(section.title)
            if step:
                if int(step["number"]) != len(steps) + 1:
                    self._wrong(section.line, f"expected step number {len(steps) + 1}")
                steps.append(section.step(len(steps) + 1, bool(step["browser"]), step["title"]))
            elif review:
                reviews.append(section.step(int(review["number"]), False, section.title))
            else:
                other.append("\n\n".join([f"## {section.title}", *section.before]))
                self._check([section.step(0, False, section.title)], faults_outside)
        if not steps:
            self._wrong(1, "expected a step, a heading such as `## 1. Say a name`")
        self._check([*steps, *reviews], faults_of)
        return tuple(steps), tuple(reviews), other

    def _check(self, steps: list[Step], faults: Callable[[Step], Iterable[Fault]]) -> None:
        """What is missing in a step may only be missing because a line of it cannot be read."""
        for step in steps:
            ends = min((s.line for s in self._sections if s.line > step.line), default=MOST_LINES)
            unread = max((m.line for m in self.mistakes if step.line < m.line < ends), default=0)
            for line, says in faults(step):
                if line > unread:
                    self._wrong(line, says)

    def _take(self, token: Token) -> None:
        first, last = token.map or (0, 0)
        text = "\n".join(self._lines[first:last]).strip()
        if token.type == "heading_open":
            self._heading(token.tag, text.lstrip("#").strip(), first + 1)
        elif token.type == "fence":
            self._fence(token, first + 1)
        elif token.type == "html_block":
            self._html(text, first + 1)
        elif token.type.endswith("_open") or token.type in ("code_block", "hr"):
            self._prose(text)

    def _heading(self, tag: str, text: str, line: int) -> None:
        if tag == "h1":
            self._title = text
        elif tag == "h2":
            self._end_details()
            self._sections.append(_Section(text, line))
        else:
            self._prose(f"{'#' * int(tag[1])} {text}")

    def _prose(self, text: str) -> None:
        here = self._sections[-1]
        if here.details and ANSWER.match(text):
            for item in re.split(r"\n(?=- )", text):
                answer = ANSWER.match(item)
                if answer:
                    here.answers[answer[1]] = " ".join(item[answer.end() :].split())
        else:
            (here.after if here.details else here.before).append(text)

    def _html(self, text: str, line: int) -> None:
        here = self._sections[-1]
        if text.startswith("<details"):
            here.details = line
        elif text == "</details>":
            here.details = 0
        else:
            self._wrong(line, "of HTML only <details> and </details> may stand here")

    def _end_details(self) -> None:
        here = self._sections[-1]
        if here.details:
            self._wrong(here.details, "this <details> is not closed before the next heading")

    def _fence(self, token: Token, line: int) -> None:
        kind, _, options = token.info.strip().partition(" ")
        here, lines = self._sections[-1], token.content.split("\n")[:-1]
        numbered = list(enumerate(lines, line + 1))
        last = self._lines[token.map[1] - 1] if token.map else ""
        try:
            if not last.strip().startswith(token.markup) or line == (token.map or [0, 0])[1]:
                raise Broken(line, f"this {token.markup}{kind} is not closed")
            if kind in FENCES and len(self._sections) == 1:
                raise Broken(line, f"this ```{kind} stands before the first step")
            if kind in FENCES:
                self._machine(here, kind, options, numbered, line)
            elif kind in ("", "text", "python", "html", "js"):
                self._prose(f"```{kind}\n{token.content}```")
            else:
                raise Broken(line, f"unknown fence {kind!r}; there are {', '.join(FENCES)}")
        except Broken as broken:
            self._wrong(broken.line, str(broken))

    def _machine(self, here: _Section, kind: str, options: str, lines: Lines, line: int) -> None:
        text = "\n".join(each for _, each in lines).strip()
        if kind == "predict":
            if here.prediction:
                raise Broken(line, "this is the second ```predict of its step")
            here.prediction = read_predict(options, lines, line)
        elif kind == "http":
            here.acts.append(read_http(options, lines, line))
        elif kind == "browser":
            here.acts.append(read_browser(options, lines, line))
        elif kind == "expect":
            self._expect(here, lines, line)
        elif kind == "clock":
            here.acts.append(read_clock(text, line))
        elif kind == "server":
            here.acts += read_scenes(lines)
        elif kind == "recall":
            here.recall = text
        else:
            here.hint = text

    def _expect(self, here: _Section, lines: Lines, line: int) -> None:
        last = here.acts[-1] if here.acts else None
        if not isinstance(last, Request) or last.expectations:
            raise Broken(line, "expected an ```http before this ```expect, or a ```browser")
        found: list[Expectation] = []
        for each in lines:
            try:
                found += read_expect([each])
            except Broken as broken:
                self._wrong(broken.line, str(broken))
        here.acts[-1] = replace(last, expectations=tuple(found))

    def _wrong(self, line: int, says: str) -> None:
        self.mistakes.append(Mistake(self._path, line, says))
