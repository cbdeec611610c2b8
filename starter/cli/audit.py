"""``vangnet audit``: whether journal and access log are as they were written."""

import typer

from starter.cli.options import Json
from starter.cli.run import run

app = typer.Typer(no_args_is_help=True, help="Check that nobody changed what must not change.")


@app.callback()
def audit() -> None:
    """Keep ``verify`` a command of its own."""


@app.command()
def verify(*, as_json: Json = False) -> None:
    """Follow the chains of journal and access log.

    Exit code 1, and the first row of each chain that is not as it was written.
    """
    from starter.cli import verifying

    run(verifying.verify(as_json=as_json))
