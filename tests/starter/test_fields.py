"""Reading what people write: messages, their fields, and ``key=value``."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime

import pytest
from pydantic import JsonValue

from protocol import messages as m
from protocol import vocabulary as v
from protocol.refusals import RefusalCode, Refused
from starter.cli.key_values import parse_pairs
from starter.clock import parse_duration
from starter.errors import BadInput, PictureRefused, TooLarge, UnknownMessage
from starter.fields import message_type, normalised, parse_message
from starter.limits import LARGEST, check_fields, check_note

DIRECTORY = {"cjg": v.OrganisationKind.CJG, "ggd": v.OrganisationKind.PARTNER}
GGD = m.Organisation(id="ggd", kind=v.OrganisationKind.PARTNER)


@pytest.mark.parametrize("message", m.TOLD_BY_PEOPLE, ids=m.name_of)
def test_every_message_is_known_in_both_spellings(message: type[m.Message]) -> None:
    """A message can be named as the protocol writes it and as the command line does."""
    name = m.name_of(message)
    assert message is message_type(name) is message_type(name.replace("_", "-"))


@pytest.mark.parametrize("name", ["", "foo", "open-case", "deadline-passed", "age_reached", "recordPupilTalk"])
def test_what_people_do_not_tell_is_no_message(name: str) -> None:
    """Neither an unknown name nor the system's own messages can be told."""
    with pytest.raises(UnknownMessage):
        parse_message(name, {}, DIRECTORY)


def test_a_time_without_a_zone_is_meant_in_amsterdam() -> None:
    """Summer and winter time are the region's own."""
    winter = parse_message("plan-pupil-talk", {"held_by": ["mentor"], "at": "2026-12-01T10:00"}, DIRECTORY)
    summer = parse_message("plan-pupil-talk", {"held_by": ["mentor"], "at": "2026-07-01T10:00"}, DIRECTORY)
    assert isinstance(winter, m.PlanPupilTalk)
    assert isinstance(summer, m.PlanPupilTalk)
    assert (winter.at, summer.at) == (datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 7, 1, 8, tzinfo=UTC))


def test_organisations_are_read_with_the_directory() -> None:
    """An id becomes the organisation with its kind, also in an action's owner."""
    read = parse_message(
        "record-network-meeting",
        {"attendees": ["ggd", "pupil"], "actions": [{"owner": "ggd", "due": "2026-12-01"}]},
        DIRECTORY,
    )
    action = m.PlannedAction(owner=GGD, due=date(2026, 12, 1))
    assert m.RecordNetworkMeeting(attendees=(GGD, "pupil"), actions=(action,)) == read


@pytest.mark.parametrize(
    ("name", "fields", "named"),
    [
        ("decide-report", {}, "needed ontbreekt"),
        ("decide-report", {"needed": "yes"}, "needed"),
        ("decide-report", {"needed": 1}, "needed"),
        ("decide-report", {"needed": None}, "needed"),
        ("decide-report", {"needed": True, "reden": "x"}, "Onbekend veld: reden"),
        ("decide-report", {"needed": True, "kind": "decide_report"}, "Onbekend veld: kind"),
        ("accept-report", {"note": "x"}, "Onbekend veld: note"),
        ("record-pupil-talk", {"held_by": []}, "leeg"),
        ("record-pupil-talk", {"held_by": "mentor"}, "lijst"),
        ("record-pupil-talk", {"held_by": ["mentr"]}, "mentor, supporter"),
        ("record-pupil-talk", {"held_by": ["mentor"] * 51}, "te lang"),
        ("record-police-contact", {"contact": "none"}, "anonymous_consult, report, complaint"),
        ("plan-pupil-talk", {"held_by": ["mentor"], "at": "1700000000"}, "datum met tijd"),
        ("plan-pupil-talk", {"held_by": ["mentor"], "at": 1700000000}, "at"),
        ("plan-pupil-talk", {"held_by": ["mentor"], "at": "morgen"}, "datum met tijd"),
        ("plan-pupil-talk", {"held_by": ["mentor"], "at": "0001-01-01T00:00+14:00"}, "datum met tijd"),
        ("extend-deadline", {"task": "hand_over", "until": "1-2-2027"}, "until"),
        ("extend-deadline", {"task": "lunch", "until": "2027-02-01"}, "task"),
        ("answer-consent", {"person": "Jan", "answer": "granted", "channel": "oral"}, "person"),
        ("engage-partners", {"partners": [3]}, "id van een organisatie"),
        ("engage-partners", {"partners": [{"id": "ggd", "kind": "zvh"}]}, "bij haar id"),
        ("complete-action", {"action": "action-0"}, "action"),
    ],
)
def test_a_wrong_field_is_named_in_dutch(name: str, fields: dict[str, JsonValue], named: str) -> None:
    """What cannot be read is refused with a sentence that names the field."""
    with pytest.raises(BadInput) as wrong:
        parse_message(name, fields, DIRECTORY)
    assert named in wrong.value.text


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("forward-case", {"to": "nergens"}),
        ("engage-partners", {"partners": ["ggd", "nergens"]}),
        ("plan-network-meeting", {"at": "2026-12-01T10:00", "invitees": ["pupil", "nergens"]}),
        ("record-network-meeting", {"attendees": ["ggd"], "actions": [{"owner": "nergens", "due": "2026-12-01"}]}),
    ],
)
def test_an_organisation_outside_the_directory_is_refused(name: str, fields: dict[str, JsonValue]) -> None:
    """That is an answer of the protocol, and no wrong use."""
    with pytest.raises(Refused) as refused:
        parse_message(name, fields, DIRECTORY)
    assert refused.value.code is RefusalCode.UNKNOWN_ORGANISATION


