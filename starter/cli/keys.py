"""``vangnet keys``: the key ring, what it wraps, and what was destroyed."""

from typing import Annotated

import typer

from protocol.erasure import ErasureReason
from protocol.keeping import Part
from starter.cli.options import AsRequired, Case, Json
from starter.cli.run import run

app = typer.Typer(no_args_is_help=True, help="Look after the keys: rotate them, and destroy what is to be erased.")

Key = Annotated[str, typer.Argument(metavar="KEY", help="The key's id on the ring.", show_default=False)]
To = Annotated[
    str,
    typer.Option("--to", metavar="PATH", help="Where the changed ring is written: a file that is not there yet."),
]


@app.command("list")
def list_(
    case: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="The parts of one case's file.", show_default=False)
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """List the ring's keys and how many data keys each wraps, or what became of the keys of one case."""
    from starter.cli import key_keeping

    run(key_keeping.parts(case, as_json=as_json) if case else key_keeping.list_keys(as_json=as_json))


@app.command()
def new(to: To) -> None:
    """Write a new ring, for an installation that has none. Needs no settings."""
    from starter.cli import key_keeping

    key_keeping.begin(to)


@app.command()
def add(key: Key, to: To) -> None:
    """Write a ring with one more key, which wraps nothing yet.

    Every process gets it first: so that each can read what the first one writes with it.
    """
    from starter.cli import key_keeping

    key_keeping.change(lambda ring: ring.with_key(key), to)


@app.command()
def use(key: Key, to: To) -> None:
    """Write a ring whose current key is another of its keys."""
    from starter.cli import key_keeping

    key_keeping.change(lambda ring: ring.using(key), to)


@app.command()
def rotate(*, as_json: Json = False) -> None:
    """Wrap every data key by the current key, while everything runs.

    Broken off, it goes on when it is given again. Exit code 1 when something could not be wrapped.
    """
    from starter.cli import key_keeping

    run(key_keeping.rotate(as_json=as_json))


@app.command()
def retire(key: Key, to: To) -> None:
    """Write a ring without a key that wraps nothing any more; what reads Temporal's payloads stays of it."""
    from starter.cli import key_keeping

    run(key_keeping.retire(key, to))


@app.command()
def destroy(
    case: Case,
    acting_as: AsRequired,
    reason: Annotated[ErasureReason, typer.Option(help="Why; it is kept.", show_default=False)],
    *,
    part: Annotated[
        list[Part] | None, typer.Option(help="Only this part; may be given again.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Destroy the keys of a closed case: nobody reads it again, in any backup. For the privacy officer.

    Periods and people's requests destroy by themselves; this is for what they do not see.
    """
    from starter.cli import key_keeping

    run(key_keeping.destroy(case, tuple(part or Part), reason, acting_as, as_json=as_json))


@app.command()
def destroyed() -> None:
    """Print the list of destroyed keys, a line for each: kept outside, it is applied again after a restore."""
    from starter.cli import key_keeping

    run(key_keeping.destroyed())


@app.command("apply-destroyed")
def apply_destroyed(
    file: Annotated[str, typer.Option("-f", "--file", metavar="PATH", help="The list; - reads standard input.")] = "-",
    *,
    as_json: Json = False,
) -> None:
    """Destroy again, after a restore, what stands on a list; doing it twice changes nothing."""
    from starter.cli import key_keeping

    run(key_keeping.apply_destroyed(file, as_json=as_json))
