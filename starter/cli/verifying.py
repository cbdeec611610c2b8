"""``vangnet audit verify``."""

from pydantic import JsonValue

from starter.cli.exits import InVain
from starter.cli.output import write, write_json, write_table
from starter.cli.session import session


async def verify(*, as_json: bool) -> None:
    """Print whether all chains are intact, or the first row of each that is not.

    Raises:
        InVain: One is not.
    """
    async with session() as here:
        found = await here.store.verify()
    rows: list[dict[str, JsonValue]] = [broken.model_dump(mode="json", by_alias=True) for broken in found]
    if as_json:
        write_json({"intact": not rows, "broken": [*rows]})
    elif rows:
        write_table(rows, ("log", "scope", "number", "fault"))
    else:
        write("Journaal en toegangslog zijn ongeschonden.")
    if rows:
        raise InVain
