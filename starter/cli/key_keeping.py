"""``vangnet keys``: what its commands do."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from pydantic import JsonValue, ValidationError

from protocol.erasure import ErasureReason, check_erasure
from protocol.keeping import Part
from protocol.messages import Actor
from runtime.settings import Settings, load
from starter.cli.exits import InVain
from starter.cli.files import read_list
from starter.cli.output import say, write, write_json, write_table
from starter.cli.session import Session, session
from starter.errors import BadInput
from store import AccessEvent, DestroyedKey, KeyMissing, KeyRing, KeyRingInvalid

_HELD = "Er is niets gewist: de casus wordt vastgehouden. Hef dat eerst op."
_STATES = {"present": "aanwezig", "missing": "ontbreekt", "destroyed": "gewist"}


async def list_keys(*, as_json: bool) -> None:
    """Print each key of the ring, and what wraps something without being on it."""
    async with session() as here:
        wrapped, ring = await here.store.wrapped_by(), here.store.keys
    kinds = dict.fromkeys(ring.key_ids, "old") | {ring.current: "current"}
    kinds |= {key: "retired" for key in ring.payload_key_ids if key not in kinds}
    kinds |= {key: "missing" for key in wrapped if key not in kinds or kinds[key] == "retired"}
    rows: list[dict[str, JsonValue]] = [
        {"key": key, "state": state, "dataKeys": wrapped.get(key, 0)} for key, state in kinds.items()
    ]
    if as_json:
        write_json(rows)
    else:
        write_table(rows, ("key", "state", "dataKeys"))


async def parts(case: str, *, as_json: bool) -> None:
    """Print what became of the keys of a case."""
    async with session() as here:
        await here.look(case, "keys")
        found = await here.store.part_keys(case)
    rows: list[dict[str, JsonValue]] = [key.model_dump(mode="json", by_alias=True) for key in found]
    if as_json:
        write_json(rows)
    else:
        write_table([row | {"state": _STATES[str(row["state"])]} for row in rows], ("part", "state", "kek"))


def begin(to: str) -> None:
    """Write a new ring.

    Raises:
        BadInput: The file is there already.
    """
    _write_ring(KeyRing.generate(), to)


def change(changed: Callable[[KeyRing], KeyRing], to: str) -> None:
    """Write the ring as it is to be; the one of the settings stays as it is.

    Raises:
        BadInput: There is no such key, or the file is there already.
    """
    ring = KeyRing.parse(load(Settings).key_ring_text())
    try:
        _write_ring(changed(ring), to)
    except KeyMissing:
        raise BadInput("Deze sleutel staat niet op de sleutelbos.") from None
    except KeyRingInvalid:
        raise BadInput(
            "Dat kan niet met deze sleutel: de naam is al gebruikt of niet goed, of het is de huidige."
        ) from None


def _write_ring(ring: KeyRing, to: str) -> None:
    """Write a file that only its owner reads; never over another one, which may hold the only copy of a key."""
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(ring.dump() + "\n")
    except FileExistsError:
        raise BadInput("Het bestand van --to bestaat al; een sleutelbos wordt nooit overschreven.") from None
    except OSError:
        raise BadInput("Het bestand van --to kan niet worden geschreven.") from None
    say(f"Geschreven: {Path(to).name}. Geef deze sleutelbos aan elk proces, en start het opnieuw.")


async def rotate(*, as_json: bool) -> None:
    """Wrap all data keys by the current key, batch by batch.

    Raises:
        InVain: Something is left: its key is not on the ring, or it was changed.
    """
    changed, broken, after = 0, list[str](), ("", "")
    async with session() as here:
        await here.log("keys rotate", event=AccessEvent.CHANGE)
        while True:
            batch = await here.store.rewrap_some(after)
            changed, broken = changed + batch.changed, [*broken, *batch.broken]
            if batch.last is None:
                break
            after = batch.last
        current, wrapped = here.store.keys.current, await here.store.wrapped_by()
    left = {key: count for key, count in wrapped.items() if key != current}
    if as_json:
        write_json({"current": current, "rewrapped": changed, "left": {**left}, "broken": [*broken]})
    else:
        write(f"{changed} sleutels opnieuw ingepakt met {current}.")
    if left:
        raise InVain("" if as_json else f"Nog niet met {current} ingepakt: {_counted(left)}.")


def _counted(left: dict[str, int]) -> str:
    return ", ".join(f"{count} met {key}" for key, count in left.items())


async def retire(key: str, to: str) -> None:
    """Write the ring without a key.

    Raises:
        BadInput: It still wraps something, or cannot go.
    """
    async with session() as here:
        left = (await here.store.wrapped_by()).get(key, 0)
    if left:
        raise BadInput(f"Met deze sleutel zijn nog {left} sleutels ingepakt: draai eerst `vangnet keys rotate`.")
    change(lambda ring: ring.without(key), to)


async def destroy(case: str, wanted: tuple[Part, ...], reason: ErasureReason, acting_as: str, *, as_json: bool) -> None:
    """Destroy parts of a closed case, and print which were destroyed now.

    Raises:
        Refused: The case is open, or does not exist for this actor, or they may not.
    """
    async with session(acting_as) as here:
        found = await here.look(case, "keys")
        check_erasure(found.case, here.actor)
        there = {key.part for key in await here.store.part_keys(case)}
        by = await _by(here)
        done = [part for part in wanted if part in there and await here.store.destroy_part(case, part, reason, by)]
        kept = [key.part for key in await here.store.part_keys(case) if key.part in wanted and key.state != "destroyed"]
    if as_json:
        write_json({"caseId": case, "destroyed": [part.value for part in done]})
    else:
        write(f"Gewist: {', '.join(done)}." if done else "Er was niets meer te wissen." if not kept else _HELD)
    if kept:
        raise InVain


async def _by(here: Session) -> Actor:
    """Who does it, as the record knows them."""
    organisation, user = here.actor.organisation or "", here.actor.user or ""
    return here.actor.model_copy(update={"user": await here.store.staff_id(organisation, user)})


async def destroyed() -> None:
    """Print the list of destroyed keys as lines of JSON."""
    async with session() as here:
        await here.log("destroyed keys", event=AccessEvent.EXPORT)
        found = await here.store.destroyed_keys()
    for key in found:
        write(json.dumps(key.model_dump(mode="json", by_alias=True)))


async def apply_destroyed(file: str, *, as_json: bool) -> None:
    """Apply a list, whole or not at all.

    Raises:
        BadInput: A line is none of such a list; nothing was done.
    """
    listed = [_read(number, line) for number, line in enumerate(read_list(file), 1) if line.strip()]
    async with session() as here:
        await here.log(f"apply destroyed keys {len(listed)}", event=AccessEvent.ERASE)
        found = await here.store.apply_destroyed(listed)
    if as_json:
        write_json({"listed": found.listed, "destroyed": found.keys, "emptied": found.rows})
    else:
        write(f"{found.listed} op de lijst; {found.keys} sleutels opnieuw gewist, {found.rows} regels leeggemaakt.")


def _read(number: int, line: str) -> DestroyedKey:
    try:
        return DestroyedKey.model_validate_json(line)
    except ValidationError:
        raise BadInput(
            f"Regel {number} is geen regel van een lijst met gewiste sleutels; er is niets gedaan."
        ) from None
