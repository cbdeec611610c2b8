"""What comes out of a run: one JSON document, and two tables of the same for people."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import Measured, Memory
from bench.ratios import BARE, FIGURES, figure, ratio
from bench.rounds import Plan
from bench.targets import JUDGED, Verdict, judged
from protocol.model import Frozen

RESULTS = Path(__file__).parent / "results"
_KB = 1000
_WIDTH = 110
"""Of the tables where no terminal says how wide it is."""


class Line(Frozen):
    """One figure: the median of each driver, and of the rounds' ratios to bare."""

    what: str
    medians: dict[str, float]
    ratios: dict[str, float | None]


class Report(Frozen):
    """A run, as its JSON has it."""

    at: datetime
    machine: dict[str, str]
    plan: Plan
    judged: str = JUDGED
    targets: tuple[Verdict, ...]
    lines: tuple[Line, ...]
    measured: Measured

    @property
    def passed(self) -> bool:
        """Whether every must is reached."""
        return all(verdict.passed for verdict in self.targets)

    def write(self) -> Path:
        """Write it whole beside the earlier ones; returns where."""
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.at:%Y%m%d-%H%M%S}.json"
        path.write_text(self.model_dump_json(by_alias=True, indent=1), encoding="utf-8")
        return path


def report(plan: Plan, measured: Measured) -> Report:
    """Sum a run up."""
    return Report(
        at=datetime.now(UTC),
        machine={
            "python": platform.python_version(),
            "temporalio": version("temporalio"),
            "processors": str(os.cpu_count()),
        },
        plan=plan,
        targets=tuple(judged(measured)),
        lines=tuple(_line(name, measured) for name in FIGURES),
        measured=measured,
    )


def _line(name: str, measured: Measured) -> Line:
    drivers = sorted(measured.rounds[0], key=(BARE, "update", "door").index)
    return Line(
        what=name,
        medians={driver: figure(measured, name, driver) for driver in drivers},
        ratios={driver: ratio(measured, name, driver) for driver in drivers if driver != BARE},
    )


def show(found: Report) -> None:
    """Print both tables."""
    console = Console()
    console = console if console.is_terminal else Console(width=_WIDTH)
    console.print(_figures(found))
    console.print(_targets(found))


def _figures(found: Report) -> Table:
    table = Table(title=f"Medians of {found.plan.rounds} rounds")
    drivers = list(found.lines[0].medians)
    for heading in ("figure", *drivers, *(f"{driver} ÷ {BARE}" for driver in drivers[1:])):
        table.add_column(heading, justify="left" if heading == "figure" else "right", no_wrap=True)
    for line in found.lines:
        medians = (f"{value:,.1f}" for value in line.medians.values())
        table.add_row(line.what, *medians, *map(_times, line.ratios.values()))
    for kept in (found.measured.memory, found.measured.memory_told):
        table.add_row(*_memory(kept, drivers))
    for what, events in (("", found.measured.paused.events), (" of the README's case", found.measured.tour_events)):
        row = (f"{events}" if name == JUDGED else "" for name in drivers)
        table.add_row(f"history events{what}, with pauses", *row)
    return table


def _memory(kept: dict[str, Memory], drivers: list[str]) -> tuple[str, ...]:
    read = kept[JUDGED]
    told = f", {read.messages} messages" if read.messages else ""
    sizes = (f"{kept[name].bytes_per_case / _KB:,.1f}" if name in kept else "" for name in drivers)
    return f"memory per case, {read.open_cases} open{told} (kB)", *sizes


def _times(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _targets(found: Report) -> Table:
    grown = found.measured.grown
    open_cases = f"; {grown.many} open cases beside {grown.few}" if grown else ""
    table = Table(title=f"Targets ({found.judged} beside {BARE}{open_cases})")
    for heading in ("", "target", "this run", "must", "verdict", "aim", "from aim"):
        table.add_column(heading, justify="left" if heading == "target" else "right", no_wrap=True)
    for verdict in found.targets:
        sign = "≥" if verdict.more_is_better else "≤"
        table.add_row(
            str(verdict.number or ""),
            verdict.what,
            f"{verdict.value:.2f}",
            f"{sign} {verdict.must:g}",
            "[green]PASS[/]" if verdict.passed else "[red]FAIL[/]",
            f"{sign} {verdict.aim:g}",
            f"{verdict.from_aim:.0%}" if verdict.from_aim else "reached",
        )
    return table
