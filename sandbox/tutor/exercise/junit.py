"""Results as JUnit XML, which autograders read: a suite for each exercise, a case for each check.

Pure ASCII, so that no terminal and no redirection can damage it.
"""

from __future__ import annotations

from xml.etree import ElementTree

from sandbox.tutor.exercise.result import (
    FAILED,
    NOT_RUN,
    PASSED,
    SKIPPED,
    CheckResult,
    Result,
    Step,
)

Element = ElementTree.Element
DECLARATION = '<?xml version="1.0"?>\n'
COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}
NO_RESULT = Result("", "Exercises", "", [], says="No exercise was examined.")
HARMLESS = (PASSED, SKIPPED, NOT_RUN)
MET = {True: "as expected", False: "they part here"}


def junit(results: list[Result]) -> str:
    """The XML text; without any result it holds one error, as nothing was proven."""
    root = Element("testsuites")
    root.extend(_suite(result) for result in results or [NO_RESULT])
    _count(root)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=False)
    return f"{DECLARATION}{text.decode('ascii')}\n"


def _suite(result: Result) -> Element:
    name = _sound(f"{result.exercise} {result.title}".strip())
    suite = Element("testsuite", name=name)
    if not _shows_a_fault(result):
        _case(suite, name, "The answer can be examined.", result.file).append(_unexamined(result))
    for check in result.checks:
        case = _case(suite, name, check.sentence, result.file)
        case.extend(_outcome(check))
        if check.printed:
            ElementTree.SubElement(case, "system-out").text = _sound(check.printed)
    if result.notes:
        ElementTree.SubElement(suite, "system-out").text = _sound("\n".join(result.notes))
    _count(suite)
    return suite


def _shows_a_fault(result: Result) -> bool:
    """A suite without a failure or an error is green, so only a passed answer may be without."""
    faults = [check for check in result.checks if check.outcome not in HARMLESS]
    return result.has_passed or (not result.says and bool(faults))


def _case(suite: Element, classname: str, sentence: str, file: str) -> Element:
    names = {"classname": classname, "name": _sound(sentence), "file": _sound(file)}
    return ElementTree.SubElement(suite, "testcase", names)


def _unexamined(result: Result) -> Element:
    says = result.says or "Not every check was done, so nothing is proven."
    return _told("error", says, _paragraphs(says, result.advice, *result.frames))


def _outcome(check: CheckResult) -> list[Element]:
    if check.outcome == PASSED:
        return []
    if check.outcome == FAILED:
        return [_told("failure", _message(check), _transcript(check))]
    if check.outcome in (SKIPPED, NOT_RUN):
        return [_told("skipped", check.says or check.outcome, "")]
    return [_told("error", f"{check.sentence} {check.says}".strip(), _transcript(check))]


def _told(tag: str, message: str, text: str) -> Element:
    element = Element(tag, message=_sound(message))
    element.text = _sound(text) or None
    return element


def _message(check: CheckResult) -> str:
    """The sentence, and where expected and observed part."""
    parting = next((step for step in check.steps if not step.met), None)
    if parting is None:
        return f"{check.sentence} {check.says}".strip()
    return (
        f"{check.sentence} {parting.act}: expected {parting.expected}, observed {parting.observed}"
    )


def _transcript(check: CheckResult) -> str:
    steps = "\n".join(map(_line, check.steps))
    return _paragraphs(steps, check.says, check.advice, *check.frames)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _line(step: Step) -> str:
    return (
        f"{step.act}\n  expected  {step.expected}\n  observed  {step.observed}\n  {MET[step.met]}"
    )


def _count(parent: Element) -> None:
    parent.set("tests", str(len(list(parent.iter("testcase")))))
    for attribute, tag in COUNTED.items():
        parent.set(attribute, str(len(list(parent.iter(tag)))))


def _sound(text: str) -> str:
    """XML cannot hold every character: what is not printable becomes an escape such as \\x00."""
    return "".join(c if c in "\n\t" or c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
