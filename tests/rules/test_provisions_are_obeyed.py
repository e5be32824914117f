"""Every provision that can be written is obeyed by some code, and no code asks for one that can't be written.

The program's syntax is looked at, so that a key in a comment, a message or a page is no obedience. A look-up
is a call of ``rule`` or ``look_up``, or of a function that hands its own argument on to one, or a query that
compares the column of keys; where its key is a variable, the keys that stand in that function, or in the
constants it names, are what it asks for.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coop.rules.provisions import CLASSES, REGISTRY

COOP = Path(__file__).resolve().parents[2] / "coop"
SHOWN_ONLY = {
    "blueprints/constitution",
    "services/constitution/reading.py",
    "rules/provisions",
    "cli/constitution.py",
}
LOOK_UPS = {"rule", "look_up"}  # the key is their second argument
FAMILIES = {re.sub(rf"^decision\.({'|'.join(CLASSES)})\.", "decision.", key): key for key in REGISTRY}
HEADS = {key.partition(".")[0] for key in REGISTRY}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def patterns_of(node: ast.AST) -> Iterator[str]:
    """The strings in a piece of code; what an f-string fills in is a star."""
    filled = [part for one in ast.walk(node) if isinstance(one, ast.JoinedStr) for part in ast.walk(one)]
    for one in ast.walk(node):
        if isinstance(one, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "*" for part in one.values)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and one not in filled:
            yield one.value


def looks_like_a_key(pattern: str) -> bool:
    head, dot, _ = pattern.partition(".")
    return bool(dot and head in HEADS and re.fullmatch(r"[a-z_*]+(\.[a-z_*]+)+", pattern))


def called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def key_of(call: ast.Call, at: int) -> ast.expr | None:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "key"]
    return named[0] if named else call.args[at] if len(call.args) > at else None


def handing_on(function: Function) -> int | None:
    """Which argument of its own a function hands on to a look-up as the key."""
    names = [argument.arg for argument in function.args.args]
    for call in (one for one in ast.walk(function) if isinstance(one, ast.Call) and called(one) in LOOK_UPS):
        key = key_of(call, 1)
        if isinstance(key, ast.Name) and key.id in names:
            return names.index(key.id)
    return None


def is_the_column(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node) == "ProvisionRow.key"


def looked_up(function: Function, places: dict[str, int]) -> Iterator[ast.expr]:
    """What a function looks up: a key, a variable of one, or several."""
    for one in ast.walk(function):
        if isinstance(one, ast.Call) and called(one) in places:
            if (key := key_of(one, places[called(one)])) is not None:
                yield key
        elif isinstance(one, ast.Call) and called(one) == "in_" and is_the_column(one.func.value):
            yield one.args[0]
        elif isinstance(one, ast.Compare) and is_the_column(one.left):
            yield one.comparators[0]


def asked_in(source: str) -> set[str]:
    """The keys, or their patterns, that a module looks up."""
    tree = ast.parse(source)
    constants = {
        target.id: one.value
        for one in tree.body
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    functions = [one for one in ast.walk(tree) if isinstance(one, Function)]
    places = dict.fromkeys(LOOK_UPS, 1) | {
        one.name: at for one in functions if (at := handing_on(one)) is not None and one.name not in LOOK_UPS
    }
    asked: set[str] = set()
    for function in functions:
        for key in looked_up(function, places):
            if isinstance(key, (ast.Constant, ast.JoinedStr)):
                asked.update(patterns_of(key))
                continue
            asked.update(filter(looks_like_a_key, patterns_of(function)))
            named = {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
            for name in named & constants.keys():
                asked.update(filter(looks_like_a_key, patterns_of(constants[name])))
    return asked


def matches(pattern: str, key: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", "[a-z_]+"), key) is not None


def asked_anywhere() -> set[str]:
    modules = [
        path for path in sorted(COOP.rglob("*.py"))
        if not any(path.relative_to(COOP).as_posix().startswith(shown) for shown in SHOWN_ONLY)
    ]  # fmt: skip
    return set().union(*(asked_in(path.read_text()) for path in modules))


ASKED = asked_anywhere()


@pytest.mark.parametrize("key", REGISTRY)
def test_no_provision_is_registered_that_nothing_obeys(key):
    family = re.sub(rf"^decision\.({'|'.join(CLASSES)})\.", "decision.", key)
    assert any(matches(pattern, name) for pattern in ASKED for name in (key, family))


def test_no_provision_is_asked_for_that_is_not_registered():
    unknown = {one for one in ASKED if not any(matches(one, key) for key in {*REGISTRY, *FAMILIES})}
    assert unknown == set()


@pytest.mark.parametrize(("source", "asked"), [
    ('def f(v):\n    return constitution.rule(v, "dues.due").value\n', {"dues.due"}),
    ('def f(v, c):\n    return rule(v, f"decision.{c}.majority")\n', {"decision.*.majority"}),
    ('def f(v):\n    keys = {"a": "roll.cutoff"}\n    return [rule(v, key) for key in keys.values()]\n', {"roll.cutoff"}),
    ('KEYS = ("dues.due", "x")\ndef f(v):\n    return [rule(v, one) for one in KEYS]\n', {"dues.due"}),
    ('def days(v, key):\n    return rule(v, key).n\ndef f(v):\n    return days(v, "dues.due")\n', {"dues.due"}),
    ('K = {"dues.due": 1}\ndef f():\n    return select(X).where(ProvisionRow.key.in_(K))\n', {"dues.due"}),
    ('def f():\n    return select(X).where((ProvisionRow.key == "roll.cutoff") & y)\n', {"roll.cutoff"}),
    ('def f(v):\n    """Of dues.due."""\n    return "dues.due"  # dues.due\n', set()),
])  # fmt: skip
def test_a_look_up_is_found_in_whatever_way_it_is_written(source, asked):
    assert asked_in(source) == asked
