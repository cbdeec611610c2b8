"""A whole escalated case by the command line alone, against the stack of `make run`."""

from __future__ import annotations

import json
import re
from collections import Counter

from pydantic import JsonValue

from tests.end_to_end.conftest import WholeCase, tell
from tests.end_to_end.stack import LocalStack, eventually, side_by_side
from tests.end_to_end.story import PERSONAL, SCHOOL

MOST_EVENTS = 200
OF_MOVED_CLOCKS = ("workflow_execution_time_skipping_transitioned", "workflow_execution_options_updated")
"""Events that only a clock that is moved by hand leaves behind."""
OF_A_DELIVERY = 6
"""An activity's three events, and the three of the workflow task that hears of its end."""
SHARED_DELIVERIES = 8
"""How many a case of these messages needs when it is told in a row. On a machine where one command takes longer than a
delivery lingers it needs one for each message; that is counted by ``make bench`` and not by a test's speed."""
ABOUT_CASES = ("cases", "journal", "messages", "notes", "people", "notices", "links", "overview", "allotments")
SHOWN = {
    "caseId", "status", "step", "kinds", "fileHolder", "coordinator", "processDirector", "school", "escalation",
    "forward", "consents", "legalBases", "policeContact", "severity", "talks", "partners", "meeting", "actions",
    "due", "safety", "outcome", "allowed",
}  # fmt: skip
"""What interface.md promises of `case show --json`."""

Row = dict[str, JsonValue]


async def data(stack: LocalStack, *arguments: str) -> JsonValue:
    """What a command prints for programs."""
    ended = await stack.forked(*arguments, "--json")
    assert (ended.code, ended.err) == (0, "")
    found: JsonValue = json.loads(ended.out)
    return found


async def rows(stack: LocalStack, *arguments: str) -> list[Row]:
    """What a command lists for programs."""
    found = await data(stack, *arguments)
    assert isinstance(found, list)
    return [row for row in found if isinstance(row, dict)]


async def journal(stack: LocalStack, case: str) -> list[Row]:
    """What happened."""
    return await rows(stack, "case", "journal", case)


async def test_every_step_is_answered(whole_case: WholeCase) -> None:
    """Each message ends with exit code 0 and the events that it led to, in the order of the journal."""
    assert [(0, "")] * len(whole_case.said) == [(answer.code, answer.err) for answer in whole_case.answers]
    answers = [json.loads(answer.out) for answer in whole_case.answers]
    assert {"caseId", "id", "number", "events"} == set(answers[0])
    assert [said.id for said in whole_case.said] == [answer["id"] for answer in answers]
    assert sorted(answer["number"] for answer in answers) == [answer["number"] for answer in answers]


async def test_silence_escalates_by_itself(stack: LocalStack, whole_case: WholeCase) -> None:
    """Nobody answers: both are reminded, their silence is no answer, and the ZVH is asked without anybody's help."""
    shown = json.loads(whole_case.after_silence)
    assert ("report", {"status": "requested", "reason": "no_consent"}) == (shown["step"], shown["escalation"])
    asked = {(consent["person"], consent["status"]) for consent in shown["consents"] if consent["party"] == "cjg"}
    assert {("pupil", "no_answer"), ("guardian-1", "no_answer")} == asked
    reminded = {row["party"] for row in await rows(stack, "notices", whole_case.id) if row["rung"] == "reminder"}
    assert {"pupil", "guardian-1"} <= reminded
    requested = [row for row in await journal(stack, whole_case.id) if row["event"] == "escalation_requested"]
    assert [True] == [row["byItself"] for row in requested]


async def test_the_file_comes_back_to_the_school(stack: LocalStack, whole_case: WholeCase) -> None:
    """The case is closed as returned, the school holds the file, nothing is due, and nobody can tell it anything."""
    shown = await data(stack, "case", "show", whole_case.id, "--as", SCHOOL)
    assert isinstance(shown, dict)
    assert set(shown) == SHOWN
    assert ("closed", "closed") == (shown["status"], shown["step"])
    assert {"kind": "returned", "reason": "goal_reached"} == shown["outcome"]
    assert ["school-de-meent"] * 3 == [shown[role] for role in ("school", "fileHolder", "fileHolder")]
    assert [] == shown["due"]


async def test_told_twice_nothing_changes(stack: LocalStack, whole_case: WholeCase) -> None:
    """The same steps under the same ids answer the same, though the case is closed; nothing is written."""
    before = await stack.fingerprint(ABOUT_CASES, whole_case.id)
    again = await side_by_side(*(tell(stack, whole_case.id, said) for said in whole_case.said))
    assert whole_case.answers == again
    assert before == await stack.fingerprint(ABOUT_CASES, whole_case.id)


