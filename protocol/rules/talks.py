"""The talks of steps 2 and 3, and the asterisk: contact with the police."""

from __future__ import annotations

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.rules.dates import require_day_of
from protocol.turn import Turn


def record_police_contact(turn: Turn, message: m.RecordPoliceContact) -> None:
    """With sexting always contact the police: it may be a sexual offence."""
    turn.emit(e.PoliceContactRecorded(contact=message.contact))


def plan_pupil_talk(turn: Turn, message: m.PlanPupilTalk) -> None:
    """The talk has a date, by mentor and/or supporter."""
    require_day_of(turn, message.at)
    turn.emit(e.PupilTalkPlanned(held_by=_each_once(message.held_by), at=message.at))
    turn.enter(v.Step.PUPIL_TALK)


def record_pupil_talk(turn: Turn, message: m.RecordPupilTalk) -> None:
    """The pupil was heard; next are the parents."""
    turn.emit(e.PupilTalkRecorded(held_by=_each_once(message.held_by)))
    turn.enter(v.Step.PARENT_TALK)


def record_parent_talk(turn: Turn, message: m.RecordParentTalk) -> None:
    """Held, or postponed because it would put the pupil in danger."""
    turn.emit(
        e.ParentTalkRecorded(
            existing_care=message.existing_care,
            postponed_for_safety=message.postponed_for_safety,
            pupil_present=message.pupil_present,
        )
    )


def _each_once(talkers: tuple[v.Talker, ...]) -> tuple[v.Talker, ...]:
    return tuple(dict.fromkeys(talkers))
