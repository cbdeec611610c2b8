"""Mail addresses: what can be sent to safely, and in which form."""

from __future__ import annotations

import re

from activities.errors import DeliveryCode, Undeliverable

_LONGEST, _LONGEST_LOCAL = 254, 64
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_SHAPE = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})*)")


def sendable(address: str | None) -> str:
    """The address as it goes into an envelope, its domain in ASCII.

    Only plain addresses pass: no quotes, comments, routes, white space or line breaks, so that
    nothing in it can be read as another header or recipient.

    Raises:
        Undeliverable: There is none, or it is not one.
    """
    if not address:
        raise Undeliverable(DeliveryCode.ADDRESS_MISSING)
    found = _SHAPE.fullmatch(address)
    if found is None or len(found[1].encode()) > _LONGEST_LOCAL:
        raise Undeliverable(DeliveryCode.ADDRESS_INVALID)
    plain = f"{found[1]}@{_ascii(found[2])}"
    if len(plain.encode()) > _LONGEST:
        raise Undeliverable(DeliveryCode.ADDRESS_INVALID)
    return plain


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise Undeliverable(DeliveryCode.ADDRESS_INVALID) from None
