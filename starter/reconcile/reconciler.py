"""Looks at each case on both sides, and puts back on each what only the other still knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from protocol.case import Case
from protocol.messages import SYSTEM, AgeReached, SetGuardians, Told
from protocol.notices import NoticeKind
from protocol.recording import Recording
from runtime.temporal import TASK_QUEUE
from starter.reconcile.finding import Finding, Found
from starter.reconcile.histories import Histories, Past, Unreadable
from starter.reconcile.standing_in import LOST_NOTE, LOST_PERSON, next_person, stand_in
from starter.starting import start_case, workflow_id
from store import CaseStanding, Content, KeyDestroyed, RecordingGap, RecordingMismatch, Store
from workflows import search_attributes
from workflows.case import CaseWorkflow
from workflows.start import CaseInput

_PATIENCE = timedelta(seconds=10)
_ONE_CASE = timedelta(minutes=2)
_LISTS = timedelta(minutes=10)
"""For both lists of all cases: without it the client's own retries know no end."""
_NOTHING = CaseStanding(case_id="", number=0, open=True, unsent=False, staged=())


class Reconciler:
    """Mends what can be mended; done again, it changes nothing."""

    def __init__(self, store: Store, client: Client, *, dry_run: bool) -> None:
        """Work on these two.

        Args:
            store: The database.
            client: Temporal.
            dry_run: Only say what would be done.
        """
        self._store = store
        self._client = client
        self._histories = Histories(client)
        self._dry_run = dry_run

    async def all(self) -> AsyncIterator[Finding]:
        """Look at every case that either side knows.

        Raises:
            TimeoutError: Temporal does not answer any more.
        """
        standings = {standing.case_id: standing for standing in await self._store.standings()}
        async with asyncio.timeout(_LISTS.total_seconds()):
            known, running = await self._histories.cases(running=False), await self._histories.cases(running=True)
        for case_id in sorted(standings.keys() | known):
            standing = standings.get(case_id)
            if standing is None or standing.open or standing.unsent or case_id in running:
                yield await self.one(case_id, standing)

    async def one(self, case_id: str, standing: CaseStanding | None = None) -> Finding:
        """Look at one case.

        Raises:
            TimeoutError: Temporal does not answer any more.
        """
        async with asyncio.timeout(_ONE_CASE.total_seconds()):
            return await self._one(case_id, standing)

    async def _one(self, case_id: str, standing: CaseStanding | None) -> Finding:
        known = standing or await self._standing(case_id)
        try:
            past = await self._histories.past(case_id, known.number if known else 0)
        except Unreadable:
            return await self._left(
                Finding(case_id=case_id, found=Found.UNREADABLE, journal=known.number if known else 0)
            )
        now = await self._standing(case_id)
        if known and now and now.number != known.number:
            return await self._one(case_id, now)  # it went on while its history was told: nothing is amiss with that
        try:
            return await self._mended(case_id, now, past)
        except (RecordingMismatch, RecordingGap):
            return await self._left(_finding(case_id, Found.DIFFERENT, now, past))
        except KeyDestroyed:
            return _finding(case_id, Found.ERASED, now, past)

    async def _standing(self, case_id: str) -> CaseStanding | None:
        return next(iter(await self._store.standings(case_id)), None)

    async def _mended(self, case_id: str, standing: CaseStanding | None, past: Past | None) -> Finding:
        if standing is None:
            return await self._put_back(case_id, past)
        if past is not None and not await self._agree(standing, past):
            return await self._left(_finding(case_id, Found.DIFFERENT, standing, past))
        if past is not None and past.number > standing.number:
            return await self._fill(standing, past)
        if standing.open and (past is None or not past.running):
            return await self._start(standing, past)
        return await self._woken(standing, past)

    async def _agree(self, standing: CaseStanding, past: Past) -> bool:
        """Whether the last event that both have is the same one."""
        number = min(standing.number, past.number)
        theirs = _moments(past).get(number)
        if not theirs:
            return True
        rows = await self._store.recorded(standing.case_id, since=number)
        return bool(rows) and rows[0].at == theirs

    # Temporal knows more

    async def _put_back(self, case_id: str, past: Past | None) -> Finding:
        """The database has nothing of a case: everything but what was sealed there is put back."""
        opening = past and past.opening
        if past is None or opening is None:
            return _finding(case_id, Found.HISTORY_GONE, None, past)
        people = dict.fromkeys(past.recordings[0].case.persons, LOST_PERSON)
        if not self._dry_run:
            await self._store.save_policy(opening.policy)
            await self._store.restore_case(opening, people, LOST_NOTE)
        filled = await self._fill(_NOTHING.model_copy(update={"case_id": case_id}), past)
        notes = (opening.told.note_id,) if opening.told.note_id else ()
        return filled.model_copy(
            update={
                "found": Found.NOT_IN_DATABASE,
                "lost_notes": (*notes, *(note for note in filled.lost_notes if note not in notes)),
                "lost_people": tuple(dict.fromkeys((*people, *filled.lost_people))),
            }
        )

    async def _fill(self, standing: CaseStanding, past: Past) -> Finding:
        """The journal lacks events: they are recorded as they were, with what stands in for lost texts."""
        case_id = standing.case_id
        missing = [recording for recording in past.recordings if recording.case.number > standing.number]
        if not missing or missing[0].events[0].number > standing.number + 1:
            return await self._left(_finding(case_id, Found.HISTORY_GONE, standing, past))
        notes, people = await self._lost(case_id, missing, past)
        if not self._dry_run:
            for recording in missing:
                await self._stage(recording, past, notes, people)
                await self._store.record(recording)
            await self._store.give_no_person_twice(case_id, next_person(missing))
        found = _finding(case_id, Found.JOURNAL_BEHIND, standing, past, notes, people)
        found = await self._notices_noted(found, past, missing)
        await self._go_on(case_id, past)
        return found

    async def _lost(
        self, case_id: str, missing: list[Recording], past: Past
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of these turns the notes and people of which the database has nothing."""
        notes = await self._store.notes_known(case_id)
        people = await self._store.persons_known(case_id)
        lost = dict.fromkeys(row.note_id for turn in missing for row in turn.events if row.note_id)
        named = dict.fromkeys(
            guardian.person
            for turn in missing
            for id_ in {row.message_id: None for row in turn.events if row.message_id}
            if isinstance(told := past.told[id_].message if id_ in past.told else None, SetGuardians)
            for guardian in told.guardians
        )
        return tuple(note for note in lost if note not in notes), tuple(who for who in named if who not in people)

    async def _stage(self, recording: Recording, past: Past, notes: tuple[str, ...], people: tuple[str, ...]) -> None:
        """Put the messages of a turn in again, so that telling one again is answered as before."""
        ids = dict.fromkeys((*(row.message_id for row in recording.events if row.message_id), *recording.refused))
        for told in (past.told[id_] for id_ in ids if id_ in past.told):
            refused = told.id in recording.refused
            await self._store.stage(recording.case.id, told, Content() if refused else stand_in(told, notes, people))

    async def _left(self, found: Finding) -> Finding:
        """Nothing is done about a case; what is not noted as sent may go out all the same."""
        unsent = await self._store.unsent_notices(found.case_id)
        return found.model_copy(update={"may_be_sent_again": tuple(notice.notice_id for notice in unsent)})

    async def _notices_noted(self, found: Finding, past: Past | None, missing: Sequence[Recording] = ()) -> Finding:
        """What Temporal knows to be sent does not go out again."""
        through = past.sent_through if past else 0
        if not self._dry_run:
            noted = await self._store.note_sent(found.case_id, through)
            return await self._left(found.model_copy(update={"noted_sent": len(noted)}))
        late = [
            (notice.notice_id, notice.number <= through and not notice.lost_document)
            for notice in await self._store.unsent_notices(found.case_id)
        ] + [
            (notice.id, int(notice.id.split(".")[1]) <= through and notice.kind is not NoticeKind.HAND_OVER)
            for turn in missing
            for notice in turn.notices
        ]
        again = tuple(id_ for id_, sent in late if not sent)
        return found.model_copy(update={"noted_sent": len(late) - len(again), "may_be_sent_again": again})

    # The journal knows more

    async def _woken(self, standing: CaseStanding, past: Past | None) -> Finding:
        """A case that runs hears that its journal is ahead; where both know the same, only its notices are noted."""
        behind = past is not None and past.running and past.number < standing.number
        as_behind = Found.CASE_BEHIND if standing.open else Found.STILL_RUNNING
        found = _finding(standing.case_id, as_behind if behind else Found.IN_ORDER, standing, past)
        found = await self._notices_noted(found, past)
        if behind:
            await self._wake(standing.case_id)
        return found

    async def _start(self, standing: CaseStanding, past: Past | None) -> Finding:
        """An open case that nothing carries goes on from its journal."""
        case_id = standing.case_id
        found = _finding(case_id, Found.NOT_RUNNING, standing, past)
        opening, overview = await self._store.opening(case_id), await self._store.overview(case_id)
        found = await self._notices_noted(found, past)
        if self._dry_run or opening is None:
            return found
        if overview is None:
            await start_case(self._client, opening)
            await self._store.mark_started(case_id)
            return found
        await self._begin(CaseInput(policy=opening.policy, case=overview.case, unsent=True), overview.case)
        return found

    async def _begin(self, start: CaseInput, case: Case) -> None:
        await self._client.start_workflow(
            CaseWorkflow.run,
            start,
            id=workflow_id(case.id),
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=search_attributes.of(case),
            static_summary=f"Casus {case.id}",
            static_details=f"Geopend door {case.school} in regio {case.region}; gaat verder vanuit het journaal.",
        )

    async def _go_on(self, case_id: str, past: Past) -> None:
        """A case that stopped for what was missing tries again; one that was ended meanwhile is started."""
        if self._dry_run:
            return
        if past.running:
            await self._wake(case_id)
        elif past.case is not None and past.case.open and past.policy is not None:
            await self._begin(CaseInput(policy=past.policy, case=past.case, unsent=True), past.case)

    async def _wake(self, case_id: str) -> None:
        """Tell a case again what it was told last: by that it sees how far its journal is, and nothing else comes of it."""
        overview = await self._store.overview(case_id)
        if self._dry_run or overview is None or not overview.case.heard:
            return
        last, case = overview.case.heard[-1], overview.case
        told = Told(
            id=last.id, digest=last.digest, actor=SYSTEM, message=AgeReached(age=case.age), seen=case.number
        )  # fmt: skip
        handle = self._client.get_workflow_handle(workflow_id(case_id))
        await handle.signal("tell", told, rpc_timeout=_PATIENCE)


def _finding(  # noqa: PLR0913, PLR0917  # what there is to say of a case
    case_id: str,
    found: Found,
    standing: CaseStanding | None,
    past: Past | None,
    notes: tuple[str, ...] = (),
    people: tuple[str, ...] = (),
) -> Finding:
    unheard = standing.staged if standing and found is not Found.IN_ORDER else ()
    known = past.told if past else {}
    return Finding(
        case_id=case_id,
        found=found,
        journal=standing.number if standing else 0,
        temporal=past.number if past else None,
        lost_notes=notes,
        lost_people=people,
        unheard=tuple(id_ for id_ in unheard if id_ not in known),
    )


def _moments(past: Past) -> dict[int, datetime]:
    """When each event was, as far as Temporal knows."""
    starts = {run.start.case.number: run.start.case.at for run in past.runs if run.start and run.start.case}
    return starts | {row.number: row.at for turn in past.recordings for row in turn.events}
