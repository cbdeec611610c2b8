"""What an objection stops until the privacy officer has decided on it."""

from protocol.case import Case
from protocol.messages import Message
from protocol.refusals import RefusalCode, Refused
from protocol.rights import blocked_by_objection
from store import Store


async def refuse_objected(store: Store, case: Case, message: Message) -> None:
    """Stop a message by which somebody else would get to read the file.

    Raises:
        Refused: ``objection_pending``.
    """
    if blocked_by_objection(case, message) and await store.objected(case.id):
        raise Refused(RefusalCode.OBJECTION_PENDING, case.step)
