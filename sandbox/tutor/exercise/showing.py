"""Values as a student reads them: short, in one line, and never an error."""

from __future__ import annotations

LONGEST = 160  # characters of a value
AN_OBJECT = " object"
NONE_SEEN = "None (nothing)"


def shown(value: object) -> str:
    """A value as Python writes it; a very long one is cut, and its length said."""
    # `isinstance` would trust a class of the student's own.
    if (type(value) is str or type(value) is bytes) and len(value) > LONGEST:
        kind = "characters" if type(value) is str else "bytes"
        return f"{value[:LONGEST]!r}… ({len(value)} {kind})"
    if type(value).__repr__ is object.__repr__:
        return type(value).__name__ + AN_OBJECT
    try:
        text = " ".join(repr(value).split("\n"))
    except BaseException as error:  # it is the student's own __repr__
        return f"a {type(value).__name__} that cannot be shown ({type(error).__name__})"
    return cut(text)


def cut(text: str) -> str:
    """A text as it stands; a very long one is cut, and its length said."""
    return text if len(text) <= LONGEST * 2 else f"{text[: LONGEST * 2]}… ({len(text)} characters)"


def shown_call(name: str, given: tuple[object, ...], named: dict[str, object]) -> str:
    """A call as it would stand in a program."""
    words = [shown(each) for each in given]
    words += [f"{key}={shown(value)}" for key, value in named.items()]
    return f"{name}({', '.join(words)})"


def shown_error(error: BaseException) -> str:
    """What was raised, with what it says."""
    try:
        says = str(error)
    except BaseException:  # it is the student's own __str__
        says = ""
    name = type(error).__name__
    rest = f"… ({len(says)} characters)" if len(says) > LONGEST else ""
    return f"{name}: {repr(says[:LONGEST])[1:-1]}{rest}" if says else name


def beside(expected: object, observed: object) -> str:
    """What was observed, and where two texts part: `'q…' (character 7: q, not r)`."""
    if type(observed) is not type(expected):
        kind = type(observed).__name__
        return NONE_SEEN if observed is None else f"{shown(observed)} (of type {kind})"
    text = shown(observed)
    if not isinstance(expected, str) or not isinstance(observed, str) or len(expected) < 8:
        return text
    pairs = zip(observed, expected, strict=False)
    place = next((n for n, (one, other) in enumerate(pairs) if one != other), None)
    if place is None:
        return f"{text} ({len(observed)} characters, not {len(expected)})"
    return f"{text} (character {place + 1}: {observed[place]!r}, not {expected[place]!r})"
