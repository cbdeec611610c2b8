from __future__ import annotations

from typing import ClassVar


class StartError(Exception):
    """A process cannot start, or cannot go on: the root of what this package raises.

    Attributes:
        code: Fixed, for programs.
        text: One Dutch sentence for who runs the process; no personal data, no secret.
    """

    code: ClassVar[str] = "cannot_start"

    def __init__(self, text: str) -> None:
        """Say what is wrong, in Dutch."""
        self.text = text
        super().__init__(text)


class SettingsError(StartError):
    """A setting is wrong or missing; the text names it."""

    code = "settings"


class TemporalUnreachable(StartError):
    """Temporal did not answer within the time that was given."""

    code = "temporal_unreachable"


class PayloadUnreadable(StartError):
    """A payload was written with a key that is not in the key ring, or was changed."""

    code = "payload_unreadable"


class NotOurs(PayloadUnreadable):
    """A payload that no key will ever open: no process of ours sealed it, or it was changed or moved since."""
