"""``vangnet retention``: what of closed cases will be shielded or destroyed, and what was."""

from datetime import datetime
from typing import Annotated

import typer

from starter.cli.options import As, Case, Json
from starter.cli.run import run

app = typer.Typer(no_args_is_help=True, help="See what closed cases are kept, and until when.")

_DAY = ["%Y-%m-%d"]


@app.command()
def preview(
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=_DAY, metavar="DATE", help="Also what is due by then; today by default.", show_default=False
        ),
    ] = None,
    *,
    acting_as: As = None,
    as_json: Json = False,
) -> None:
    """Show what the next round will shield and destroy, by which rule, and what an open request holds."""
    from starter.cli import keeping

    run(keeping.preview(until and until.date(), acting_as, as_json=as_json))


@app.command()
def log(*, acting_as: As = None, as_json: Json = False) -> None:
    """Show what was shielded and destroyed, when and why, the latest first."""
    from starter.cli import keeping

    run(keeping.log(acting_as, as_json=as_json))


@app.command()
def left(
    case: Case,
    day: Annotated[datetime, typer.Argument(formats=_DAY, metavar="DATE", help="Such as 2027-07-15.")],
    *,
    sure: Annotated[
        bool, typer.Option("--sure", help="Also when parts of the file are destroyed tonight by it.")
    ] = False,
    acting_as: As = None,
) -> None:
    """Tell when the pupil left the school: the school's period counts from there.

    For the school of the case, or the privacy officer. A day by which parts of the file are destroyed the coming night is
    refused, with what would go, unless --sure says that it is meant.
    """
    from starter.cli import keeping

    run(keeping.left(case, day.date(), acting_as, sure=sure))
