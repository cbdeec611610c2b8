"""``make bench``: measure, print the tables, keep the JSON; exit code 1 when a must is missed, 4 when it breaks off."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated

import typer

from bench.report import report, show
from bench.rounds import FULL, QUICK, measure
from runtime.errors import StartError
from runtime.leaving import leaving
from runtime.settings import stop_for
from store import StoreError

_PASSED_BY_OTHERS = 0o711
"""PostgreSQL may run as a user of its own, who has to get to its folder."""


def main(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="A smoke run: whether it works, not how fast it is.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the JSON and not the tables.")] = False,
    rounds: Annotated[int, typer.Option(min=1, help="How many rounds; at least five to compare by.")] = FULL.rounds,
) -> None:
    """Measure our whole escalated case beside a bare workflow of the same shape."""
    logging.basicConfig(level=logging.ERROR)
    plan = QUICK if quick else FULL.model_copy(update={"rounds": rounds})
    folder = Path(tempfile.mkdtemp(prefix="vangnet-bench-"))
    folder.chmod(_PASSED_BY_OTHERS)
    try:
        found = report(plan, asyncio.run(measure(plan, folder, _say)))
    except (StartError, StoreError) as error:
        stop_for(error)
    except Exception:  # noqa: BLE001  # whatever breaks the run off belongs in its log
        # What a case refused or a server broke off is in there, with the servers' own logs beside it.
        (folder / "logs" / "bench.log").write_text(traceback.format_exc(), encoding="utf-8")
        sys.stderr.write(f"vangnet: de meting is afgebroken; zie {folder}/logs\n")
        raise SystemExit(4) from None
    shutil.rmtree(folder, ignore_errors=True)
    path = found.write()
    if json:
        sys.stdout.write(found.model_dump_json(by_alias=True) + "\n")
    else:
        show(found)
    sys.stderr.write(f"{path}\n")
    if not found.passed:
        raise SystemExit(1)


def _say(what: str) -> None:
    sys.stderr.write(f"{what} ...\n")


if __name__ == "__main__":
    with leaving():
        typer.run(main)
