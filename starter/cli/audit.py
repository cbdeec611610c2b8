"""``vangnet audit``: whether journal and access log are as they were written."""

from pathlib import Path
from typing import Annotated

import typer

from starter.cli.options import Json
from starter.cli.run import run

app = typer.Typer(
    no_args_is_help=True, help="Check that nobody changed what must not change, and note what was copied."
)

_Anchors = Annotated[
    Path | None,
    typer.Option("--anchors", metavar="FILE", help="The anchors as they were kept outside.", show_default=False),
]
_PublicKey = Annotated[
    Path | None,
    typer.Option("--public-key", metavar="FILE", help="The public key of who signed them.", show_default=False),
]


@app.command()
def verify(*, anchors: _Anchors = None, public_key: _PublicKey = None, as_json: Json = False) -> None:
    """Follow the chains of journal and access log, and compare them with the anchors.

    Without options: the file and the key of the settings. Exit code 1, and the first row of each chain that is not
    as it was written; for a chain that was cut or hashed anew the first anchor that shows it.
    """
    from starter.cli import verifying

    run(verifying.verify(anchors, public_key, as_json=as_json))


@app.command("backed-up")
def backed_up() -> None:
    """Note in the access log that a backup was taken, as an export of all there is.

    For whatever takes backups, at its very end: by this row the workers tell how old the last one is.
    """
    from starter.cli import backing_up

    run(backing_up.backed_up())
