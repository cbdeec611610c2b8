"""How a case hears: one update for each message of the protocol, under the message's own name."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from protocol.messages import TOLD_BY_PEOPLE, Message, Told, name_of
    from protocol.model import Frozen


class Answer(Frozen):
    """What a case answers to a message once everything that follows from it is recorded."""

    number: int
    """The last event that the message led to."""
    events: tuple[str, ...] = ()
    """The names of those events, in order; empty when the message was heard before."""


class HearsMessages(ABC):
    """An update handler with a validator for each message that people tell a case.

    One loop instead of some forty handlers that differ in their name only. A class of its own, so
    that they are made once for a worker and not anew in the sandbox of each case.
    """

    @abstractmethod
    def check(self, name: str, told: Told) -> None:
        """Refuse, before anything reaches the history."""

    @abstractmethod
    async def hear(self, told: Told) -> Answer:
        """Carry out, and answer when it is recorded."""


def _add_handler(message: type[Message]) -> None:
    name = name_of(message)

    async def handler(self: HearsMessages, told: Told) -> Answer:
        return await self.hear(told)

    def validator(self: HearsMessages, told: Told) -> None:
        self.check(name, told)

    handler.__name__, handler.__doc__ = name, message.__doc__
    handler.__qualname__ = f"{HearsMessages.__qualname__}.{name}"
    # The SDK takes an annotated ``self`` for the update's first argument, and would leave ``told`` undecoded.
    del handler.__annotations__["self"], validator.__annotations__["self"]
    update = workflow.update(name=name, description=message.__doc__)(handler)
    update.validator(validator)
    setattr(HearsMessages, name, update)


for _message in TOLD_BY_PEOPLE:
    _add_handler(_message)
