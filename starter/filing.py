"""What is told to a closed case: decided here over what is recorded, for no workflow runs any more.

The protocol lets one message through, the withdrawal of consent; it is filed with the holder.
"""

from protocol.decide import take
from protocol.events import event_name
from protocol.messages import Told
from protocol.notify import notices
from protocol.recording import Recording
from starter.standing import Standing
from store import Content, Store
from workflows.hearing import Answer


async def file(store: Store, found: Standing, told: Told, content: Content) -> Answer:
    """Decide on a message to a closed case, and record what it leads to.

    Keyed by (case, event number), so of two that come at once the second fails as a mismatch and can be repeated.

    Raises:
        Refused: ``case_closed``, or another rule.
    """
    taken = take(found.case, told, found.now, found.policy)
    told_to = notices(found.case, taken.case, taken.recorded)
    await store.stage(found.case.id, told, content)
    await store.record(Recording(case=taken.case, events=taken.recorded, notices=told_to))
    return Answer(number=taken.case.number, events=tuple(event_name(recorded.event) for recorded in taken.recorded))
