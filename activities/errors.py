"""What can go wrong while carrying out, with fixed codes; translated for Temporal in one place.

A failure's type and message reach Temporal's history and console. They are codes, never a text
from a driver or a server: those can hold an address.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from store import StoreError

P = ParamSpec("P")
R = TypeVar("R")

UNEXPECTED = "unexpected_error"

_FOR_GOOD = frozenset({"recording_mismatch", "recording_gap", "key_destroyed", "anchors_differ", "anchor_key_invalid"})
"""Codes of the store that trying again cannot change: somebody has to look."""

_AGAIN_SOON = 4
"""Tries whose pauses double, as the workflow asks: 2, 4, 8 and 16 seconds."""
_AGAIN = timedelta(seconds=20)
"""From then on: the other side is back for half a minute at most before everybody hears it."""

_log = logging.getLogger(__name__)


class DeliveryCode(StrEnum):
    """Why a notice could not be delivered; stable, kept with the notice."""

    ADDRESS_MISSING = "address_missing"
    ADDRESS_INVALID = "address_invalid"
    ADDRESS_UNSUPPORTED = "address_unsupported"
    RECIPIENT_REFUSED = "recipient_refused"
    MAIL_REFUSED = "mail_refused"
    MAIL_NOT_TAKEN_IN_TIME = "mail_not_taken_in_time"
    WEBHOOK_INVALID = "webhook_invalid"
    WEBHOOK_REFUSED = "webhook_refused"
    PART_ERASED = "part_erased"
    """What it needs was destroyed: an address, or the document of a hand-over."""


class ActivityError(Exception):
    """Root of this package's errors.

    Attributes:
        code: What went wrong, fixed.
        for_good: Whether trying again cannot help.
    """

    for_good = False

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Undeliverable(ActivityError):  # says what the notice is
    """This notice does not get there this way, however often it is tried."""

    for_good = True

    def __init__(self, code: DeliveryCode) -> None:
        super().__init__(code)
        self.code: DeliveryCode = code


class Unavailable(ActivityError):  # says what the other side is
    """The other side cannot take it now; another try may get there."""


class MailUnavailable(Unavailable):
    """The mail server, or one recipient's mailbox for the moment, takes nothing.

    Attributes:
        recipient: Whether the server answered, and it was about this recipient.
    """

    def __init__(self, *, recipient: bool = False) -> None:
        super().__init__("mail_unavailable")
        self.recipient = recipient


class WebhookUnavailable(Unavailable):
    """An organisation's webhook does not answer, or asks to come back later."""

    def __init__(self) -> None:
        super().__init__("webhook_unavailable")


def translated(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Turn every error of an activity into an ``ApplicationError`` with a fixed type and no data."""

    @wraps(method)
    async def carried_out(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except ApplicationError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever escapes here would show its text
            raise _for_temporal(error) from None

    return carried_out


def _for_temporal(error: Exception) -> ApplicationError:
    if isinstance(error, Unavailable):
        return ApplicationError(error.code, type=error.code, next_retry_delay=_again())
    if isinstance(error, ActivityError):
        return ApplicationError(error.code, type=error.code, non_retryable=error.for_good)
    if isinstance(error, StoreError):
        return ApplicationError(error.code, type=error.code, non_retryable=error.code in _FOR_GOOD)
    _log.error("an activity failed: %s at %s", type(error).__name__, _place(error))
    return ApplicationError(UNEXPECTED, type=UNEXPECTED)


def _again() -> timedelta | None:
    """When to try again; what the workflow asked for, where that is soon."""
    return _AGAIN if activity.in_activity() and activity.info().attempt > _AGAIN_SOON else None


def _place(error: Exception) -> str:
    """Where it was raised: a file and a line, never the text of the error."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "nowhere"
