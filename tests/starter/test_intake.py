"""Reading ``intake.json``."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import JsonValue

from protocol import vocabulary as v
from protocol.messages import Guardian
from starter.errors import BadInput, TooLarge
from starter.intake import opening_message, read_intake
from tests.starter.stack import an_intake

TODAY = date(2026, 11, 22)
CASE = "4c7h-93kt-wd2m"


def pupil(**changed: JsonValue) -> dict[str, JsonValue]:
    """A pupil, with what is wrong about them."""
    return {"name": "Leerling", "dateOfBirth": "2013-04-03"} | changed


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2014-11-23", v.AgeBand.UNDER_12),
        ("2014-11-22", v.AgeBand.FROM_12),
        ("2010-11-22", v.AgeBand.FROM_16),
        ("2008-11-22", v.AgeBand.FROM_18),
        ("2008-11-23", v.AgeBand.FROM_16),
    ],
)
def test_only_the_age_band_goes_to_the_case(born: str, age: v.AgeBand) -> None:
    """A date of birth becomes the band that the law asks for, on the day itself."""
    message = opening_message(CASE, read_intake(an_intake(pupil=pupil(dateOfBirth=born))), TODAY)
    assert message.age is age
    assert born not in message.model_dump_json()


@pytest.mark.parametrize("born", ["1900-01-01", "1949-12-31", "2026-11-23", "2999-01-01"])
def test_a_date_of_birth_that_cannot_be_is_wrong_use(born: str) -> None:
    """Nobody at school was born before 1950, nor tomorrow."""
    with pytest.raises(BadInput) as wrong:
        opening_message(CASE, read_intake(an_intake(pupil=pupil(dateOfBirth=born))), TODAY)
    assert "pupil.dateOfBirth" in wrong.value.text


def test_guardians_are_counted() -> None:
    """Each guardian gets an id in the order of the intake, with custody and nothing else."""
    guardians: list[JsonValue] = [{"name": "A", "custody": True}, {"name": "B", "custody": False}]
    message = opening_message(CASE, read_intake(an_intake(guardians=guardians)), TODAY)
    expected = (Guardian(person="guardian-1", custody=True), Guardian(person="guardian-2", custody=False))
    assert expected == message.guardians


@pytest.mark.parametrize(
    ("intake", "named"),
    [
        ({}, "signals ontbreekt"),
        (an_intake(signals="nude_photos"), "signals"),
        (an_intake(signals=["gossip"]), "signals.0"),
        (an_intake(staffInvolved="nee"), "staffInvolved"),
        (an_intake(school="school-de-meent"), "Onbekend veld: school"),
        (an_intake(pupil={"name": "X"}), "pupil.dateOfBirth ontbreekt"),
        (an_intake(pupil=pupil(dateOfBirth="3 april 2013")), "pupil.dateOfBirth"),
        (an_intake(pupil=pupil(dateOfBirth=1365000000)), "pupil.dateOfBirth"),
        (an_intake(pupil=pupil(email="geen adres")), "pupil.email"),
        (an_intake(pupil=pupil(email="a@b\nBcc: c@d")), "pupil.email"),
        (an_intake(pupil=pupil(name="")), "pupil.name is leeg"),
        (an_intake(pupil=pupil(bsn="123456782")), "Onbekend veld: pupil.bsn"),
        (an_intake(guardians=[{"name": "A"}]), "guardians.0.custody ontbreekt"),
        (an_intake(note=["x"]), "note"),
    ],
)
def test_what_is_wrong_in_an_intake_is_named(intake: dict[str, JsonValue], named: str) -> None:
    """The sentence names the place in the file, and nothing that stood there."""
    with pytest.raises(BadInput) as wrong:
        read_intake(intake)
    assert named in wrong.value.text
    assert "123456782" not in wrong.value.text


def test_an_intake_has_a_limit() -> None:
    """A megabyte of text is too large."""
    with pytest.raises(TooLarge):
        read_intake(an_intake(note="x" * 1_000_000))


def test_a_blank_note_is_no_note() -> None:
    """White space says nothing."""
    assert read_intake(an_intake(note=" \n ")).note is None
