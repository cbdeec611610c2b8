"""What was put down for a case and never reached it goes by itself; what did reach it stays until it is carried out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.unheard import Unheard
from protocol import messages as m
from store import Content, MessageState
from tests.protocol.telling import POLICY
from tests.workflows import stories
from tests.workflows.case import ToldCase, told
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import SCHOOL
from tests.workflows.patience import eventually
from tests.workflows.town import Town
from workflows.case import CaseWorkflow
from workflows.start import CaseInput

AT_ONCE = timedelta(0)


@pytest.fixture
def unheard(town: Town) -> Unheard:
    """Looks at this town."""
    return Unheard(town.store, town.client)


async def dropped(unheard: Unheard) -> list[int]:
    """How many go in each of three rounds."""
    return [await unheard.drop(AT_ONCE) for _ in range(3)]


async def state(town: Town, case: ToldCase, message_id: str) -> MessageState | None:
    """What is known of a message."""
    known = await town.store.message(case.id, message_id)
    return known.state if known else None


async def test_what_never_reached_its_case_goes(town: Town, unheard: Unheard) -> None:
    """Temporal stood still while it was told, and nobody repeated it: gone in a later round, with its text; told again it counts once."""
    case = await stories.talked(await town.open())
    await case.quiet()
    note_id = "00000000-0000-4000-8000-00000000f00d"
    lost = told(m.DeclareAcute(), SCHOOL, "lost").model_copy(update={"note_id": note_id})
    await town.store.stage(case.id, lost, Content(note="Gezien bij de bushalte."))
    assert 1 == (await town.store.figures()).waiting.many
    assert note_id in await town.store.notes_known(case.id)
    assert 0 == await unheard.drop(AT_ONCE)
    assert 1 == await eventually(lambda: unheard.drop(AT_ONCE), "it goes in a later round")
    assert 0 == (await town.store.figures()).waiting.many
    assert note_id not in await town.store.notes_known(case.id)
    assert "acute_declared" in (await case.told(SCHOOL, "declare_acute", id="lost")).events
    assert [0, 0, 0] == await dropped(unheard)


async def test_what_is_young_is_left_to_who_tells_it(town: Town, unheard: Unheard) -> None:
    """Somebody may be telling it this moment."""
    case = await town.open()
    await case.quiet()
    await town.store.stage(case.id, told(m.DeclareAcute(), SCHOOL, "now"), Content())
    assert [0, 0] == [await unheard.drop() for _ in range(2)]
    assert MessageState.STAGED is await state(town, case, "now")


async def test_what_waits_for_a_worker_stays(town: Town, unheard: Unheard) -> None:
    """Temporal has it, and the case cannot be asked: it is carried out when a worker is there."""
    case = await town.open()
    await case.quiet()
    await town.stop_worker()
    await case.left(SCHOOL, "declare_acute", "danger")
    assert [0, 0, 0] == await dropped(unheard)
    await town.start_worker()
    assert MessageState.RECORDED is (await case.settled("danger")).state


async def test_what_a_case_that_stopped_keeps_stays(town: Town, unheard: Unheard, logs: LogWatch) -> None:
    """Its journal lacks an event, so it writes nothing: what it heard is in its hands, and asked for it says so."""
    logs.expect("recording stopped", "recording_gap")
    case = await stories.talked(await town.open())
    await case.quiet()
    await town.restore_without_the_last_event(case.id)
    await case.left(SCHOOL, "declare_acute", "first")
    await eventually(lambda: case.details_say("recording_gap"), "the case stopped")
    await case.left(SCHOOL, "record_police_contact", "second", contact="report")
    assert [0, 0, 0] == await dropped(unheard)
    assert [MessageState.STAGED] * 2 == [await state(town, case, id_) for id_ in ("first", "second")]


async def test_what_waits_to_be_decided_is_held(town: Town) -> None:
    """A case that writes something else first has its mail still before it."""
    state_now, waits = await (await stories.talked(await town.open())).state(), told(m.DeclareAcute(), SCHOOL, "waits")
    case = CaseWorkflow(CaseInput(policy=POLICY, case=state_now, mailbox=(waits,)))
    assert [True, False] == [case.holds(id_) for id_ in ("waits", "other")]


async def test_what_was_told_to_a_case_that_was_ended_stays(town: Town, unheard: Unheard) -> None:
    """Somebody terminated its workflow: `vangnet reconcile` names what was told since, and nothing of it may be gone."""
    case = await town.open()
    await case.quiet()
    await town.stop_worker()
    await case.left(SCHOOL, "declare_acute", "danger")
    await case.handle.terminate("by mistake")
    await town.start_worker()
    assert [0, 0, 0] == await dropped(unheard)
    assert MessageState.STAGED is await state(town, case, "danger")
