"""Predicates turned over one place at a time: each comparison, each ``and``, each condition, each value of a list."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from itertools import product
from types import CodeType, FunctionType, ModuleType
from typing import NamedTuple, cast

from _pytest.outcomes import Failed

_OTHER: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_OTHER_NAME = {"any": "all", "all": "any", "min": "max", "max": "min"}
"""What each is turned into; of an order also its edge."""


class Turn(NamedTuple):
    """One place of a function the other way round."""

    function: FunctionType
    where: str
    code: CodeType


def functions_of(*modules: ModuleType) -> tuple[FunctionType, ...]:
    """The functions that are written in these modules."""
    return tuple(
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, FunctionType) and found.__module__ == module.__name__
    )


def turns(function: FunctionType) -> Iterator[Turn]:
    """The function with one place the other way round, for each place."""
    written = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for place, node in enumerate(ast.walk(written)):
        for way in range(_ways(node)):
            other = deepcopy(written)
            _turn_over(list(ast.walk(other))[place], way)
            where = f"{function.__name__}: {ast.unparse(node).splitlines()[0]} ({way})"
            yield Turn(function, where, _compiled(other, function))


def _ways(node: ast.AST) -> int:
    """In how many ways a node can be turned over."""
    match node:
        case ast.Compare(ops=[op]):
            return len(_OTHER[type(op)])
        case ast.BoolOp() | ast.UnaryOp(op=ast.Not()) | ast.IfExp() | ast.If():
            return 1
        case ast.Name(id=name):
            return int(name in _OTHER_NAME)
        case ast.Set(elts=[_, _, *_]):
            return len(node.elts)
        case _:
            return 0


def _turn_over(node: ast.AST, way: int) -> None:
    match node:
        case ast.Compare(ops=[op]):
            node.ops[0] = cast("ast.cmpop", _OTHER[type(op)][way]())
        case ast.BoolOp(op=op):
            node.op = cast("ast.boolop", _OTHER[type(op)][0]())
        case ast.UnaryOp():
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
        case ast.IfExp() | ast.If():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case ast.Name(id=name):
            node.id = _OTHER_NAME[name]
        case ast.Set():
            del node.elts[way]


def _compiled(tree: ast.Module, function: FunctionType) -> CodeType:
    """Its code, to stand in the place of the function's own: whoever imported the function gets it, too."""
    tree.body.insert(0, ast.ImportFrom("__future__", [ast.alias("annotations")], 0))
    made = compile(ast.fix_missing_locations(tree), function.__code__.co_filename, "exec")
    return next(c for c in made.co_consts if isinstance(c, CodeType) and c.co_name == function.__name__)


@contextmanager
def turned(turn: Turn) -> Iterator[None]:
    """For as long as it lasts the function is the other way round."""
    own = turn.function.__code__
    turn.function.__code__ = turn.code  # type: ignore[misc]  # taken for a method's
    try:
        yield
    finally:
        turn.function.__code__ = own  # type: ignore[misc]


def without(values: object) -> Iterator[tuple[object, object]]:
    """Each value of a list, and the list without it."""
    assert isinstance(values, tuple | frozenset)
    for one in sorted(values, key=repr):
        yield one, type(values)(value for value in values if value != one)


@contextmanager
def put(module: ModuleType, name: str, value: object) -> Iterator[None]:
    """For as long as it lasts the module's constant is another."""
    own = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, own)


Judge = Callable[[], None]


def judges(*modules: ModuleType, but: tuple[str, ...] = ()) -> list[Judge]:
    """The tests of these modules, to be called here: with each of their parameters, without those hypothesis fills."""
    tests = [
        (test, filled)
        for module in modules
        for name, test in vars(module).items()
        if name.startswith("test_") and name not in but and not hasattr(test, "hypothesis")
        for filled in _filled(test)
    ]
    return [partial(test, **filled) for test, filled in tests]


def _filled(test: FunctionType) -> Iterator[dict[str, object]]:
    """The parameters that a test is run with."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    for rows in product(*(tuple(mark.args[1]) for mark in marks)):
        filled: dict[str, object] = {}
        for mark, row in zip(marks, rows, strict=True):
            names = mark.args[0]
            filled |= {names: row} if isinstance(names, str) else dict(zip(names, row, strict=True))
        yield filled


def noticed(judging: list[Judge]) -> bool:
    """Whether one of the tests fails; that one is asked first the next time, as it often notices again."""
    for judge in judging:
        if _fails(judge):
            judging.remove(judge)
            judging.insert(0, judge)
            return True
    return False


def _fails(judge: Judge) -> bool:
    try:
        judge()
    except (Exception, Failed):  # noqa: BLE001  # whatever it fails by, it has noticed
        return True
    return False
