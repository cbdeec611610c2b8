"""What nobody should tell a case, by command line: refused clearly, nothing written, and the case goes on."""

from __future__ import annotations

import json
import time
from typing import NamedTuple

from tests.command_line import Ended
from tests.end_to_end.conftest import WholeCase
from tests.end_to_end.stack import LocalStack, side_by_side
from tests.end_to_end.story import CJG, GGD, SCHOOL, ZVH

WRITTEN = (
    "cases", "journal", "messages", "notes", "people", "notices", "links", "overview", "allotments",
    "pupil_fingerprints", "hand_overs",
)  # fmt: skip
UNKNOWN = "4c7h-93kt-wd2m"
AT_ONCE = 10.0
"""Seconds for a command on a busy machine; a case whose workflow task fails is silent for longer."""


class Bad(NamedTuple):
    """Something that must not be taken, and how it is answered."""

    exit: int
    code: str
    message: str
    fields: tuple[str, ...] = ()
    who: str = SCHOOL
    note: bytes | None = None
    file: bytes | None = None
    case: str | None = None


_MEGABYTE = b"x" * 1_000_000
BAD = (
    Bad(2, "unknown_message", "declare-akuut"),
    Bad(2, "unknown_message", "deadline-passed", ("task=pupil_talk", "since=1")),
    Bad(2, "bad_input", "declare-acute", ("reason=x",)),
    Bad(2, "bad_input", "record-pupil-talk"),
    Bad(2, "bad_input", "record-pupil-talk", ("heldBy=😀",)),
    Bad(2, "bad_input", "plan-pupil-talk", ("heldBy=mentor", "at=2027-02-30T10:00")),
    Bad(3, "wrong_step", "confirm-hand-over"),
    Bad(3, "not_allowed", "accept-report"),
    Bad(3, "not_allowed", "declare-acute", who="zvh:school-de-meent:j.jansen"),
    Bad(2, "bad_input", "declare-acute", who="system:school-de-meent:j.jansen"),
    Bad(3, "unknown_case", "declare-acute", who=CJG),
    Bad(3, "unknown_case", "declare-acute", who="school:school-het-kompas:j.jansen"),
    Bad(3, "unknown_case", "declare-acute", case=UNKNOWN),
    Bad(3, "unknown_case", "declare-acute", case="../../etc/passwd"),
    Bad(2, "too_large", "declare-acute", note=_MEGABYTE),
    Bad(2, "too_large", "record-pupil-talk", file=b'{"heldBy": ["' + _MEGABYTE + b'"]}'),
    Bad(2, "bad_input", "declare-acute", note=bytes(range(256))),
    Bad(2, "bad_input", "declare-acute", file=bytes(range(256))),
    Bad(2, "bad_input", "declare-acute", file=b"[" * 100_000),
    Bad(3, "date_in_past", "plan-pupil-talk", ("heldBy=mentor", "at=1900-01-01T09:00")),
    Bad(3, "date_too_far", "plan-pupil-talk", ("heldBy=mentor", "at=9000-01-01T09:00")),
    Bad(3, "date_in_past", "extend-deadline", ("task=pupil_talk", "until=1900-01-01"), note=b"ziek"),
    Bad(
        3,
        "unknown_case",
        "answer-consent",
        ("person=guardian-7", "answer=granted", "channel=link"),
        "person:guardian-7",
    ),
    Bad(3, "unknown_person", "set-guardians", ('guardians=[{"person":"guardian-7","custody":true}]',)),
    Bad(3, "unknown_organisation", "change-school", ("to=school-zonder-naam",)),
    Bad(3, "note_missing", "report-non-cooperation", ("who=parent",), note=b" \n"),
)


async def answered(stack: LocalStack, case: str, bad: Bad) -> Ended:
    """Tell it, for a program to read the answer."""
    piped = bad.note if bad.note is not None else bad.file
    pipe = () if piped is None else ("--note-file", "-") if bad.note is not None else ("-f", "-")
    return await stack.forked(
        "case", "tell", bad.case or case, bad.message, *bad.fields, *pipe, "--as", bad.who, "--json", stdin=piped
    )


def judged(ended: Ended) -> tuple[int, str]:
    """The exit code and the refusal's code; the sentence is one, and nothing else is printed."""
    assert "" == ended.out
    assert 1 == ended.err.count("\n"), ended.err
    refusal = json.loads(ended.err)
    assert {"code", "message"} == set(refusal)
    assert refusal["message"].endswith("."), refusal
    return ended.code, refusal["code"]


