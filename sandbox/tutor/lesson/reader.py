"""A lesson's README, read: steps are headings, fences carry what a machine reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sandbox.tutor.lesson.fences import (
    Broken,
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

TITLE = re.compile(r"(?P<number>\d\d) · (?P<title>.+)")
STEP = re.compile(r"(?P<number>\d+)\. (?P<title>.+?)(?P<browser> \[B\])?")
REVIEW = re.compile(r"Review of step (?P<number>\d+)")
ANSWER = re.compile(r"- ([a-z]): ")
FENCES = ("predict", "http", "expect", "clock", "server", "recall", "hint")


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
        text = path.read_text(encoding="utf-8")
        self._lines = text.splitlines()
        self._title = ""
        self._sections = [_Section("", 1)]
        for token in MarkdownIt("commonmark").parse(text):
            if token.level == 0 and token.map:
                self._take(token)
        self._end_details()

    def lesson(self) -> Lesson:
        title = TITLE.fullmatch(self._title)
        if not title:
            self._wrong(1, "expected a title such as `# 03 · A signed cookie`")
        steps, reviews, other = self._steps()
        intro = "\n\n".join(self._sections[0].before)
        number, name = (title["number"], title["title"]) if title else ("??", self._title)
        return Lesson(self._path, number, name, intro, steps, reviews, "\n\n".join(other))

    def _steps(self) -> tuple[tuple[Step, ...], tuple[Step, ...], list[str]]:
        steps: list[Step] = []
        reviews: list[Step] = []
        other: list[str] = []
        for section in self._sections[1:]:
            self._check(section)
            step, review = STEP.fullmatch(section.title), REVIEW.fullmatch(section.title)
            if step:
                if int(step["number"]) != len(steps) + 1:
                    self._wrong(section.line, f"expected step number {len(steps) + 1}")
                steps.append(section.step(len(steps) + 1, bool(step["browser"]), step["title"]))
            elif review:
                reviews.append(section.step(int(review["number"]), False, section.title))
            else:
                other.append("\n\n".join([f"## {section.title}", *section.before]))
        if not steps:
            self._wrong(1, "expected a step, a heading such as `## 1. Say a name`")
        return tuple(steps), tuple(reviews), other

    def _check(self, section: _Section) -> None:
        for act in section.acts:
            if isinstance(act, Request) and not act.expectations:
                self._wrong(act.line, "this request has no expectation: add an ```expect after it")
        asked = section.prediction
        if asked and not any(isinstance(act, Request) for act in section.acts):
            self._wrong(asked.line, "this prediction has no request that could judge it")
        if asked and asked.kind == "choose":
            letters = {option.letter for option in asked.options}
            for letter in sorted(letters ^ set(section.answers)):
                has = "no answer" if letter in letters else "an answer but is no option"
                self._wrong(asked.line, f"option {letter} has {has}: `- {letter}: …` in <details>")
        if section.recall and not section.after:
            self._wrong(section.line, "this recall has no model sentence in <details>")

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
        here, lines = self._sections[-1], token.content.splitlines()
        numbered = list(enumerate(lines, line + 1))
        try:
            if kind in FENCES and len(self._sections) > 1:
                self._machine(here, kind, options, numbered, line)
            elif kind in ("", "text", "python", "html", "js"):
                self._prose(f"```{kind}\n{token.content}```")
            else:
                raise Broken(line, f"unknown fence {kind!r}; there are {', '.join(FENCES)}")
        except Broken as broken:
            self._wrong(broken.line, str(broken))

    def _machine(
        self, here: _Section, kind: str, options: str, lines: list[tuple[int, str]], line: int
    ) -> None:
        text = "\n".join(each for _, each in lines).strip()
        if kind == "predict":
            here.prediction = read_predict(options, lines, line)
        elif kind == "http":
            here.acts.append(read_http(options, lines, line))
        elif kind == "expect":
            self._expect(here, read_expect(lines), line)
        elif kind == "clock":
            here.acts.append(read_clock(text, line))
        elif kind == "server":
            here.acts += read_scenes(lines)
        elif kind == "recall":
            here.recall = text
        else:
            here.hint = text

    def _expect(self, here: _Section, expectations: tuple[Expectation, ...], line: int) -> None:
        last = here.acts[-1] if here.acts else None
        if not isinstance(last, Request) or last.expectations:
            raise Broken(line, "expected an ```http before this ```expect")
        here.acts[-1] = replace(last, expectations=expectations)

    def _wrong(self, line: int, says: str) -> None:
        self.mistakes.append(Mistake(self._path, line, says))
