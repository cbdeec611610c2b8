"""``vangnet reconcile``: what was found, as a table or as JSON."""

from collections.abc import Iterable

from pydantic import JsonValue
from temporalio.service import RPCError

from protocol.refusals import RefusalCode, Refused
from starter.cli.exits import InVain
from starter.cli.output import write, write_json, write_table
from starter.cli.session import session
from starter.errors import NotReachable
from starter.reconcile.finding import Finding
from starter.reconcile.reconciler import Reconciler
from starter.standing import CASE_ID
from store import AccessEvent

_COLUMNS = ("caseId", "found", "journal", "temporal", "lostNotes", "lostPeople", "notedSent", "maybeAgain", "unheard")
_AGAIN = (
    "Na het terugzetten van een back-up kunnen ze al verzonden zijn geweest; ze gaan dan nog eens uit, onder hun eigen "
    "Message-ID."
)


async def reconcile(case: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Look at all cases, or one; mend, and print what was found.

    Raises:
        InVain: Somebody has to look; with ``dry_run``, also when there is something to mend.
        NotReachable: Temporal went away in the middle of it: give the command again.
        Refused: There is no such case on either side.
    """
    if case is not None and not CASE_ID.fullmatch(case):
        raise Refused(RefusalCode.UNKNOWN_CASE)
    async with session() as here:
        client = await here.temporal()
        await here.log("reconcile", case, event=AccessEvent.READ if dry_run else AccessEvent.CHANGE)
        reconciler = Reconciler(here.store, client, dry_run=dry_run)
        try:
            looked = [await reconciler.one(case)] if case else [finding async for finding in reconciler.all()]
        except (RPCError, TimeoutError):
            raise NotReachable("Temporal viel weg; geef het commando opnieuw.") from None
    if case and looked[0].unknown:
        raise Refused(RefusalCode.UNKNOWN_CASE)
    _print(looked, dry_run=dry_run, as_json=as_json)
    if any(finding.asks_somebody for finding in looked) or (
        dry_run and any(finding.worth_telling for finding in looked)
    ):
        raise InVain


def _print(looked: list[Finding], *, dry_run: bool, as_json: bool) -> None:
    found = [finding for finding in looked if finding.worth_telling]
    unsent = [id_ for finding in looked if not finding.worth_telling for id_ in finding.may_be_sent_again]
    if as_json:
        rows: list[JsonValue] = [finding.model_dump(mode="json", by_alias=True) for finding in found]
        write_json({"dryRun": dry_run, "looked": len(looked), "cases": rows, "unsent": [*unsent]})
        return
    if found:
        write_table(map(_row, found), _COLUMNS)
    write(_summary(looked, found, dry_run=dry_run))
    if unsent:
        write(f"In casussen die in orde zijn, niet als verzonden genoteerd: {' '.join(unsent)}")
        write(_AGAIN)


def _row(finding: Finding) -> dict[str, JsonValue]:
    row: dict[str, JsonValue] = finding.model_dump(mode="json", by_alias=True)
    again: JsonValue = len(finding.may_be_sent_again)
    return row | {"lostNotes": len(finding.lost_notes), "maybeAgain": again, "unheard": " ".join(finding.unheard)}


def _summary(looked: list[Finding], found: Iterable[Finding], *, dry_run: bool) -> str:
    mended = sum(finding.fine for finding in found)
    left = sum(finding.asks_somebody for finding in looked)
    verb = "te herstellen" if dry_run else "hersteld"
    attention = f" {left} vragen dat iemand kijkt: zie docs/operate/restore.md." if left else ""
    return f"{len(looked)} casussen bekeken, {mended} {verb}.{attention}"
