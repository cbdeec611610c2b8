"""What a case decided and what of it is written: the state between two recordings, without Temporal.

A turn can be in the journal while Temporal never heard of it: a worker died after writing, and the
same messages come again, at another moment and perhaps in another order. The journal is what
happened. :meth:`Ledger.adopt` goes on from it and gives back what has to be decided anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from protocol.case import Case
from protocol.deadlines import next_rung
from protocol.decide import Taken, check, refuse_later, take, take_from_system
from protocol.events import Recorded, event_name
from protocol.evolve import evolve
from protocol.messages import Message, Told
from protocol.notices import Notice
from protocol.notify import notices
from protocol.policy import Policy
from protocol.recording import Recording
from protocol.refusals import RefusalCode, Refused


class Ledger:
    """The state of a case as decided, and how far that is written."""

    def __init__(self, policy: Policy, written: Case | None) -> None:
        """Begin with what is written; nothing is before a case is opened."""
        self.policy = policy
        self.written = written
        self._decided = written
        self._events: list[Recorded] = []
        self._notices: list[Notice] = []
        self._refused: list[str] = []
        self._told: list[Told] = []
        self._checked: tuple[Told, Case, datetime, Taken] | None = None

    @property
    def case(self) -> Case:
        """The state after everything that was decided."""
        if self._decided is None:
            raise Refused(RefusalCode.UNKNOWN_CASE)
        return self._decided

    @property
    def number(self) -> int:
        """The last event that is written."""
        return self.written.number if self.written else 0

    @property
    def has_unwritten(self) -> bool:
        """Something was decided that is not written yet."""
        return bool(self._events)

    def is_behind(self, told: Told) -> bool:
        """Whoever told this has seen more in the journal than is known here."""
        return told.seen > self.case.number

    def has_written(self, message_id: str) -> bool:
        """This message counted, and that is written."""
        return self.written is not None and any(heard.id == message_id for heard in self.written.heard)

    def holds(self, message_id: str) -> bool:
        """This message counted or was refused later, written or not."""
        known = self._decided.heard if self._decided else ()
        return message_id in self._refused or any(heard.id == message_id for heard in known)

    def heard(self, told: Told) -> int | None:
        """The last event of a message that already counted; None when it is new.

        Raises:
            Refused: The id was used for something else.
        """
        known = self._decided.heard if self._decided else ()
        heard = next((heard for heard in known if heard.id == told.id), None)
        if heard is not None and heard.digest != told.digest:
            raise Refused(RefusalCode.MESSAGE_ID_REUSED)
        return heard.number if heard else None

    def check(self, told: Told, now: datetime) -> None:
        """Decide on a message without keeping anything but the answer.

        Raises:
            Refused: The protocol does not allow it.
        """
        if self.heard(told) is None:
            self._checked = (told, self.case, now, check(self.case, told, now, self.policy))

    def hear(self, told: Told, now: datetime) -> tuple[str, ...]:
        """Decide on a message and keep what follows; one that counted already changes nothing.

        Returns:
            The names of the events that it led to now.

        Raises:
            Refused: The protocol does not allow it.
        """
        if self.heard(told) is not None:
            return ()
        taken = self._take(told, now)
        self._told.append(told)
        self._keep(taken)
        return tuple(event_name(row.event) for row in taken.recorded)

    def _take(self, told: Told, now: datetime) -> Taken:
        """What the check found just before, while nothing changed since; in a replay there was no check."""
        checked, self._checked = self._checked, None
        if checked and checked[0] == told and checked[1] is self._decided and checked[2] == now:
            return checked[3]
        return take(self._decided, told, now, self.policy)

    def refuse_later(self, told: Told, code: RefusalCode, now: datetime) -> None:
        """Journal the refusal of a message that nobody waits for; its note is dropped."""
        if code is RefusalCode.MESSAGE_ID_REUSED or not self.case.open:
            return  # what was staged under this id belongs to the message that counted, or is left to housekeeping
        self._refused.append(told.id)
        self._told.append(told)
        self._keep(refuse_later(self.case, told, code, now, self.policy))

    def let_time_pass(self, now: datetime) -> None:
        """Tell the case every rung that its clock has reached."""
        while (rung := next_rung(self.case, self.policy)) and rung[0] <= now:
            self.hear_from_system(rung[1], now)

    def hear_from_system(self, message: Message, now: datetime) -> None:
        """Decide on what the system tells.

        Raises:
            Refused: It has no meaning any more.
        """
        self._keep(take_from_system(self.case, message, now, self.policy))

    def _keep(self, taken: Taken) -> None:
        self._notices.extend(notices(self._decided, taken.case, taken.recorded))
        self._events.extend(taken.recorded)
        self._decided = taken.case

    def recording(self) -> Recording:
        """Everything that is to be written now."""
        return Recording(
            case=self.case,
            events=tuple(self._events),
            notices=tuple(self._notices),
            refused=tuple(self._refused),
        )

    def was_written(self, recording: Recording) -> None:
        """Note that this is in the journal; what was decided meanwhile is still to be written."""
        self.written = recording.case
        self._events = self._events[len(recording.events) :]
        self._notices = self._notices[len(recording.notices) :]
        self._refused = self._refused[len(recording.refused) :]
        self._told = [told for told in self._told if not self.has_written(told.id)]

    def adopt(self, rows: Iterable[Recorded]) -> tuple[Told, ...] | None:
        """Go on from what the journal holds, forgetting what was decided and not written.

        Args:
            rows: The journal from the last event that is known here to be written.

        Returns:
            The messages that have to be heard again; None when the journal does not continue what
            is known here, so that somebody has to look.
        """
        case = self.written
        for row in rows:
            if case is not None and row.number <= case.number:
                if row.number < case.number or row.at != case.at:
                    return None
                continue
            case = evolve(case, row)
        if case is None or case is self.written:
            return None
        self.written = self._decided = case
        self._events, self._notices, self._refused = [], [], []
        again, self._told = tuple(self._told), []
        return again
