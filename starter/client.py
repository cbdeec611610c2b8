"""Who opens a case and tells it things: the one way in for the command line, the pages and the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue
from temporalio.client import Client

from protocol.decide import take
from protocol.messages import Actor, Told
from protocol.refusals import RefusalCode, Refused
from starter import standing
from starter.actors import check_actor
from starter.carrier import PATIENCE, Carrier, Connect, NoWorkflow, RejectedByWorkflow
from starter.case_ids import case_id as make_case_id
from starter.draft import Draft, read_draft, second_reviewer
from starter.errors import NotReachable, TakenNotCarriedOut
from starter.fields import HERE
from starter.filing import file
from starter.intake import opening_message, read_intake
from starter.objections import refuse_objected
from starter.standing import Standing
from starter.submission import Submission, opening_submission, read_submission
from store import (
    CaseExists,
    Content,
    Intake,
    MessageIdReused,
    MessageState,
    Opening,
    RecordingGap,
    RecordingMismatch,
    Store,
    StoredMessage,
)
from workflows.hearing import Answer

_LOOK_AGAIN = timedelta(milliseconds=40)


class CaseClient:
    """Opens cases and tells them things, each message counting once."""

    def __init__(
        self, store: Store, temporal: Client | Connect, region: str, *, patience: timedelta = PATIENCE
    ) -> None:
        """Work for one region.

        Args:
            store: Where cases are kept.
            temporal: The client, or how to connect one when it is needed.
            region: Whose directory and settings count.
            patience: How long a worker, or Temporal, gets to answer.
        """
        self._store = store
        self._region = region
        self._patience = patience
        self._carrier = Carrier(temporal, patience)

    async def open(self, actor: Actor, intake: Mapping[str, JsonValue], id: str | None = None) -> str:  # noqa: A002  # its name on the command line
        """Open a case (step 1); with Temporal away it is accepted all the same, and starts by itself later.

        Args:
            actor: The school's member of staff, with the user as they log in.
            intake: The content of ``intake.json``.
            id: The message's id: the same id with the same content gives the same case.

        Returns:
            The case id.

        Raises:
            BadInput: The intake cannot be read; the sentence names the field.
            Refused: The protocol refuses it; nothing is written.
        """
        opening = await self.accept(actor, intake, id)
        with suppress(NotReachable, TakenNotCarriedOut):
            await self.start(opening)
        return opening.case_id

    async def accept(self, actor: Actor, intake: Mapping[str, JsonValue], id: str | None = None) -> Opening:  # noqa: A002
        """Accept a case, as :meth:`open` does, without starting it."""
        read = read_intake(intake)
        check_actor(actor, await standing.directory(self._store, self._region), RefusalCode.UNKNOWN_ORGANISATION)
        submission = opening_submission(read, actor, id, self._store.keys)
        school = actor.organisation or ""
        case_id = make_case_id(self._store.keys.derive("case id"), school, submission.id)
        incident = read.incident and self._store.keys.incident(school, read.incident)
        told = submission.told(case_id, opening_message(case_id, read, datetime.now(HERE).date(), incident))
        policy = await self._store.policy(self._region)
        now = datetime.now(UTC)
        opening = Opening(case_id=case_id, region=self._region, school=school, told=told, policy=policy, opened_at=now)
        known = await self._store.message(case_id, submission.id)
        if known is None:
            take(None, told, now, policy)
            await self._accept(opening, read)
            await self._remember_staff(actor, submission)
        elif known.digest != submission.digest:
            raise Refused(RefusalCode.MESSAGE_ID_REUSED)
        return opening

    async def _accept(self, opening: Opening, intake: Intake) -> None:
        try:
            await self._store.open_case(opening, intake)
        except CaseExists:
            # Somebody used the same id for something else since we looked.
            raise Refused(RefusalCode.MESSAGE_ID_REUSED) from None

    async def start(self, opening: Opening) -> None:
        """Start an accepted case, and wait until its opening is recorded.

        Raises:
            NotReachable: Temporal is away; housekeeping starts the case when it is back.
            TakenNotCarriedOut: It is started, and no worker has carried anything out yet.
        """
        case_id, message_id = opening.case_id, opening.told.id
        if await self._is_recorded(case_id, message_id):
            return
        await self._carrier.start(await self._store.opening(case_id) or opening)
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                while not await self._is_recorded(case_id, message_id):
                    await asyncio.sleep(_LOOK_AGAIN.total_seconds())
        except TimeoutError:
            raise TakenNotCarriedOut from None
        await self._store.mark_started(case_id)

    async def tell(  # noqa: PLR0913, PLR0917  # one for each part of what is told
        self,
        case_id: str,
        name: str,
        fields: Mapping[str, JsonValue],
        actor: Actor,
        note: str | None = None,
        id: str | None = None,  # noqa: A002
    ) -> Answer:
        """Tell a case something.

        Args:
            case_id: Which case.
            name: The message of protocol.md, in kebab-case or snake_case.
            fields: Its fields as JSON; ``set_guardians`` takes their personal data as ``intake.json`` does.
            actor: Who tells it, with the user as they log in; never from a form.
            note: Free text, which is kept encrypted in the file.
            id: Makes the message count once. The same id with the same content answers the same.

        Returns:
            What the message led to.

        Raises:
            BadInput: It cannot be read; nothing is kept of it.
            Refused: The protocol refuses it, or the case does not exist for this actor; nothing stays.
            TakenNotCarriedOut: It is kept, and nobody has decided on it yet.
            NotReachable: Nothing is known to have changed. In both cases: repeat it with the same id.
        """
        submission = read_submission(name, fields, actor, note, id, self._store.keys)
        known = await self._known(case_id, submission.id)
        if known and _decided(known, submission):
            return await self._answered(case_id, known)
        draft = await self._read(submission, actor)
        try:
            found = await standing.find_for(self._store, case_id, submission.actor)
        except Refused as refused:
            return await self._meanwhile(case_id, submission, refused)
        if known and known.digest != submission.digest:
            raise Refused(RefusalCode.MESSAGE_ID_REUSED)
        return await self._tell(found, draft, actor)

    async def _read(self, submission: Submission, actor: Actor) -> Draft:
        directory = await standing.directory(self._store, self._region)
        draft = read_draft(submission, directory, self._store.keys)
        check_actor(actor, directory, RefusalCode.UNKNOWN_CASE)
        return draft

    async def _meanwhile(self, case_id: str, submission: Submission, refused: Refused) -> Answer:
        """Told twice at once, the first may have taken who tells it out of the case since we looked."""
        known = await self._known(case_id, submission.id)
        if known and _decided(known, submission):
            return await self._answered(case_id, known)
        raise refused

    async def _tell(self, found: Standing, draft: Draft, actor: Actor) -> Answer:
        message, content = await draft.settle(self._store, found.case)
        await refuse_objected(self._store, found.case, message)
        seen = found.case.number if found.carried_out else 0
        told = draft.submission.told(found.case.id, message, seen)
        try:
            answer = await self._carry(found, told, content)
        except TakenNotCarriedOut:
            await self._remember_staff(actor, draft.submission)
            raise
        await self._remember_staff(actor, draft.submission)
        return answer

    async def _carry(self, found: Standing, told: Told, content: Content) -> Answer:
        if not found.case.open:
            return await self._file(found, told, content)
        try:
            await self._store.stage(found.case.id, told, content)
        except MessageIdReused:
            raise Refused(RefusalCode.MESSAGE_ID_REUSED) from None
        try:
            answer = await self._ask(found, told)
        except RejectedByWorkflow as rejected:
            await self._store.drop(found.case.id, told.id)
            raise Refused(rejected.refusal, found.case.step) from None
        except NoWorkflow:
            return await self._without_workflow(found, told, content)
        if answer is None:
            return await self._leave(found.case.id, told)
        # What was heard before, or decided anew, names no events: they are in the store.
        return answer if answer.events else await self._recorded(found.case.id, told, answer)

    async def _ask(self, found: Standing, told: Told) -> Answer | None:
        """Ask the case; one whose start did not get through is started first."""
        try:
            return await self._carrier.ask(found.case.id, told)
        except NoWorkflow:
            # A case of which something is recorded did run: whatever became of it, it is not begun anew.
            opening = None if found.carried_out else await self._store.opening(found.case.id)
            if opening is None:
                raise
            await self._carrier.start(opening)
            await self._store.mark_started(opening.case_id)
            return await self._carrier.ask(found.case.id, told)

    async def _recorded(self, case_id: str, told: Told, answer: Answer) -> Answer:
        known = await self._store.message(case_id, told.id)
        if known is None or known.state is MessageState.STAGED:
            return answer
        # It may say no: while this waited, the same message had come as a signal and was refused.
        return await self._answered(case_id, known)

    async def _leave(self, case_id: str, told: Told) -> Answer:
        """Nobody answered: the message is left with Temporal, which keeps it.

        Also when it turns out to be recorded: then everything was killed between writing and
        answering, and by the message the case catches up with its journal.
        """
        known = await self._store.message(case_id, told.id)
        recorded = known if known and known.state is not MessageState.STAGED else None
        try:
            await self._carrier.leave(case_id, told)
        except (NoWorkflow, NotReachable):
            if recorded is None:
                raise NotReachable from None
        if recorded is None:
            raise TakenNotCarriedOut
        return await self._answered(case_id, recorded)

    async def _without_workflow(self, found: Standing, told: Told, content: Content) -> Answer:
        """The case closed since we looked, or Temporal has lost it."""
        try:
            now = await standing.find_for(self._store, found.case.id, told.actor)
            if now.case.open:
                raise NotReachable
            return await self._file(now, told, content)
        except Refused:
            await self._store.drop(found.case.id, told.id)
            raise

    async def _file(self, found: Standing, told: Told, content: Content) -> Answer:
        """Tell a closed case; when somebody else was first, look again."""
        try:
            return await file(self._store, found, told, content)
        except (RecordingMismatch, RecordingGap):
            again = await standing.find_for(self._store, found.case.id, told.actor)
            return await file(self._store, again, told, content)

    async def _answered(self, case_id: str, known: StoredMessage) -> Answer:
        """What a message was answered before.

        Raises:
            Refused: It was taken, and refused later on.
        """
        if known.answer is not None:
            return Answer(number=known.answer.number, events=known.answer.events)
        found = await standing.find(self._store, case_id)
        raise Refused(RefusalCode(known.refusal or RefusalCode.MESSAGE_ID_REUSED), found.case.step if found else None)

    async def _known(self, case_id: str, message_id: str) -> StoredMessage | None:
        return await self._store.message(case_id, message_id) if standing.CASE_ID.fullmatch(case_id) else None

    async def _is_recorded(self, case_id: str, message_id: str) -> bool:
        known = await self._store.message(case_id, message_id)
        return known is not None and known.state is MessageState.RECORDED

    async def _remember_staff(self, actor: Actor, submission: Submission) -> None:
        """Keep whom a pseudonym stands for, once something of theirs is kept."""
        for user in (actor.user, second_reviewer(submission)):
            if user is not None and actor.organisation is not None:
                await self._store.staff_id(actor.organisation, user)


def _decided(known: StoredMessage, submission: Submission) -> bool:
    """Whether this very message was answered before."""
    return known.digest == submission.digest and known.state is not MessageState.STAGED
