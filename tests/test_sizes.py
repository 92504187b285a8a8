"""Size is a feature: what needs more belongs in another room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from sandbox.__main__ import COMMANDS

SANDBOX = Path(__file__).parent.parent / "sandbox"
LONGEST_STAGE = 15
LONGEST_MODULE_OF_LOGIN = 120  # lines of code: two screens
ALL_THE_ROUTES = 145  # login/server.py, which alone may import bottle
LONGEST_LOGIN = 970  # lines of code of login/*.py together
STRATEGIES = 80  # every line of login/strategies.py: what Passport does, on two screens
LONGEST_FUNCTION, MEDIAN_FUNCTION = 20, 8
# Longer than 20 lines, and why it reads better in one piece.
JUSTIFIED: dict[str, str] = {}

SOURCES = {
    path.relative_to(SANDBOX).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(SANDBOX.rglob("*.py"))
}
TREES = {name: ast.parse(source) for name, source in SOURCES.items()}
LOGIN = [name for name in SOURCES if Path(name).parent.as_posix() == "login"]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines_of(source: str) -> int:
    """Lines of code: neither blank, nor comment, nor docstring."""
    documented = _docstring_lines(ast.parse(source))
    lines = enumerate((line.strip() for line in source.splitlines()), 1)
    code = [n for n, line in lines if line and not line.startswith("#") and n not in documented]
    return len(code)


def _docstring_lines(tree: ast.Module) -> set[int]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, owners)]
    first = [node.body[0] for node in nodes if ast.get_docstring(node) is not None]
    return {n for each in first for n in range(each.lineno, (each.end_lineno or each.lineno) + 1)}


def length(node: Function) -> int:
    """From `def` to the last line, docstring included; functions inside count for themselves."""
    inside = sum(_whole(function) for function in functions(node, deep=False))
    return (node.end_lineno or node.lineno) - node.lineno + 1 - inside


def _whole(function: Function) -> int:
    first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
    return (function.end_lineno or first) - first + 1


def functions(node: ast.AST, deep: bool = True) -> Iterator[Function]:
    """The functions inside a node; with `deep`, also those inside them."""
    for child in ast.iter_child_nodes(node):
        is_one = isinstance(child, Function)
        if is_one:
            yield child
        if deep or not is_one:
            yield from functions(child, deep)


def stages(tree: ast.AST) -> Iterator[Function]:
    for function in functions(tree):
        if any(ast.unparse(each).startswith("stage(") for each in function.decorator_list):
            yield function


ALL = {
    f"{name}:{function.lineno} {function.name}": function
    for name, tree in TREES.items()
    for function in functions(tree)
}
STAGES = [function for name in LOGIN for function in stages(TREES[name])]


@pytest.mark.parametrize("function", STAGES, ids=lambda function: function.name)
def test_a_stage_fits_in_fifteen_lines(function: Function) -> None:
    assert length(function) <= LONGEST_STAGE


def test_the_stages_were_found() -> None:
    assert len(STAGES) >= 14


@pytest.mark.parametrize("name", [name for name in SOURCES if name.startswith("login/")])
def test_a_module_of_login_fits_on_two_screens(name: str) -> None:
    limit = ALL_THE_ROUTES if name == "login/server.py" else LONGEST_MODULE_OF_LOGIN
    assert lines_of(SOURCES[name]) <= limit


def test_login_can_be_read_in_one_sitting() -> None:
    together = {name: lines_of(SOURCES[name]) for name in LOGIN}
    assert sum(together.values()) <= LONGEST_LOGIN, together


def test_strategies_are_no_more_than_eighty_lines() -> None:
    assert len(SOURCES["login/strategies.py"].splitlines()) <= STRATEGIES


def test_half_of_the_functions_are_no_longer_than_eight_lines() -> None:
    assert median(length(function) for function in ALL.values()) <= MEDIAN_FUNCTION


def test_no_function_is_longer_than_twenty_lines() -> None:
    long = {where: length(each) for where, each in ALL.items() if length(each) > LONGEST_FUNCTION}
    unjustified = {where: n for where, n in long.items() if where.split()[1] not in JUSTIFIED}
    assert unjustified == {}


def test_a_long_function_is_seen() -> None:
    source = "def f():\n" + "    x = 1\n" * 20
    (function,) = functions(ast.parse(source))
    assert length(function) == 21


def test_a_function_inside_another_counts_for_itself() -> None:
    source = "def f():\n    a = 1\n\n    @mark\n    def g():\n        return 2\n\n    return g\n"
    outer, inner = functions(ast.parse(source))
    assert (length(outer), length(inner)) == (5, 2)


def test_blank_lines_comments_and_docstrings_are_not_counted() -> None:
    assert lines_of('"""What\nit is."""\n# why\n\nx = 1  # so\n\n  # and\n') == 1


@pytest.mark.parametrize("name", SOURCES)
def test_each_module_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(TREES[name])


def _undocumented(tree: ast.Module) -> list[str]:
    """Public classes without a sentence; a refusal's sentence is what the visitor reads."""
    public = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    return [each.name for each in public if not ast.get_docstring(each) and not _sentence(each)]


def _sentence(node: ast.ClassDef) -> bool:
    return any(ast.unparse(each).startswith("sentence = ") for each in node.body)


@pytest.mark.parametrize("name", SOURCES)
def test_each_public_class_says_what_it_is(name: str) -> None:
    assert _undocumented(TREES[name]) == []


def test_a_class_that_says_nothing_is_seen() -> None:
    assert _undocumented(ast.parse("class C:\n    x = 1\nclass _Hidden:\n    x = 1")) == ["C"]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_says_what_it_does(command: str) -> None:
    tree = TREES[f"commands/{command}.py"]
    (run,) = [each for each in functions(tree) if each.name == "run"]
    assert COMMANDS[command]
    assert (ast.get_docstring(tree) or "").startswith(f"`{command}`")
    assert ast.get_docstring(run)


def test_each_command_has_a_module() -> None:
    modules = {Path(name).stem for name in SOURCES if name.startswith("commands/")}
    assert set(COMMANDS) <= modules
