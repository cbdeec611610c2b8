"""``vangnet check``."""

from starter.cli.options import Json
from starter.cli.run import run


def check(*, as_json: Json = False) -> None:
    """Say of all that is needed whether it is fine.

    Exit code 1 when something is not.
    """
    from starter.cli import checking

    run(checking.check(as_json=as_json))
