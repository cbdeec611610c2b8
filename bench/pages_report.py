"""What comes out of measuring the pages: one JSON document, and tables of the same for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.pages_figures import PagesMeasured, PagesVerdict, Times, judged
from bench.report import RESULTS
from protocol.model import Frozen

_WIDTH = 110
"""Of the tables where no terminal says how wide it is."""


class PagesReport(Frozen):
    """A run, as its JSON has it."""

    at: datetime
    targets: tuple[PagesVerdict, ...]
    measured: PagesMeasured

    @property
    def passed(self) -> bool:
        """Whether every target is reached."""
        return all(verdict.passed for verdict in self.targets)

    def write(self) -> Path:
        """Write it whole beside the earlier ones; returns where."""
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.at:%Y%m%d-%H%M%S}-pages.json"
        path.write_text(self.model_dump_json(by_alias=True, indent=1), encoding="utf-8")
        return path


def pages_report(measured: PagesMeasured) -> PagesReport:
    """Sum a run up."""
    return PagesReport(at=datetime.now(UTC), targets=judged(measured), measured=measured)


def show_pages(found: PagesReport) -> None:
    """Print the tables."""
    console = Console()
    console = console if console.is_terminal else Console(width=_WIDTH)
    for table in (_times(found.measured), _weights(found.measured), _targets(found.targets)):
        console.print(table)
    cpu = ", ".join(f"{name} {used:.1f}" for name, used in found.measured.cpu.items())
    console.print(f"CPU a page at work (ms): {cpu}. Processors busy with anything else: {found.measured.others:.1f}.")


def _times(measured: PagesMeasured) -> Table:
    plan, speed = measured.plan, measured.pages_a_second
    people = f"{plan.people} people, {plan.cases:,} cases"
    table = _table(f"Milliseconds: {people}", "", "p50", "p95", "worst", "times")
    _rows(table, f"at work, {plan.pause:g} s a page ({speed['at work']:.0f} pages a second)", measured.at_work)
    _rows(table, f"in a flood, nobody reads ({speed['in a flood']:.0f} pages a second)", measured.in_a_flood)
    _rows(table, "action to new page, alone", measured.acting)
    _rows(table, "action to new page, everybody at work", measured.acting_at_work)
    _rows(table, "the four counts of today", measured.counts)
    return table


def _rows(table: Table, heading: str, times: dict[str, Times]) -> None:
    table.add_row(f"[bold]{heading}[/]")
    for name, taken in times.items():
        figures = (f"{value:,.1f}" for value in (taken.p50, taken.p95, taken.worst))
        table.add_row(f"  {name}", *figures, str(taken.count))
    table.add_section()


def _weights(measured: PagesMeasured) -> Table:
    table = _table("Bytes of a first visit", "", "page", "page, gzip", "style and scripts, gzip", "together, gzip")
    for name, weight in measured.weights.items():
        figures = (weight.page, weight.page_compressed, weight.files, weight.compressed)
        table.add_row(name, *(f"{value:,}" for value in figures))
    return table


def _targets(targets: Iterable[PagesVerdict]) -> Table:
    table = _table("Targets of the pages", "", "worst", "this run", "must", "verdict")
    for verdict in targets:
        word = "[green]PASS[/]" if verdict.passed else "[red]FAIL[/]"
        table.add_row(verdict.what, verdict.worst, f"{verdict.value:,.0f}", f"≤ {verdict.must:,.0f}", word)
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    return table
