"""``vangnet temporal``: what Vangnet needs of Temporal."""

from typing import Annotated

import typer

from starter.cli.options import Json
from starter.cli.run import run

app = typer.Typer(no_args_is_help=True, help="Set Temporal up for Vangnet.")

Retention = Annotated[
    str | None,
    typer.Option(
        "--retention",
        metavar="DURATION",
        help="How long Temporal keeps workflows that ended, such as 90d; without it one that is there stays as it is.",
        show_default=False,
    ),
]
Anew = Annotated[
    bool,
    typer.Option("--reset-schedules", help="Give schedules that somebody changed their own times again."),
]


Page = Annotated[
    bool,
    typer.Option(
        "--page", help="Print the page that puts them into a browser, to be served at the console's own address."
    ),
]


@app.command()
def setup(*, retention: Retention = None, reset_schedules: Anew = False, as_json: Json = False) -> None:
    """Make namespace, search attributes and schedules, and put the workers' version in force.

    Given again it changes nothing that is so already. What operators changed stays unless told otherwise.
    """
    from starter.cli import setting_up

    run(setting_up.set_up(retention, schedules_anew=reset_schedules, as_json=as_json))


@app.command()
def views(*, page: Page = False, as_json: Json = False) -> None:
    """List the console's columns and saved views for cases, with what each means."""
    from starter.cli import console_views

    console_views.page() if page else console_views.tell(as_json=as_json)
