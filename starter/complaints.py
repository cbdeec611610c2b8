"""From what pydantic finds to one Dutch sentence that names the field, never what was in it."""

import re

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from protocol.messages import Organisation
from protocol.refusals import RefusalCode, Refused
from starter.errors import BadInput

UNKNOWN_ORGANISATION = "unknown_organisation"

_EXPECTED = {
    "bool": "true of false",
    "int": "een heel getal",
    "string": "tekst",
    "tuple": "een lijst",
    "list": "een lijst",
    "date": "een datum als 2026-11-30",
    "datetime": "een datum met tijd als 2026-11-30T14:00",
    "timezone": "een datum met tijd als 2026-11-30T14:00",
    "model": "een object met velden",
    "dict": "een object met velden",
}


def complaint(error: ValidationError) -> BadInput | Refused:
    """The one sentence to answer with; ``error`` itself holds input and must go no further.

    An organisation that the directory does not know is a refusal of the protocol; every other
    finding is wrong use, and comes first.
    """
    found = error.errors(include_url=False, include_input=False)
    unknown = {details["loc"][:1] for details in found if details["type"] == UNKNOWN_ORGANISATION}
    wrong = [details for details in found if details["loc"][:1] not in unknown]
    return BadInput(_sentence(wrong)) if wrong else Refused(RefusalCode.UNKNOWN_ORGANISATION)


def _sentence(found: list[ErrorDetails]) -> str:
    """One part for each place; that a list is empty follows where its entries were wrong."""
    by_place: dict[str, str] = {}
    for details in sorted(found, key=lambda details: details["type"] == "too_short"):
        place = _place(details["loc"])
        if not any(wrong.startswith(f"{place}.") for wrong in by_place):
            by_place.setdefault(place, _part(details, place))
    return " ".join(by_place.values())


def _part(details: ErrorDetails, place: str) -> str:
    match details["type"]:
        case "extra_forbidden":
            return f"Onbekend veld: {place}."
        case "missing":
            return f"Het veld {place} ontbreekt."
        case "too_short" | "string_too_short":
            return f"Het veld {place} is leeg."
        case "too_long" | "string_too_long":
            return f"Het veld {place} is te lang."
        case "enum" | "literal_error":
            return f"Het veld {place} heeft geen geldige waarde; kies uit: {_choices(details)}."
        case kind:
            return f"Het veld {place} heeft geen geldige waarde{_expected(kind, details)}."


def _expected(kind: str, details: ErrorDetails) -> str:
    if details.get("ctx", {}).get("class_name") == Organisation.__name__:
        return ": verwacht wordt het id van een organisatie"
    expected = _EXPECTED.get(kind.removesuffix("_type").split("_")[0]) if "pattern" not in kind else None
    return f": verwacht wordt {expected}" if expected else ""


def _choices(details: ErrorDetails) -> str:
    """The values as pydantic lists them, for an enumeration and for a choice out of one."""
    return ", ".join(re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", ""))))


def _place(location: tuple[int | str, ...]) -> str:
    """Name the place as the documentation does; a union's own tags are not part of that."""
    parts = [to_camel(str(part)[:60]) for part in location if isinstance(part, int) or part.isidentifier()]
    return ".".join(parts) or "(alles)"
