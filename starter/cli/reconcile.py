"""``vangnet reconcile``."""

from typing import Annotated

import typer

from starter.cli.options import Json
from starter.cli.run import run

_Case = Annotated[
    str | None,
    typer.Option("--case", metavar="CASE", help="This case alone; all of them without it.", show_default=False),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done. Exit code 1 if anything would.")]


def reconcile(*, case: _Case = None, dry_run: _DryRun = False, as_json: Json = False) -> None:
    """Bring database and Temporal together again after a restore, or a case that was ended in Temporal.

    Puts into the journal what only Temporal knows, starts or wakes cases that are behind their journal, and notes
    as sent what Temporal knows to be sent. Done again, it changes nothing. Exit code 1 if somebody has to look.
    """
    from starter.cli import reconciling

    run(reconciling.reconcile(case, dry_run=dry_run, as_json=as_json))
