"""``vangnet case open`` and ``tell``."""

from typing import NamedTuple
from uuid import uuid4

from pydantic import BaseModel, JsonValue

from protocol.messages import SetGuardians, name_of
from starter.cli.files import read_fields, read_note
from starter.cli.key_values import parse_pairs
from starter.cli.output import say, write, write_json
from starter.cli.session import session
from starter.client import CaseClient
from starter.errors import BadInput, NotReachable, TakenNotCarriedOut
from starter.fields import message_type, normalised
from starter.guardians import GuardiansTold
from store import AccessEvent, Opening

_WAITS = {
    "temporal": "De casus is aangenomen; hij begint zodra Temporal weer bereikbaar is.",
    "worker": "De casus is aangenomen; hij begint zodra er een worker draait.",
}


class Written(NamedTuple):
    """A message as it was written on the command line."""

    message: str
    pairs: tuple[str, ...]
    file: str | None
    note: str | None

    def read(self) -> tuple[dict[str, JsonValue], str | None]:
        """Read its fields, what stands on the command line above what stands in the file, and its note."""
        if self.file == self.note == "-":
            raise BadInput("Standaardinvoer kan maar één keer worden gelezen: geef velden of notitie als bestand.")
        fields = normalised(read_fields(self.file)) if self.file else {}
        fields |= parse_pairs(self.pairs, self._model())
        return fields, read_note(self.note) if self.note else None

    def _model(self) -> type[BaseModel]:
        model = message_type(self.message)
        return GuardiansTold if model is SetGuardians else model


async def open_case(acting_as: str, file: str, message_id: str | None, *, as_json: bool) -> None:
    """Open a case and print its id, once it is accepted; say so when it does not run yet."""
    intake = read_fields(file)
    async with session(acting_as) as here:
        await here.log("open_case", event=AccessEvent.CREATE)
        client = here.client()
        opening = await client.accept(here.actor, intake, message_id)
        waits_for = await _waits_for(client, opening)
    if as_json:
        write_json({"caseId": opening.case_id, "id": opening.told.id, "waitsFor": waits_for})
        return
    write(opening.case_id)
    if waits_for:
        say(_WAITS[waits_for])


async def _waits_for(client: CaseClient, opening: Opening) -> str | None:
    """Start a case; what has to come before it begins, if anything."""
    try:
        await client.start(opening)
    except NotReachable:
        return "temporal"
    except TakenNotCarriedOut:
        return "worker"
    return None


async def tell(case: str, written: Written, acting_as: str, message_id: str | None, *, as_json: bool) -> None:
    """Tell a case a message, and print what it led to."""
    fields, note = written.read()
    told_id = str(uuid4()) if message_id is None else message_id
    async with session(acting_as) as here:
        await here.log(f"tell {name_of(message_type(written.message))}", case, AccessEvent.CHANGE)
        try:
            answer = await here.client().tell(case, written.message, fields, here.actor, note, told_id)
        except (NotReachable, TakenNotCarriedOut) as error:
            error.text = f"{error.text} Herhaal het met --id {told_id}."
            raise
    if as_json:
        write_json({"caseId": case, "id": told_id, "number": answer.number, "events": list(answer.events)})
    else:
        write(f"{answer.number}: {', '.join(answer.events)}")
