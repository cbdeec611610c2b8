"""``vangnet clock forward``."""

from starter.cli.output import write, write_json
from starter.cli.session import session
from starter.clock import forward as let_pass
from starter.clock import parse_duration
from starter.errors import BadInput
from starter.standing import find_for


async def forward(case: str, by: str, *, as_json: bool) -> None:
    """Let time pass for a case, and print what time it is there now."""
    duration = parse_duration(by)
    async with session() as here:
        if not here.settings.local:
            raise BadInput("De klok kan alleen op de lokale stapel vooruit (VANGNET_LOCAL).")
        await here.look(case, f"clock forward {by.strip()}")
        await let_pass(await here.temporal(), here.store, case, duration)
        now = (await find_for(here.store, case, here.actor)).now
    said = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    if as_json:
        write_json({"caseId": case, "now": said})
    else:
        write(f"Voor deze casus is het nu {said}.")
