"""Three tiny exercises for the tests of the engine: a function, a text, a class."""

from __future__ import annotations

from pathlib import Path

README = """# NUMBER · TITLE

After lesson LESSON · FORM · about 5 minutes

## The task

TASK

## The idea

The idea of exercise NUMBER.

## Not needed

Nothing else.
"""
DOUBLE_STARTER = '''"""Exercise 01: double a number."""


class Refused(Exception):
    """The server refuses; the code says why."""


def double(number):
    """Give twice the number. Refuse what is no whole number with NO_NUMBER."""
    return 0
'''
DOUBLE_SOLUTION = DOUBLE_STARTER.replace(
    "    return 0\n",
    """    if not isinstance(number, int):
        raise Refused("NO_NUMBER")
    return number * 2
""",
)
DOUBLE_CHECK = '''"""What the examiner does to exercise 01."""

from __future__ import annotations

from sandbox.tutor.exercise import Exam, check


@check(
    idea="The idea of twice.",
    place="The place of twice.",
    code="return number * 2",
)
def it_is_twice_the_number(exam: Exam) -> None:
    """The double of a number is twice the number."""
    number = exam.random.randrange(3, 1000)
    exam.call("double", number).gives(number + number)


@check(
    idea="The idea of refusing.",
    place="The place of refusing.",
    code='raise Refused("NO_NUMBER")',
    needs=[it_is_twice_the_number],
)
def a_word_is_refused(exam: Exam) -> None:
    """The double of a word is refused with NO_NUMBER."""
    exam.call("double", exam.word()).is_refused("NO_NUMBER")
'''
ADDS_TWO = DOUBLE_SOLUTION.replace("number * 2", "number + 2")
ANY_WORD = DOUBLE_STARTER.replace("return 0", "return number * 2")
ANOTHER_CODE = DOUBLE_SOLUTION.replace('Refused("NO_NUMBER")', 'Refused("NOT_A_NUMBER")')
GREET_STARTER = '''"""Exercise 02: greet a user."""


def greet(name):
    """Give the greeting of this user."""
    return ""
'''
GREET_SOLUTION = GREET_STARTER.replace('return ""', 'return f"Hello, {name}!"')
GREET_CHECK = '''"""What the examiner does to exercise 02."""

from __future__ import annotations

from sandbox.tutor.exercise import Exam, check


@check(
    idea="The idea of a greeting.",
    place="The place of a greeting.",
    code='return f"Hello, {name}!"',
)
def a_user_is_greeted_by_name(exam: Exam) -> None:
    """Each user is greeted with his own name."""
    name = exam.name()
    exam.call("greet", name).gives(f"Hello, {name}!")
'''
COUNT_STARTER = '''"""Exercise 03: count."""


class Counter:
    """Counts."""

    seen = []

    def add(self):
        """Count one more. Gives how many there are now."""
        self.seen.append(1)
        return len(self.seen)
'''
COUNT_SOLUTION = COUNT_STARTER.replace("    seen = []\n\n", "").replace(
    "    def add", "    def __init__(self):\n        self.seen = []\n\n    def add"
)
COUNT_CHECK = '''"""What the examiner does to exercise 03."""

from __future__ import annotations

from sandbox.tutor.exercise import Exam, check


@check(
    idea="The idea of a number.",
    place="The place of a number.",
    code="return len(self.seen)",
)
def it_counts(exam: Exam) -> None:
    """A new counter counts 1, then 2."""
    counter = exam.new("Counter")
    counter.call("add").gives(1)
    counter.call("add").gives(2)


@check(
    idea="The idea of two counters.",
    place="The place of two counters.",
    code="self.seen = []",
    needs=[it_counts],
)
def two_counters_share_nothing(exam: Exam) -> None:
    """Another counter begins at 1 again."""
    exam.new("Counter").call("add").gives(1)
    exam.new("Counter").call("add").gives(1)
'''


def wrong(answer: str, caught_by: str, why: str) -> str:
    """A wrong answer as it stands in the folder: its first two lines, then the answer."""
    return f'# Caught by: {caught_by}\n"""{why}"""\n{answer}'


TWICE, WORD = "it_is_twice_the_number", "a_word_is_refused"
GREETED, COUNTS, SHARED = "a_user_is_greeted_by_name", "it_counts", "two_counters_share_nothing"
DOUBLE = {
    "README.md": ("01", "Double", "01", "write it", "Write `double(number)`."),
    "starter.py": DOUBLE_STARTER,
    "solution.py": DOUBLE_SOLUTION,
    "check.py": DOUBLE_CHECK,
    "wrong/adds_two.py": wrong(ADDS_TWO, TWICE, "Two more is not twice."),
    "wrong/any_word.py": wrong(ANY_WORD, WORD, "A word twice is a longer word."),
    "wrong/another_code.py": wrong(ANOTHER_CODE, WORD, "The code is another one."),
}
GREET = {
    "README.md": ("02", "Greet", "01", "complete it", "Write `greet(name)`."),
    "starter.py": GREET_STARTER,
    "solution.py": GREET_SOLUTION,
    "check.py": GREET_CHECK,
    "wrong/no_comma.py": wrong(GREET_SOLUTION.replace(",", ""), GREETED, "The comma is missing."),
    "wrong/anybody.py": wrong(GREET_SOLUTION.replace("{name}", "you"), GREETED, "Who is you?"),
    "wrong/it_prints.py": wrong(
        GREET_SOLUTION.replace('return f"Hello, {name}!"', 'print(f"Hello, {name}!")'),
        GREETED,
        "It prints the greeting and gives None.",
    ),
}
COUNT = {
    "README.md": ("03", "Count", "02", "find the bug", "Two counters share what they count."),
    "starter.py": COUNT_STARTER,
    "solution.py": COUNT_SOLUTION,
    "check.py": COUNT_CHECK,
    "wrong/from_zero.py": wrong(
        COUNT_SOLUTION.replace("len(self.seen)", "len(self.seen) - 1"), COUNTS, "It begins at 0."
    ),
    "wrong/always_one.py": wrong(
        COUNT_SOLUTION.replace("len(self.seen)", "1"), COUNTS, "It never comes to 2."
    ),
    "wrong/one_list.py": wrong(COUNT_STARTER, SHARED, "The list belongs to the class."),
}
COURSE = {"01_double": DOUBLE, "02_greet": GREET, "03_count": COUNT}


def small_course(folder: Path) -> Path:
    """The exercises 01 to 03 in this folder."""
    for name, files in COURSE.items():
        for file, text in files.items():
            path = folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if isinstance(text, str) else _readme(*text), encoding="utf-8")
    return folder


def _readme(number: str, title: str, lesson: str, form: str, task: str) -> str:
    text = README.replace("NUMBER", number).replace("TITLE", title).replace("LESSON", lesson)
    return text.replace("FORM", form).replace("TASK", task)
