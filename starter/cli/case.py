"""``vangnet case``: opening cases, telling them things, and seeing how they stand."""

from typing import Annotated

import typer

from protocol.vocabulary import Step
from starter.cli.options import As, AsRequired, Case, Id, Json
from starter.cli.run import run
from starter.cli.vocabulary import messages

app = typer.Typer(no_args_is_help=True, help="Open cases, tell them things, and see how they stand.")

_FILE = "JSON with camelCase names; - reads standard input."


@app.command("open")
def open_(
    acting_as: AsRequired,
    file: Annotated[str, typer.Option("-f", "--file", metavar="PATH", help=f"The intake: {_FILE}", show_default=False)],
    *,
    message_id: Id = None,
    as_json: Json = False,
) -> None:
    """Open a case from an intake, and print its id.

    With Temporal or every worker away the case is accepted all the same, and starts by itself later: a line says so, and
    with --json "waitsFor" is temporal or worker.
    """
    from starter.cli import telling

    run(telling.open_case(acting_as, file, message_id, as_json=as_json))


@app.command(epilog=messages())
def tell(  # noqa: PLR0913  # what the command line takes
    case: Case,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="Such as record-pupil-talk.", show_default=False)],
    acting_as: AsRequired,
    pairs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUE]...",
            help="Fields: heldBy=mentor,supporter needed=true at=2026-11-30T14:00.",
            show_default=False,
        ),
    ] = None,
    *,
    file: Annotated[
        str | None, typer.Option("-f", "--file", metavar="PATH", help=f"More fields: {_FILE}", show_default=False)
    ] = None,
    note: Annotated[
        str | None,
        typer.Option("--note-file", metavar="PATH", help="A note for the file; - reads it from standard input."),
    ] = None,
    message_id: Id = None,
    as_json: Json = False,
) -> None:
    """Tell a case one message of the protocol.

    A list is written with commas or as JSON, a time without a zone is meant in Amsterdam. Exit code 3 is a refusal,
    4 means: repeat it with the same --id.
    """
    from starter.cli import telling

    written = telling.Written(message, tuple(pairs or ()), file, note)
    run(telling.tell(case, written, acting_as, message_id, as_json=as_json))


@app.command()
def show(case: Case, acting_as: As = None, *, as_json: Json = False) -> None:
    """Show how a case stands, and what --as may tell it now."""
    from starter.cli import looking

    run(looking.show(case, acting_as, as_json=as_json))


@app.command("list")
def list_(  # noqa: PLR0913  # what the command line takes
    acting_as: As = None,
    *,
    step: Annotated[Step | None, typer.Option(help="Only cases at this step.", show_default=False)] = None,
    organisation: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Only cases in which this organisation is.", show_default=False),
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only cases of which a deadline has passed.")] = False,
    limit: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, max=10_000, help="The most rows; a line says when there are more.")
    ] = 100,
    after: Annotated[
        str | None, typer.Option(metavar="CASE", help="Go on after this case.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List cases, the one that is due first on top."""
    from starter.cli import looking

    wanted = looking.Wanted(step, organisation, overdue or None, limit, after)
    run(looking.list_cases(wanted, acting_as, as_json=as_json))


@app.command()
def journal(case: Case, acting_as: As = None, *, as_json: Json = False) -> None:
    """Show what happened in a case, in order."""
    from starter.cli import looking

    run(looking.journal(case, acting_as, as_json=as_json))


@app.command()
def wait(
    case: Case,
    conditions: Annotated[
        list[str],
        typer.Option(
            "--for",
            metavar="PATH=VALUE",
            help="What `case show --json` is to say, such as step=report or escalation.status=active.",
            show_default=False,
        ),
    ],
    timeout: Annotated[str, typer.Option(metavar="DURATION", help="How long to wait: 30s, 2m, 1h.")] = "30s",
    acting_as: As = None,
) -> None:
    """Wait until a case stands as asked.

    Exit code 1 when that takes too long.
    """
    from starter.cli import waiting

    run(waiting.wait(case, tuple(conditions), timeout, acting_as))
