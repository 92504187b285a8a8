"""The student's file: loading it, and saying in a sentence why that cannot be done."""

from __future__ import annotations

import ast
import difflib
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from sandbox.tutor.exercise.showing import shown_error

MOST_FRAMES = 3  # a function that calls itself without end has a thousand
LARGEST = 500_000  # bytes
NAME = "answer"  # of the module, for tracebacks and pickles
OURS = "sandbox"
FRESH = "`make exercise` and the key r; your file is kept."
NO_TEXT = "Save it as UTF-8: editors have a choice of encoding in their Save dialog."


@dataclass
class Trouble(Exception):
    """The student's file cannot be examined: what happened, what to do, the student's lines."""

    says: str
    advice: str
    frames: list[str] = field(default_factory=list)


class StudentFile:
    """One file of a student, by the path he knows it by."""

    def __init__(self, path: Path, known_as: str) -> None:
        self.path, self.known_as = path, known_as
        self._source = ""

    def load(self) -> ModuleType:
        """Run the file afresh, as a module of its own; Trouble says why it cannot be."""
        code = compile(self._tree(), str(self.path), "exec", dont_inherit=True)
        module = ModuleType(NAME)
        module.__file__ = str(self.path)
        sys.modules[NAME] = module
        try:
            exec(code, vars(module))  # noqa: S102  # the point of the exercise
        except BaseException as error:
            raise self._stopped(error) from None
        return module

    def find(self, module: ModuleType, name: str) -> Any:
        """A name of the student's file; Trouble when it is not there."""
        if name in vars(module):
            return vars(module)[name]
        own = [each for each in vars(module) if not each.startswith("__")]
        raise self.missing(name, name, own)

    def missing(self, what: str, name: str, there: Sequence[str]) -> Trouble:
        """Something that the examiner calls is not there; a name close to it may be meant."""
        close = difflib.get_close_matches(name, there, n=1)
        hint = f"There is {close[0]}: is that the one?" if close else "Was it renamed or deleted?"
        return Trouble(
            f"There is no {what} in {self.known_as}, and the examiner calls it. {hint}",
            f"Give it the name {name}, exactly so.",
        )

    def beginning(self, code: CodeType | None) -> list[str]:
        """Where a function of the student's file begins."""
        if code is None or code.co_filename != str(self.path):
            return []
        return [self.line(code.co_firstlineno, "")]

    def frames_of(self, error: BaseException | None) -> list[str]:
        """The lines of the student's own file that an error went through, the last one last."""
        found = traceback.extract_tb(error.__traceback__) if error else []
        own = [self.line(each.lineno or 0, each.name) for each in found if self.is_own(each)]
        return own[-MOST_FRAMES:]

    def is_own(self, frame: traceback.FrameSummary) -> bool:
        return frame.filename == str(self.path)

    def line(self, number: int, function: str) -> str:
        """`line 12, in verify: return name`."""
        lines = self._source.splitlines()
        text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        place = "" if function in ("", "<module>") else f", in {function}"
        return f"line {number}{place}: {text}" if text else f"line {number}{place}"

    def _tree(self) -> ast.Module:
        content = self._read()
        self._source = self._text(content)
        try:
            tree = ast.parse(content, str(self.path))
        except SyntaxError as error:
            raise self._unreadable(error) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise Trouble(
                f"{self.known_as} cannot be read as Python: {shown_error(error)}.",
                "Take out what does not belong there. Or begin afresh: " + FRESH,
            ) from None
        if not any(not _is_text(node) for node in tree.body):
            raise Trouble(
                f"There is no code in {self.known_as}: it is empty, or all of it is a comment.",
                "Take away the # in front of your lines. Or begin afresh: " + FRESH,
            )
        self._refuse_ours(tree)
        return tree

    def _refuse_ours(self, tree: ast.Module) -> None:
        """The sandbox has a solution of its own to everything; importing it teaches nothing."""
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)) and OURS in _imported(node):
                raise Trouble(
                    f"{self.known_as} imports from the sandbox itself.",
                    "Write it yourself: that is the exercise.",
                    [self.line(node.lineno, "")],
                )

    def _read(self) -> bytes:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            raise Trouble(
                f"There is no {self.known_as}. It was renamed, moved or deleted.",
                "Put it back under this name. Or begin afresh: " + FRESH,
            ) from None
        except OSError as error:
            raise Trouble(
                f"{self.known_as} cannot be read ({error.strerror}).",
                "It must be a file that you may read.",
            ) from None
        if len(content) > LARGEST:
            raise Trouble(
                f"{self.known_as} has {len(content)} bytes; at most {LARGEST} are read.",
                "Take out what does not belong to the exercise.",
            )
        return content

    def _text(self, content: bytes) -> str:
        if b"\0" in content:
            raise Trouble(f"{self.known_as} holds a null byte, so it is no text.", NO_TEXT)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            says = f"{self.known_as} is not UTF-8 text ({error.reason})."
            raise Trouble(says, NO_TEXT) from None

    def _unreadable(self, error: SyntaxError) -> Trouble:
        where = f"Line {error.lineno} of {self.known_as}" if error.lineno else self.known_as
        if isinstance(error, TabError):
            says = f"{where} mixes tabs and spaces; to Python they are not the same."
            advice = "Indent every line with four spaces. Most editors can convert tabs."
        elif isinstance(error, IndentationError):
            says = f"{where} does not begin at the column that Python expected ({error.msg})."
            advice = "Lines of one block begin at one column; after a colon comes a deeper one."
        else:
            says = f"{where} cannot be read as Python: {error.msg}."
            advice = "Look at this line and the one above: a bracket, a quote, a colon?"
        return Trouble(says, advice, [self.line(error.lineno or 0, "<module>")])

    def _stopped(self, error: BaseException) -> Trouble:
        frames = self.frames_of(error)
        says, advice = explained(error)
        return Trouble(f"{self.known_as} stops while it is loaded: {says}", advice, frames)


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The packages that an import begins with."""
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    return [each.name.partition(".")[0] for each in node.names]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


MEANS: dict[type[BaseException], tuple[str, str]] = {
    SystemExit: (
        "it ends the program (sys.exit, exit or quit).",
        "Leave that out: a function ends with return, and the examiner calls the next one.",
    ),
    EOFError: (
        "it waits for the keyboard, with input(), and the examiner has none.",
        "Take what you need from the parameters of the function.",
    ),
    RecursionError: (
        "a function calls itself without end (RecursionError).",
        "Find the call that leads back to itself.",
    ),
}


def explained(error: BaseException) -> tuple[str, str]:
    """What an error of the student's file means, and what to do."""
    for kind, means in MEANS.items():
        if isinstance(error, kind):
            return means
    raised = f"{shown_error(error)}."
    if type(error).__name__ == "Refused":
        return raised, "The last of your own lines below refused. Should it, with these values?"
    if isinstance(error, ModuleNotFoundError):
        return raised, "The exercise's README says what it needs; leave out other modules."
    return raised, "Read the last of your own lines below: it raised the error."
