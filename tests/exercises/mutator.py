"""Small changes to a source text, one at a time: each is a mistake that somebody could make.

Docstrings and annotations are left alone. Of every change the text as `ast.unparse` writes it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

COMPARISONS: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
NOT_MUTATED = ("annotation", "returns", "format_spec", "type_params")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
TRUE, FALSE, NONE = ast.Constant(True), ast.Constant(False), ast.Constant(None)


@dataclass(frozen=True)
class Mutant:
    """One changed text: the line of the source, and this line as unparsed before and after."""

    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.line}: - {self.before}  + {self.after}"


@dataclass(frozen=True)
class Place:
    """Where a node stands: in a field of its parent, or in the list that this field is."""

    parent: ast.AST
    field: str
    index: int | None

    @property
    def node(self) -> ast.AST:
        value = getattr(self.parent, self.field)
        node: ast.AST = value if self.index is None else value[self.index]
        return node

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mutants_of(source: str) -> list[Mutant]:
    """All of them in the order of the text, each text once."""
    tree = ast.parse(source)
    whole = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for place in list(_places(tree)):
        node = place.node
        for other in _others(place, _modules(tree)):
            place.put(other)
            text = ast.unparse(tree)
            place.put(node)
            if text != whole:
                found[text] = _mutant(node, whole, text)
    return list(found.values())


def _mutant(node: ast.AST, whole: str, text: str) -> Mutant:
    pairs = zip(whole.split("\n"), text.split("\n"), strict=True)
    before, after = next((before, after) for before, after in pairs if before != after)
    return Mutant(getattr(node, "lineno", 0), before.strip(), after.strip(), f"{text}\n")


def _places(node: ast.AST) -> Iterator[Place]:
    for field, value in ast.iter_fields(node):
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST) and not _is_left_alone(node, field, index):
                yield Place(node, field, index)
                yield from _places(child)


def _is_left_alone(parent: ast.AST, field: str, index: int | None) -> bool:
    if field in NOT_MUTATED:
        return True
    is_first = isinstance(parent, DOCUMENTED) and field == "body" and index == 0
    return is_first and ast.get_docstring(parent) is not None  # type: ignore[arg-type]


def _modules(tree: ast.Module) -> set[str]:
    """The names of imported modules: `hmac.new(…)` is no method call."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


def _others(place: Place, modules: set[str]) -> Iterator[ast.AST]:
    """What could stand in this place instead."""
    node = place.node
    if isinstance(node, ast.Call):
        yield from _swapped(node)
        if not isinstance(place.parent, ast.Expr):  # a statement: it is removed as a whole
            yield from _without_call(node, modules)
    if place.field == "test" and isinstance(place.parent, (ast.If, ast.IfExp)):
        yield from (TRUE, FALSE)
    mutate = MUTATORS.get(type(node))
    if mutate:
        yield from mutate(node)


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    for number, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            yield ast.Compare(node.left, _with(node.ops, number, other()), node.comparators)


def _with(values: list[Any], number: int, value: Any) -> list[Any]:
    return [*values[:number], value, *values[number + 1 :]]


def _boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif isinstance(value, str):  # no alphabet of cookies, stamps and ids has a comma
        yield from (ast.Constant(f"{value},"), ast.Constant(""))
    elif isinstance(value, bytes):
        yield from (ast.Constant(value + b","), ast.Constant(b""))


def _swapped(node: ast.Call) -> Iterator[ast.AST]:
    for number in range(len(node.args) - 1):
        first, second = node.args[number : number + 2]
        args = _with(_with(node.args, number, second), number + 1, first)
        yield ast.Call(node.func, args, node.keywords)


def _without_call(node: ast.Call, modules: set[str]) -> Iterator[ast.AST]:
    """Of a method call its object, of any other call the first argument."""
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in modules:
        yield node.func.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def _statement(node: ast.Expr) -> Iterator[ast.AST]:
    if isinstance(node.value, (ast.Call, ast.Await)):
        yield ast.Pass()


def _returned(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None:
        yield ast.Return(NONE)


def _removed(_node: ast.AST) -> Iterator[ast.AST]:
    yield ast.Pass()


def _arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in ARITHMETIC:
        yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)


def _in_place(node: ast.AugAssign) -> Iterator[ast.AST]:
    if type(node.op) in ARITHMETIC:
        yield ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)


MUTATORS: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.Expr: _statement,
    ast.Return: _returned,
    ast.Raise: _removed,
    ast.Delete: _removed,
    ast.BinOp: _arithmetic,
    ast.AugAssign: _in_place,
}
