"""What every proof has: a seed that makes its choices again, and figures that are printed at the end."""

from __future__ import annotations

from random import SystemRandom

import pytest

_FIGURES = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """With which choices."""
    parser.addoption("--seed", type=int, help="make the choices of an earlier proof again")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was counted, whatever came of it."""
    found = config.stash.get(_FIGURES, [])
    if found:
        terminalreporter.section("figures")
    for line in found:
        terminalreporter.line(line)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> list[str]:
    """Lines that are printed when all is done."""
    return request.config.stash.setdefault(_FIGURES, [])


@pytest.fixture
def seed(request: pytest.FixtureRequest, figures: list[str]) -> int:
    """What all choices follow from."""
    given: int | None = request.config.getoption("--seed")
    chosen = SystemRandom().randrange(1_000_000) if given is None else given
    figures.append(f"{request.node.name}: --seed {chosen}")
    return chosen
