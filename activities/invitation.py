"""A network meeting for the calendar of who is invited: RFC 5545, sent as RFC 6047 describes.

It holds when, and the case's number: not where, not what about, and nobody else who comes.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress

from activities.dispatch import Dispatch, Meeting
from protocol.notices import NoticeKind

LENGTH = timedelta(hours=1)
"""The protocol knows when a meeting begins only; without an end it would not show in a calendar."""


class Method(StrEnum):
    """What a calendar is to do with it."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


METHODS = {NoticeKind.MEETING_INVITATION: Method.REQUEST, NoticeKind.MEETING_CANCELLED: Method.CANCEL}


def invitation(dispatch: Dispatch, organizer: str, recipient: str, domain: str, summary: str) -> str | None:
    """The calendar entry of a notice, or nothing where the notice is about no meeting.

    The entry of one meeting of one case always has the same UID, so that a later date moves it and a
    cancellation takes it out; the same notice makes the same entry.

    Args:
        dispatch: The notice.
        organizer: The address it comes from.
        recipient: The address it goes to.
        domain: What stands behind the @ of the UID.
        summary: What the calendar shows.
    """
    method, meeting = METHODS.get(dispatch.notice.kind), dispatch.meeting
    if method is None or meeting is None:
        return None
    calendar = Calendar()
    calendar.add("prodid", "-//Vangnet//NL")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    entry = _entry(dispatch, meeting, method)
    entry.add("uid", f"{dispatch.case_id}.meeting-{meeting.place}@{domain}")
    entry.add("summary", summary)
    entry.add("organizer", vCalAddress(f"mailto:{organizer}"))
    attendee = vCalAddress(f"mailto:{recipient}")
    attendee.params["RSVP"] = "FALSE"
    entry.add("attendee", attendee)
    calendar.add_component(entry)
    return str(calendar.to_ical(), "utf-8")


def _entry(dispatch: Dispatch, meeting: Meeting, method: Method) -> Event:
    entry = Event()
    entry.add("dtstamp", dispatch.since.replace(microsecond=0))
    entry.add("sequence", meeting.revision)
    entry.add("class", "PRIVATE")
    entry.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    if meeting.at is not None:
        entry.add("dtstart", meeting.at)
        entry.add("duration", LENGTH)
    return entry
