"""What the commands have in common: the arguments that several of them take."""

from typing import Annotated

import typer

Case = Annotated[str, typer.Argument(metavar="CASE", help="The case id, such as 4c7h-93kt-wd2m.", show_default=False)]

As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ROLE:ORGANISATION:USER",
        help="Who acts: school, cjg, agency, zvh, partner, admin, privacy or ops, as in school:school-de-meent:j.jansen;"
        " or person:PERSON for somebody who has the link.",
        show_default=False,
    ),
]
"""For what shows state only: without it the reader is ops."""

AsRequired = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="ROLE:ORGANISATION:USER",
        help="Who acts: school, cjg, agency, zvh or partner, as in school:school-de-meent:j.jansen;"
        " or person:PERSON for somebody who has the link.",
        show_default=False,
    ),
]

Json = Annotated[bool, typer.Option("--json", help="Print data, and refusals, as JSON (camelCase).")]

Id = Annotated[
    str | None,
    typer.Option(
        "--id",
        metavar="ID",
        help="The message's id: the same id with the same content counts once. Made up when left out.",
        show_default=False,
    ),
]
