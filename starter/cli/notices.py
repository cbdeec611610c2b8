"""``vangnet notices``."""

from starter.cli.options import As, Case, Json
from starter.cli.run import run


def notices(case: Case, acting_as: As = None, *, as_json: Json = False) -> None:
    """Show who was to be told what about a case.

    A party, never an address; and whether it was sent.
    """
    from starter.cli import looking

    run(looking.notices(case, acting_as, as_json=as_json))
