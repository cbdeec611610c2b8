"""``vangnet migrate``."""

from runtime.settings import Settings, load
from starter.cli.output import write, write_json
from store import migrate


async def bring_up_to_date(*, as_json: bool) -> None:
    """Apply what is pending, and print it."""
    settings = load(Settings)
    applied = await migrate((settings.migrate_database_url or settings.database_url).get_secret_value())
    if as_json:
        write_json({"applied": list(applied)})
    else:
        write("\n".join(applied) or "De database is al bij.")