async def test_bad_input_is_refused_and_leaves_nothing(stack: LocalStack, case: str) -> None:
    """Each has its exit code and one Dutch sentence; nothing is written; the case answers at once afterwards."""
    before = await stack.fingerprint(WRITTEN, case, UNKNOWN)
    answers = await side_by_side(*(answered(stack, case, bad) for bad in BAD))
    assert [(bad.exit, bad.code, bad) for bad in BAD] == [
        (*judged(ended), bad) for bad, ended in zip(BAD, answers, strict=True)
    ]
    assert before == await stack.fingerprint(WRITTEN, case, UNKNOWN)
    began = time.monotonic()
    ended = await stack.forked(
        "case", "tell", case, "declare-acute", "--note-file", "-", "--as", SCHOOL, stdin="😀👩‍👧".encode()
    )
    assert (0, "") == (ended.code, ended.err)
    assert time.monotonic() - began < AT_ONCE
    history = (await stack.temporal()).get_workflow_handle(f"case/{case}").fetch_history_events()
    assert not [event.event_id async for event in history if event.HasField("workflow_task_failed_event_attributes")]


async def test_an_id_is_for_one_message(stack: LocalStack, case: str) -> None:
    """Under an id that was used nothing else is taken, and what it was used for stays."""
    tell = ("case", "tell", case, "add-signal", "--id", "once", "--as", SCHOOL, "--json")
    assert (await stack.forked(*tell, "signals=recruitment")).code == 0
    await stack.sent(case)
    before = await stack.fingerprint(WRITTEN, case)
    other = await stack.forked(*tell, "signals=image_spread")
    assert (3, "message_id_reused") == judged(other)
    assert before == await stack.fingerprint(WRITTEN, case)


INTAKES = (
    b"x" * 1_000_000,
    bytes(range(256)),
    b"{}",
    b'{"signals": []}',
    json.dumps({"signals": ["nude_photos"], "staffInvolved": False, "guardians": [], "note": "x" * 1_000_000,
                "pupil": {"name": "Q", "dateOfBirth": "2013-04-03"}}).encode(),
    json.dumps({"signals": ["nude_photos"], "staffInvolved": False, "guardians": [],
                "pupil": {"name": "Q", "dateOfBirth": "1900-01-01"}}).encode(),
)  # fmt: skip


async def test_a_bad_intake_opens_nothing(stack: LocalStack, case: str) -> None:
    """Text that is no intake, too much of it, a birth in 1900: exit code 2, and no case."""
    before = await stack.cases()
    assert case in before
    opening = ("case", "open", "--as", SCHOOL, "--json", "-f", "-")
    answers = await side_by_side(*(stack.forked(*opening, stdin=intake) for intake in INTAKES))
    assert {2} == {judged(ended)[0] for ended in answers}
    assert before == await stack.cases()


async def test_looking_at_what_is_not_there(stack: LocalStack, case: str) -> None:
    """Unknown and invisible look the same to whoever asks, by every command."""
    looks = (("case", "show"), ("case", "journal"), ("notices",))
    unknown = await side_by_side(*(stack.forked(*look, UNKNOWN, "--as", SCHOOL, "--json") for look in looks))
    invisible = await side_by_side(*(stack.forked(*look, case, "--as", GGD, "--json") for look in looks))
    assert unknown == invisible
    assert {(3, "unknown_case")} == {judged(ended) for ended in unknown}


async def test_a_closed_case_takes_nothing(stack: LocalStack, whole_case: WholeCase) -> None:
    """Whatever is told to a closed case is refused with that code, and nothing is written."""
    before = await stack.fingerprint(WRITTEN, whole_case.id)
    messages = (
        ("declare-acute", SCHOOL),
        ("confirm-hand-over", SCHOOL),
        ("withdraw-forward", CJG),
        ("accept-escalation", ZVH),
    )
    answers = await side_by_side(
        *(answered(stack, whole_case.id, Bad(3, "", message, who=who, note=b"nog iets")) for message, who in messages),
        answered(stack, whole_case.id, Bad(3, "", "declare-acute", who=GGD)),
    )
    refused = [judged(ended)[1] for ended in answers]
    assert {"case_closed"} == set(refused[:2])
    # Who has no place in it any more does not hear that it is there.
    assert set(refused[2:]) <= {"case_closed", "unknown_case"}
    assert before == await stack.fingerprint(WRITTEN, whole_case.id)


async def test_no_traceback_anywhere(stack: LocalStack) -> None:
    """After all of this no process of the stack has shown the inside of a program."""
    assert "Traceback" not in stack.said()
