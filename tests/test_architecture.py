"""What holds the parts together and apart: imports, names, sizes, and what may not stand in the repository."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "protocol": set(),
    "store": {"protocol"},
    "activities": {"protocol", "store"},
    "workflows": {"protocol", "activities"},
    "runtime": {"store"},
    "starter": {"protocol", "workflows", "store", "runtime"},
    "worker": {"protocol", "workflows", "activities", "store", "runtime", "starter"},
}
"""Which of our packages each may import, beside itself."""

COMPOSITION = {("starter/cli/processes.py", "worker"), ("starter/cli/processes.py", "activities")}
"""The command line runs the worker's composition root; it holds no other reference to it."""

FORBIDDEN_NAMES = {"utils", "util", "common", "shared", "helpers", "helper", "base", "manager", "misc"}
MOST_LINES = 300
LONGER_MODULES = {
    "protocol/messages.py": "one model for each message of protocol.md 2.3, nothing else",
    "protocol/events.py": "one model for each event, nothing else",
    "protocol/evolve.py": "one step for each event, nothing else",
    "workflows/case.py": "one workflow, whose parts share one state",
}
MOST_FUNCTION_LINES = 40

PACKAGE_OF_MODULE = {
    "google": "protobuf",
    "opentelemetry": "opentelemetry-sdk",
    "dotenv": "python-dotenv",
    "pydantic_core": "pydantic",
}

# Written apart, so that this file does not hold what it forbids.
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "yarnpkg" + ".com", "npmjs" + ".com")
PLACES = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/opt/py" + "pi")
NOT_OURS = {".git", ".venv", ".local", "__pycache__", "build", "dist", "node_modules"}


def sources() -> list[Path]:
    """Our modules, without tests."""
    return [file for name in MAY_IMPORT for file in ([ROOT / f"{name}.py"] if name == "worker" else package(name))]


def package(name: str) -> list[Path]:
    return sorted((ROOT / name).rglob("*.py"))


def place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def imported(file: Path) -> set[str]:
    """The top-level packages that a module imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the repository, with its place."""
    for file in sorted(ROOT.rglob("*")):
        parts = file.relative_to(ROOT).parts
        ours = not NOT_OURS & set(parts) and not any(part.endswith(("_cache", ".egg-info")) for part in parts)
        if ours and ".hypothesis" not in parts and file.is_file():
            yield place(file), file.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_imports_go_one_way(name: str) -> None:
    """Each package imports only the packages that stand before it."""
    files = [ROOT / "worker.py"] if name == "worker" else package(name)
    wrong = {
        (place(file), other)
        for file in files
        for other in imported(file) & MAY_IMPORT.keys()
        if other != name and other not in MAY_IMPORT[name]
    }

    assert set() == wrong - COMPOSITION


def test_the_protocol_is_pure() -> None:
    """The rules use the standard library and pydantic only, and neither clock, chance nor network of it."""
    allowed = (set(sys.stdlib_module_names) | {"pydantic", "pydantic_core", "protocol"}) - {
        "asyncio",
        "os",
        "random",
        "secrets",
        "socket",
        "subprocess",
        "time",
        "uuid",
    }

    assert {} == {place(file): wrong for file in package("protocol") if (wrong := imported(file) - allowed)}


def test_every_library_is_declared() -> None:
    """What is imported stands in pyproject.toml, where its reason is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["local"]]
    names = {re.split(r"[><=\[; ]", line)[0] for line in declared}
    used = {name for file in sources() for name in imported(file)} - set(sys.stdlib_module_names) - MAY_IMPORT.keys()

    assert (
        set()
        == {PACKAGE_OF_MODULE.get(name, name) for name in used} - {name.replace("-", "_") for name in names} - names
    )


def test_modules_are_named_for_what_they_hold() -> None:
    """No module is a drawer for what has no place."""
    assert [] == [
        place(file) for file in sources() if file.stem in FORBIDDEN_NAMES or file.parent.name in FORBIDDEN_NAMES
    ]


def test_modules_are_short() -> None:
    """A module that grows over its size wants to be two, unless it is listed here with its reason."""
    long = {place(file) for file in sources() if len(file.read_text(encoding="utf-8").splitlines()) > MOST_LINES}

    assert set() == long - LONGER_MODULES.keys()
    assert set() == LONGER_MODULES.keys() - long, "listed, and not long any more"


def test_functions_are_short() -> None:
    """A function that does not fit a screen wants to be two."""
    long = [
        f"{place(file)}: {function.name}"
        for file in sources()
        for function in functions(file)
        if (function.end_lineno or 0) - function.lineno >= MOST_FUNCTION_LINES
    ]

    assert [] == long


def test_each_test_says_what_holds() -> None:
    """A test has a sentence that a reader of the protocol understands."""
    silent = [
        f"{place(file)}: {function.name}"
        for file in package("tests")
        for function in functions(file)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]

    assert [] == silent


def test_nothing_of_a_machine_is_in_the_repository() -> None:
    """No registry and no folder of somebody's machine stands in a file: a clone comes up everywhere."""
    found = [(where, word) for where, text in texts() for word in (*HOSTS, *PLACES) if word in text]

    assert [] == found


def test_every_ignored_rule_has_its_reason() -> None:
    """Who switches a lint rule off says why, beside it."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if re.match(r'\s+"[A-Z]+[0-9]+",', line)]

    assert rules
    assert [] == [rule for rule in rules if "  #" not in rule.replace(", #", ",  #")]
