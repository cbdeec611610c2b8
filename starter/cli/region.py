"""``vangnet region``: what a region begins with."""

import typer

from starter.cli.options import Json
from starter.cli.run import run

app = typer.Typer(no_args_is_help=True, help="Put a region into the directory, for an installation that is new.")


@app.callback()
def _region() -> None:
    """Keep ``begin`` a command of its own: with one only, typer would take its name away."""


@app.command()
def begin(
    file: str = typer.Argument(metavar="FILE", help="The organisations, as JSON; - reads standard input."),
    *,
    as_json: Json = False,
) -> None:
    """Add the organisations of a file that are not there yet, and the first settings if there are none.

    What is there already stays as it is: afterwards the functional administrator changes it on the pages.
    """
    from starter.cli import region_keeping

    run(region_keeping.begin(file, as_json=as_json))
