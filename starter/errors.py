"""What can go wrong at the door, each with a fixed code and a Dutch sentence for the person there.

What the protocol refuses is not in here: that is :class:`protocol.refusals.Refused`.
"""

from typing import ClassVar


class StarterError(Exception):
    """Root of what this package raises.

    Attributes:
        code: Stable, for programs.
        text: One Dutch sentence for the person; holds no personal data and nothing they typed.
    """

    code: ClassVar[str] = "starter_error"

    def __init__(self, text: str) -> None:
        """Say what is wrong, in Dutch."""
        self.text = text
        super().__init__(text)


class BadInput(StarterError):
    """What was told cannot be read: wrong use, of which nothing is kept."""

    code = "bad_input"


class TooLarge(BadInput):
    """A field or a note is larger than a case takes."""

    code = "too_large"


class PictureRefused(BadInput):
    """A picture or film stands in a text: none is ever kept (invariant 10)."""

    code = "picture"

    def __init__(self) -> None:
        """Say that it is to be taken out."""
        super().__init__("Hier staat een beeld in. Haal het weg: beelden worden nooit bewaard.")


class UnknownMessage(BadInput):
    """No message of the protocol has this name."""

    code = "unknown_message"


class NotReachable(StarterError):
    """A part that is needed does not answer. Nothing is known to have changed: repeat it."""

    code = "not_reachable"

    def __init__(self, text: str = "De casus is nu niet bereikbaar; probeer het straks opnieuw.") -> None:
        """Say what is away, in Dutch."""
        super().__init__(text)


class TakenNotCarriedOut(StarterError):
    """Temporal keeps the message; nobody has decided on it yet. Repeating it is safe."""

    code = "taken_not_carried_out"

    def __init__(self) -> None:
        """Say that the message is kept."""
        super().__init__("Het bericht is aangenomen, maar nog niet uitgevoerd; herhalen kan geen kwaad.")
