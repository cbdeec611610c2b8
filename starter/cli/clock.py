"""``vangnet clock``: days that pass for one case."""

from typing import Annotated

import typer

from starter.cli.options import Case, Json
from starter.cli.run import run

Duration = Annotated[str, typer.Argument(metavar="DURATION", help="6d, 12h, 30m or 2w.", show_default=False)]

app = typer.Typer(no_args_is_help=True, help="Let time pass for a case; on the local stack only.")


@app.callback()
def clock() -> None:
    """Keep ``forward`` a command of its own."""


@app.command()
def forward(case: Case, by: Duration, *, as_json: Json = False) -> None:
    """Let time pass for a case, and carry out what it brings.

    Reminders, deadlines, notices.
    """
    from starter.cli import skipping

    run(skipping.forward(case, by, as_json=as_json))
