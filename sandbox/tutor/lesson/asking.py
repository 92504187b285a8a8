"""A prediction on the screen: its options by number, and what became of the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sandbox.tutor.lesson.parts import Expectation, Prediction, Step

DONT_KNOW = "0"
STOPS = {  # stages in the order in which a request comes to them, and the codes that end it there
    "read_cookie": ("NO_COOKIE",),
    "check_signature": ("MALFORMED", "BAD_SIGNATURE", "EXPIRED"),
    "look_up_session": ("UNKNOWN_SESSION",),
    "check_limits": ("IDLE_TIMEOUT", "ABSOLUTE_TIMEOUT"),
    "find_user": ("UNKNOWN_USER",),
    "refuse_cross_site": ("CROSS_SITE",),
    "read_bearer": ("NO_TOKEN",),
    "check_token": ("BAD_SIGNATURE", "EXPIRED"),
    "throttle": ("THROTTLED",),
    "check_password": ("BAD_CREDENTIALS",),
}


def question_lines(prediction: Prediction) -> list[str]:
    """The question and its options, numbered; not to know is one of them."""
    lines = ["", f"Predict: {prediction.question}", ""]
    if prediction.kind == "sort":
        lines += [*(f"  {line}" for line in sorted_lines(prediction)), ""]
    lines += [f"  {line}" for line in chosen_lines(prediction)]
    return [*lines, f"  {DONT_KNOW}  I do not know", "", how_to_answer(prediction)]


def sorted_lines(prediction: Prediction) -> list[str]:
    """What is to be sorted, with its letter; of other kinds nothing."""
    options = prediction.options if prediction.kind == "sort" else ()
    return [f"{option.letter}  {option.text}" for option in options]


def chosen_lines(prediction: Prediction) -> list[str]:
    """What may be chosen, numbered: options, or the heaps of a sort."""
    heaps, options = prediction.categories, prediction.options
    chosen = [heap.text for heap in heaps] or [option.text for option in options]
    return [f"{number}  {text}" for number, text in enumerate(chosen, 1)]


def how_to_answer(prediction: Prediction) -> str:
    """What may be typed."""
    count = len(prediction.options)
    if prediction.kind == "choose":
        return f"Type a number from 0 to {count}, then Enter."
    if prediction.kind == "order":
        return f"Type the {count} numbers in the right order, then Enter; or 0."
    last = prediction.options[-1].letter
    return f"Type {count} numbers, one for each of a to {last}, then Enter; or 0."


def read_answer(prediction: Prediction, typed: str) -> str | None:
    """The answer as `right_answers` writes it, or "0"; None when it is no answer."""
    digits = re.findall("[0-9]", typed)
    if not digits or re.sub(r"[0-9\s,]", "", typed):
        return None
    if digits == [DONT_KNOW]:
        return DONT_KNOW
    numbers, count = [int(digit) for digit in digits], len(prediction.options)
    if prediction.kind == "sort":
        fits = all(1 <= n <= len(prediction.categories) for n in numbers) and len(numbers) == count
        return " ".join(digits) if fits else None
    expected = 1 if prediction.kind == "choose" else count
    fits = len(set(numbers)) == expected and all(1 <= n <= count for n in numbers)
    letters = "".join(prediction.options[n - 1].letter for n in numbers) if fits else None
    return letters if letters and len(letters) == expected else None


def in_words(prediction: Prediction, answer: str) -> str:
    """An answer as it would be said."""
    texts = {option.letter: option.text for option in prediction.options}
    if prediction.kind == "choose":
        return texts[answer]
    if prediction.kind == "order":
        return "; then ".join(texts[letter] for letter in answer)
    heaps = [prediction.categories[int(n) - 1].text for n in answer.split()]
    pairs = zip(prediction.options, heaps, strict=True)
    return "; ".join(f"{option.text}: {heap}" for option, heap in pairs)


def feedback(step: Step, answer: str, right: str, stages: Mapping[str, str]) -> list[str]:
    """What became of the prediction: the outcome, where they part, the line of each option.

    `stages` are those of the request that was asked about, and how each ended.
    """
    asked = step.prediction
    if asked is None or not right:  # in a browser something else may come true
        return []
    if asked.kind == "sort" and answer != right:
        return _each_sorted(asked, answer, right, step.answers)
    told = sorted(step.answers) if asked.kind != "choose" else list(dict.fromkeys([answer, right]))
    answers = [step.answers[letter] for letter in told if letter in step.answers]
    return [_outcome(asked, answer, right, stages), *answers]


def _outcome(asked: Prediction, answer: str, right: str, stages: Mapping[str, str]) -> str:
    outcome = in_words(asked, right)
    if answer == right:
        return f"You said: {outcome}. You were right."
    if answer == DONT_KNOW:
        return f"It was: {outcome}."
    part = _parting(asked, answer, right, stages)
    where = f" They part at {part}." if part else ""
    return f"You said: {in_words(asked, answer)}. It was: {outcome}.{where}"


def _each_sorted(asked: Prediction, answer: str, right: str, answers: dict[str, str]) -> list[str]:
    """A line for each thing that was sorted: where it belongs, what was said, and why."""
    said = answer.split() if answer != DONT_KNOW else right.split()
    lines = []
    for option, mine, true in zip(asked.options, said, right.split(), strict=True):
        heap, other = (asked.categories[int(number) - 1].text for number in (true, mine))
        but = f" You said: {other}." if mine != true else ""
        lines.append(f"{option.text}: {heap}.{but} {answers.get(option.letter, '')}")
    return lines


def _parting(
    prediction: Prediction, answer: str, right: str, stages: Mapping[str, str]
) -> str | None:
    """The stage at which the expected story and the real one part: the earlier of two stops."""
    stops = {option.letter: _stop(option.expectation, stages) for option in prediction.options}
    named = [stop for letter in (right, answer) if (stop := stops.get(letter))]
    in_a_story = [stage for stage in STOPS if stage in named]
    return next(iter(in_a_story or named), None)


def _stop(expectation: Expectation | None, stages: Mapping[str, str]) -> str | None:
    """Where a request stops of which this is expected; None when nothing refuses it.

    Two stages may end with one code: then it is the one that did, if one did. What this server
    does not have stops nobody.
    """
    if expectation is None or expectation.value in ("OK", ""):
        return None
    if expectation.subject == "stage":
        return expectation.name
    code = expectation.value
    able = [stage for stage, codes in STOPS.items() if code in codes and stage in stages]
    return next((stage for stage in able if stages[stage] == code), next(iter(able), None))
