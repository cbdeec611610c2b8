"""``make bench``: measure, print the tables, keep the JSON; exit code 1 when a must is missed, 4 when it breaks off.

Cases come first, then the pages; each has a JSON document of its own.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bench.pages import FULL_PAGES, QUICK_PAGES, measure_pages
from bench.pages_report import PagesReport, pages_report, show_pages
from bench.report import Report, report, show
from bench.rounds import FULL, QUICK, Plan, measure
from runtime.errors import StartError
from runtime.leaving import leaving
from runtime.settings import stop_for
from store import StoreError

_PASSED_BY_OTHERS = 0o711
"""PostgreSQL may run as a user of its own, who has to get to its folder."""


class Part(StrEnum):
    """What can be measured by itself."""

    CASES = "cases"
    PAGES = "pages"


def main(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A smoke run: whether it works, not how fast it is.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the JSON and not the tables.")] = False,
    rounds: Annotated[int, typer.Option(min=1, help="How many rounds; at least five to compare by.")] = FULL.rounds,
    large: Annotated[int, typer.Option(min=0, help="Also tell a crowd among this many open cases.")] = 0,
    only: Annotated[Part | None, typer.Option(help="Only this part.")] = None,
) -> None:
    """Measure our whole escalated case beside a bare workflow of the same shape, and what the pages cost."""
    logging.basicConfig(level=logging.ERROR)
    plan = (QUICK if quick else FULL.model_copy(update={"rounds": rounds})).model_copy(update={"large": large})
    passed = []
    if only is not Part.PAGES:
        passed.append(_tell(_cases(plan), json=json))
    if only is not Part.CASES:
        passed.append(_tell(_pages(quick=quick), json=json))
    if not all(passed):
        raise SystemExit(1)


def _cases(plan: Plan) -> Report:
    with _folder() as folder:
        return report(plan, asyncio.run(measure(plan, folder, _say)))


def _pages(*, quick: bool) -> PagesReport:
    with _folder() as folder:
        return pages_report(asyncio.run(measure_pages(QUICK_PAGES if quick else FULL_PAGES, folder, _say)))


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for one measurement; it stays when that breaks off, with the logs in it."""
    folder = Path(tempfile.mkdtemp(prefix="vangnet-bench-"))
    folder.chmod(_PASSED_BY_OTHERS)
    try:
        yield folder
    except (StartError, StoreError) as error:
        stop_for(error)
    except Exception:  # noqa: BLE001  # whatever breaks the run off belongs in its log
        # What a case refused or a server broke off is in there, with the servers' own logs beside it.
        (folder / "logs" / "bench.log").write_text(traceback.format_exc(), encoding="utf-8")
        sys.stderr.write(f"vangnet: de meting is afgebroken; zie {folder}/logs\n")
        raise SystemExit(4) from None
    shutil.rmtree(folder, ignore_errors=True)


def _tell(found: Report | PagesReport, *, json: bool) -> bool:
    """Keep and print what was found; returns whether every must is reached."""
    path = found.write()
    if json:
        sys.stdout.write(found.model_dump_json(by_alias=True) + "\n")
    elif isinstance(found, Report):
        show(found)
    else:
        show_pages(found)
    sys.stderr.write(f"{path}\n")
    return found.passed


def _say(what: str) -> None:
    sys.stderr.write(f"{what} ...\n")


if __name__ == "__main__":
    with leaving():
        typer.run(main)
