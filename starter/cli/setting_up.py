"""``vangnet temporal setup``."""

from collections.abc import Sequence

from runtime.codec import SealingCodec
from runtime.settings import Settings, load
from runtime.temporal import connect
from starter.cli.exits import InVain
from starter.cli.output import write, write_json
from starter.clock import parse_duration
from starter.temporal import setting_up
from starter.temporal.part import Part, State
from starter.temporal.setting_up import Wishes
from store import KeyRing

IN_DUTCH = {
    State.THERE: "was er",
    State.MADE: "gemaakt",
    State.CHANGED: "aangepast",
    State.DIFFERS: "wijkt af",
    State.PAUSED: "op pauze",
    State.WRONG: "verkeerd",
    State.MISSING: "ontbreekt",
}


async def set_up(retention: str | None, *, schedules_anew: bool, as_json: bool) -> None:
    """Set everything up, and print what was done and what was there.

    Raises:
        InVain: Something is there that cases cannot do with; it was left, and somebody has to take it away.
        BadInput: The retention is no duration.
        StarterError: Temporal does not let us, or no worker of the version runs.
        StartError: A setting is wrong, or Temporal does not answer.
    """
    wishes = Wishes(None if retention is None else parse_duration(retention), schedules_anew)
    settings = load(Settings)
    client = await connect(SealingCodec(KeyRing.parse(settings.key_ring_text())), identity="vangnet-cli")
    found: list[Part] = []
    try:
        async for part in setting_up.set_up(client, settings, wishes):
            found.append(part)  # noqa: PERF401  # told also when the next one fails
    finally:
        tell(found, as_json=as_json)
    if any(part.state is State.WRONG for part in found):
        raise InVain


def tell(parts: Sequence[Part], *, as_json: bool) -> None:
    """Print each part with how it is."""
    if as_json:
        write_json(
            [{"kind": part.kind, "name": part.name, "state": part.state, "detail": part.detail} for part in parts]
        )
        return
    for part in parts:
        write(f"{IN_DUTCH[part.state]:<10} {part.kind:<18} {part.name:<30} {part.detail}".rstrip())
