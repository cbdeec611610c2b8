"""A case's history, told again without carrying anything out: what Temporal knows of the case.

Deciding is a function of what the case was told and when, and the history holds both. So a replay decides
the very events, states and notices again that were recorded then, to the last digest.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from temporalio import workflow

from protocol.case import Case, Outcome
from protocol.events import Recorded
from protocol.evolve import evolve
from protocol.messages import Told
from protocol.notify import notices
from protocol.policy import Policy
from protocol.recording import Recording
from protocol.refusals import RefusalCode
from workflows.case import CaseWorkflow
from workflows.ledger import Ledger
from workflows.start import CaseInput


class Retold:
    """What one run of a case led to."""

    def __init__(self) -> None:
        """Begin before the run does."""
        self.start: CaseInput | None = None
        self.case: Case | None = None
        """The state after everything that was recorded."""
        self.recordings: list[Recording] = []
        """The turns that were recorded, in order."""
        self.told: dict[str, Told] = {}
        """What was told, by its id."""
        self.sent_through = 0
        """Up to this event every notice was sent, or failed."""

    @property
    def began_at(self) -> int:
        """The last event that the run before had recorded; 0 for a case's first run."""
        return self.start.case.number if self.start and self.start.case else 0


LISTENING: dict[str, Retold] = {}
"""Where a run that is told again puts what it led to, by its run id."""


class ListeningLedger(Ledger):
    """Writes along what is recorded."""

    def __init__(self, policy: Policy, written: Case | None) -> None:
        self._retold = LISTENING[workflow.info().run_id]
        super().__init__(policy, written)

    def hear(self, told: Told, now: datetime) -> tuple[str, ...]:
        events = super().hear(told, now)
        self._retold.told[told.id] = told
        return events

    def refuse_later(self, told: Told, code: RefusalCode, now: datetime) -> None:
        super().refuse_later(told, code, now)
        self._retold.told[told.id] = told

    def was_written(self, recording: Recording) -> None:
        super().was_written(recording)
        self._retold.recordings.append(recording)

    def adopt(self, rows: Iterable[Recorded]) -> tuple[Told, ...] | None:
        found, before = tuple(rows), self.written
        again = super().adopt(found)
        if again is not None:
            self._retold.recordings += turns(before, found)
        return again


@workflow.defn(name="Case")
class RetoldCase(CaseWorkflow):
    """The case's own code, listened to. It only ever replays: nothing that it asks for is carried out."""

    LEDGER = ListeningLedger

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        """Listen before the opening is heard."""
        retold = LISTENING[workflow.info().run_id]
        retold.start = start.model_copy()  # the case lets go of what it has taken over
        self._retold = retold
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseInput) -> Outcome | None:
        """Do as the case did."""
        return await super().run(start)

    def _begin_delivering(self) -> None:
        self._listen()
        super()._begin_delivering()

    def _is_over(self) -> bool:
        self._listen()
        return super()._is_over()

    def _listen(self) -> None:
        """Whenever a delivery ended one of these looks."""
        known = self._ledger.number if not self._unsent and self._delivering is None else self._told
        self._retold.sent_through = max(self._retold.sent_through, known)
        self._retold.case = self._ledger.written


def turns(before: Case | None, rows: Iterable[Recorded]) -> Iterable[Recording]:
    """Put journal rows that were adopted back into turns: a turn is what one message led to."""
    for _, each in groupby(rows, key=lambda row: (row.message_id, row.at)):
        turn = tuple(row for row in each if before is None or row.number > before.number)
        if not turn:
            continue
        after = before
        for row in turn:
            after = evolve(after, row)
        if after is not None:
            yield Recording(case=after, events=turn, notices=notices(before, after, turn))
        before = after
