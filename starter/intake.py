"""From ``intake.json`` to the message that opens a case (step 1 of the page)."""

from collections.abc import Mapping
from datetime import date

from pydantic import JsonValue

from protocol.messages import Guardian, OpenCase
from starter.errors import BadInput
from starter.fields import read_model
from starter.limits import check_fields
from store import Intake, age_band

EARLIEST_BIRTH = date(1950, 1, 1)
"""A date of birth before it is a mistake of the pen."""


def read_intake(written: Mapping[str, JsonValue]) -> Intake:
    """Read what a school tells when it opens a case.

    Raises:
        TooLarge: A field is too large.
        BadInput: A field is unknown, missing or malformed; the sentence names it.
    """
    check_fields(written)
    intake = read_model(Intake, written, {})
    if intake.note is not None and not intake.note.strip():
        return intake.model_copy(update={"note": None})
    return intake


def opening_message(case_id: str, intake: Intake, today: date, incident: str | None = None) -> OpenCase:
    """What of an intake goes to the case: signals, an age band, and who has custody.

    Args:
        case_id: The id that the case gets.
        intake: The whole of it, names and dates of birth included.
        today: The day in Amsterdam.
        incident: What ties it to other cases of its incident, of :meth:`store.KeyRing.incident`. The number itself, which
            somebody typed, does not leave the intake.

    Raises:
        BadInput: The pupil's date of birth cannot be.
    """
    return OpenCase(
        case=case_id,
        signals=intake.signals,
        age=age_band(_possible(intake.pupil.date_of_birth, today), today),
        guardians=tuple(
            Guardian(person=f"guardian-{place}", custody=guardian.custody)
            for place, guardian in enumerate(intake.guardians, start=1)
        ),
        staff_involved=intake.staff_involved,
        incident=incident,
    )


def _possible(born: date, today: date) -> date:
    if not EARLIEST_BIRTH <= born <= today:
        raise BadInput("Het veld pupil.dateOfBirth heeft geen geldige waarde: deze geboortedatum kan niet.")
    return born