async def test_each_notice_is_one_mail(stack: LocalStack, whole_case: WholeCase) -> None:
    """Every notice went out, each as one mail under its own Message-ID."""
    assert all(row["sentAt"] for row in await rows(stack, "notices", whole_case.id))
    notices = {str(row["id"]) for row in await rows(stack, "notices", whole_case.id)}
    mails = Counter(mail.message_id.strip("<>").rpartition("@")[0] for mail in stack.mails())
    assert notices == {id_ for id_ in mails if id_.startswith(whole_case.id)}
    assert {1} == set(mails.values())


async def test_no_mail_says_of_whom_it_is(stack: LocalStack, whole_case: WholeCase) -> None:  # noqa: ARG001  # its mails
    """No name, no date of birth, nothing of a note and no kind of case stands in any part of a mail."""
    words = re.compile("|".join((*PERSONAL, "sexting", "loverboy", "naaktfoto", "nude")), re.IGNORECASE)
    for mail in stack.mails():
        found = words.findall(" ".join((mail.subject, mail.text, mail.html, *mail.headers.values())))
        assert (mail.message_id, []) == (mail.message_id, found)


async def test_nothing_personal_is_printed(stack: LocalStack, whole_case: WholeCase) -> None:
    """Neither logs nor the state, journal and notices of a case hold anything of the intake or a note."""
    shown = [
        await data(stack, *command, whole_case.id) for command in (("case", "show"), ("case", "journal"), ("notices",))
    ]
    words = re.compile("|".join(PERSONAL), re.IGNORECASE)
    assert [] == words.findall(json.dumps(shown, ensure_ascii=False) + stack.said())


async def test_temporal_keeps_little_of_it(stack: LocalStack, whole_case: WholeCase) -> None:
    """The whole case is one completed workflow of at most 200 events, whatever this machine's pace; no worker stumbled."""
    handle = (await stack.temporal()).get_workflow_handle(f"case/{whole_case.id}")

    async def over() -> bool:
        status = (await handle.describe()).status
        return status is not None and status.name == "COMPLETED"

    await eventually(over, "the workflow is over", within=60)
    events = (await handle.fetch_history()).events
    kinds = Counter(str(event.WhichOneof("attributes")).removesuffix("_event_attributes") for event in events)
    own = len(events) - sum(count for kind, count in kinds.items() if kind in OF_MOVED_CLOCKS)
    deliveries = kinds["activity_task_scheduled"]
    assert "workflow_task_failed" not in kinds
    assert deliveries <= len(whole_case.said)
    assert own - OF_A_DELIVERY * max(0, deliveries - SHARED_DELIVERIES) <= MOST_EVENTS


async def test_lists_have_the_shapes_of_the_documentation(stack: LocalStack, whole_case: WholeCase) -> None:
    """Journal, notices and overview have the fields that scripts rely on, in camelCase."""
    happened = await journal(stack, whole_case.id)
    assert [*range(1, len(happened) + 1)] == [row["number"] for row in happened]
    assert all({"number", "at", "actor", "event"} <= set(row) for row in happened)
    notices = await rows(stack, "notices", whole_case.id)
    assert all({"id", "party", "kind", "task", "rung", "sentAt", "attempts"} <= set(row) for row in notices)
    assert not any("@" in str(row) for row in notices)
    listed = await rows(stack, "case", "list", "--step", "closed", "--organisation", "school-de-meent")
    assert whole_case.id in [row["caseId"] for row in listed]
    assert {"caseId", "step", "kinds", "coordinator", "processDirector", "dueTask", "dueAt", "overdue"} <= set(
        listed[0]
    )
    assert [] == await rows(stack, "case", "list", "--overdue")


async def test_waiting_checking_and_verifying(stack: LocalStack, whole_case: WholeCase) -> None:
    """What is so ends at once with 0, what is not ends with 1; every part is fine and every chain intact."""
    wait = ("case", "wait", whole_case.id, "--timeout", "1s", "--for")
    came, in_vain = await side_by_side(stack.forked(*wait, "outcome.kind=returned"), stack.forked(*wait, "step=report"))
    assert (0, "", "") == came
    assert (1, "") == (in_vain.code, in_vain.out)
    audited = await data(stack, "audit", "verify")
    assert isinstance(audited, dict)
    assert (True, []) == (audited["intact"], audited["broken"])
    found = await rows(stack, "check")
    assert {"name", "fine", "detail"} == set(found[0])
    assert {"keys", "database", "temporal", "mail"} <= {row["name"] for row in found if row["fine"] is True}


COMMANDS = (
    "", "local", "worker", "web", "codec", "migrate", "case", "case open", "case tell", "case show", "case list",
    "case journal", "case wait", "clock", "clock forward", "notices", "audit", "audit verify", "check",
    "temporal", "temporal setup",
)  # fmt: skip


async def test_every_command_has_help(stack: LocalStack) -> None:
    """Each command of the documentation tells how it is used."""
    helped = await side_by_side(*(stack.forked(*command.split(), "--help") for command in COMMANDS))
    for command, ended in zip(COMMANDS, helped, strict=True):
        assert (0, "") == (ended.code, ended.err)
        assert ended.out.startswith(f"Usage: vangnet {command}".rstrip())
