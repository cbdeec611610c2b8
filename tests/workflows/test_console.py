"""What operators see in the console: readable without keys, and nothing personal."""

from __future__ import annotations

from datetime import UTC, timedelta

from protocol import vocabulary as v
from runtime.codec import sealed_for
from tests.codec.raw import payloads, words
from tests.workflows import stories
from tests.workflows.names import CJG, SCHOOL, SEXTING, ZVH
from tests.workflows.patience import eventually
from tests.workflows.town import Town
from workflows import search_attributes as shown


async def test_search_attributes_follow_the_case(town: Town) -> None:
    """Where a case stands, who has it and what is due can be filtered by, from its start on."""
    case = await town.open(SEXTING)
    found = (await case.handle.describe()).typed_search_attributes
    assert (found[shown.STEP], found[shown.KIND], found[shown.REGION]) == ("signal", ["sexting"], "demo")
    assert (found[shown.COORDINATOR], found[shown.PROCESS_DIRECTOR]) == (SCHOOL, SCHOOL)
    await stories.escalated(case)
    found = (await case.handle.describe()).typed_search_attributes
    state = await case.state()
    first = min(state.deadlines, key=lambda deadline: deadline.due_at)
    assert (found[shown.STEP], found[shown.ESCALATION]) == ("partners", "active")
    assert (found[shown.COORDINATOR], found[shown.PROCESS_DIRECTOR]) == (CJG, ZVH)
    assert found[shown.DUE_TASK] == first.task
    assert abs(found[shown.DUE_AT].astimezone(UTC) - first.due_at) < timedelta(milliseconds=1)


async def test_nothing_due_is_shown_as_nothing(town: Town) -> None:
    """A closed case has no deadline, and does not keep its last one."""
    case = await stories.closed(await town.open())
    await case.ended()
    found = (await case.handle.describe()).typed_search_attributes
    assert found[shown.STEP] == "closed"
    assert found.get(shown.DUE_TASK) is None
    assert found.get(shown.DUE_AT) is None


async def test_cases_are_found_by_what_they_wait_for(town: Town) -> None:
    """The list of the console filters by these attributes."""
    case = await stories.escalated(await town.open())
    await town.open()
    query = f"CaseStep = 'partners' AND CaseProcessDirector = '{ZVH}' AND CaseKind = 'loverboy'"

    async def listed() -> list[str]:
        return [found.id async for found in town.client.list_workflows(query)]

    assert await eventually(listed, "the list has the case") == [f"case/{case.id}"]


async def test_current_details_say_where_it_stands(town: Town) -> None:
    """Step, who has which role, and every clock with its owner; codes only."""
    case = await town.open(SEXTING)
    details = await case.details()
    assert "**signaal**" in details
    assert f"| {SCHOOL} | {SCHOOL} | {SCHOOL} |" in details
    assert {"pupil_talk", "police_contact"} <= {task for task in v.Task if f"`{task}`" in details}
    assert "Noor" not in details
    await case.told(SCHOOL, "record_pupil_talk", held_by=["mentor"])
    assert "`parent_talk`" in await case.details()


async def test_no_payload_is_readable_without_keys(town: Town) -> None:
    """Everything that passes the codec is sealed and bound to its case; what does not is ids and codes."""
    case = await stories.escalated(await town.open())
    events = await case.history()
    raw = b"".join(event.SerializeToString() for event in events)
    for secret in (b"Noor", b"thuis.example", b"schoolplein", b"anna", b"nude", b"guardian-1"):
        assert secret not in raw
    sealed = [payload for path, payload in payloads(events) if not path.endswith("details[data].payloads")]
    assert {case.id} == {sealed_for(payload) for payload in sealed}
    found = words(events)
    assert set() == {field for field in found if not field.startswith("indexed_fields[")} - READABLE
    assert {"tests", "vangnet-worker"} == found["identity"]


READABLE = {
    *("workflow_id", "original_execution_run_id", "first_execution_run_id", "request_id", "activity_id", "timer_id"),
    *("protocol_instance_id", "update_id", "accepted_request_message_id", "name", "marker_name", "normal_name"),
    *("identity", "sdk_name", "sdk_version", "build_id"),
}
"""The fields of which anything can be read: ids that say nothing, names of messages and activities, codes."""