def test_a_wrong_value_is_never_repeated() -> None:
    """What somebody typed by mistake may be a name."""
    with pytest.raises(BadInput) as wrong:
        parse_message("answer-consent", {"person": "Anna Bakker", "answer": "Bakker", "channel": "x"}, DIRECTORY)
    assert "Bakker" not in wrong.value.text


def test_either_spelling_of_a_field_is_the_same_field() -> None:
    """A field written twice, once in each spelling, is refused rather than half forgotten."""
    assert normalised({"heldBy": 1}) == normalised({"held_by": 1})
    with pytest.raises(BadInput):
        normalised({"heldBy": 1, "held_by": 2})


def test_pairs_are_read_by_what_the_field_is() -> None:
    """Lists, booleans, null and plain text look the same on the command line."""
    told = parse_pairs(
        ("at=2026-12-01T10:00", "invitees=pupil, guardian-1,ggd", "parentsExcluded=ja", "secondReviewer=null"),
        m.PlanNetworkMeeting,
    )
    assert told == {
        "at": "2026-12-01T10:00",
        "invitees": ["pupil", "guardian-1", "ggd"],
        "parents_excluded": True,
        "second_reviewer": None,
    }


def test_pairs_can_hold_json() -> None:
    """Actions have fields of their own; one of them needs no list around it."""
    one = {"owner": "ggd", "due": "2026-12-01"}
    text = 'actions={"owner": "ggd", "due": "2026-12-01"}'
    assert parse_pairs((text,), m.RecordNetworkMeeting) == {"actions": [one]}
    assert parse_pairs((text.replace("{", "[{").replace("}", "}]"),), m.RecordNetworkMeeting) == {"actions": [one]}


@pytest.mark.parametrize("pair", ["needed", "=ja", "needed=misschien", "actions=[{", "actions={"])
def test_a_pair_that_is_none_is_wrong_use(pair: str) -> None:
    """No ``=``, no name, no boolean, no JSON."""
    model = m.RecordNetworkMeeting if "actions" in pair else m.DecideReport
    with pytest.raises(BadInput):
        parse_pairs((pair,), model)


def test_a_field_twice_is_wrong_use() -> None:
    """Which of the two was meant nobody can tell."""
    with pytest.raises(BadInput):
        parse_pairs(("needed=ja", "needed=nee"), m.DecideReport)


def test_sizes_have_a_limit() -> None:
    """64 KiB of UTF-8 is let in, a byte more is not; the limit counts bytes and not signs."""
    check_note("a" * LARGEST)
    check_fields({"x": ["a" * (LARGEST - 1)]})
    for note in ("a" * (LARGEST + 1), "é" * (LARGEST // 2 + 1)):
        with pytest.raises(TooLarge):
            check_note(note)
        with pytest.raises(TooLarge):
            check_fields({"x": {"y": [note]}})


_JPEG = b"\xff\xd8\xff\xe0" + bytes(200)


@pytest.mark.parametrize(
    "text",
    [
        "zie data:image/png;base64,iVBO",
        f"zie hier: {base64.b64encode(_JPEG).decode()} en dan",
        base64.encodebytes(b"\0\0\0\x18ftypmp42" + bytes(99)).decode(),
    ],
)
def test_a_pasted_picture_is_refused_in_any_text(text: str) -> None:
    """As an address, in one run or broken into lines as in a mail; in a note as in a field."""
    with pytest.raises(PictureRefused) as refused:
        check_note(text)
    assert ("picture", True) == (refused.value.code, "beelden" in refused.value.text)
    with pytest.raises(PictureRefused):
        check_fields({"x": [{"y": text}]})


def test_what_only_looks_encoded_is_let_in() -> None:
    """A long address, a digest and a run of one letter are no pictures."""
    for text in (f"https://voorbeeld.example/{'pad/' * 40}", "0f" * 64, "a" * 200, "-" * 100, "=" * 100):
        check_note(text)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_what_is_no_text_is_wrong_use(text: str) -> None:
    """PostgreSQL keeps no NUL, and a lone surrogate is no sign."""
    with pytest.raises(BadInput):
        check_note(text)
    with pytest.raises(BadInput):
        check_fields({"x": [{"y": text}]})
    with pytest.raises(BadInput):
        check_fields({text: 1})


@pytest.mark.parametrize("text", ["", "6", "d6", "0d", "-1d", "6 d", "1y", "99999w", "1.5d"])
def test_a_duration_is_a_number_and_a_unit(text: str) -> None:
    """Anything else is wrong use."""
    with pytest.raises(BadInput):
        parse_duration(text)
