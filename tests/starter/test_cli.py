"""The command line, as scripts use it: exit codes, what is printed, and that nothing else is."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from starter.cli.checking import NotFine, _privacy
from starter.cli.waiting import wait
from starter.errors import BadInput
from tests.command_line import Ended
from tests.starter.stack import CJG, SCHOOL, ZVH, Stack, an_intake

ONE_LINE = 1


async def opened(stack: Stack) -> str:
    """A case that was opened by command line."""
    file = f"{stack.environment['VANGNET_LOCAL_FOLDER']}/intake.json"
    stack.write(file, an_intake())
    ended = await stack.run("case", "open", "--as", SCHOOL, "-f", file)
    assert (ended.code, ended.err) == (0, "")
    return ended.out.strip()


async def test_a_case_by_command_line(stack: Stack) -> None:
    """Open, tell, show, list, journal, notices: what one says the others show."""
    case = await opened(stack)
    told = await stack.run(
        "case", "tell", case, "record-pupil-talk", "held_by=mentor,supporter", "--as", SCHOOL, "--id", "cli-1", "--json"
    )
    answer = json.loads(told.out)
    assert (case, "cli-1") == (answer["caseId"], answer["id"])
    again = await stack.run(
        "case", "tell", case, "record-pupil-talk", "heldBy=mentor,supporter", "--as", SCHOOL, "--id", "cli-1", "--json"
    )
    assert answer == json.loads(again.out)
    shown = json.loads((await stack.run("case", "show", case, "--as", SCHOOL, "--json")).out)
    assert ("open", "parent_talk", "school-de-meent") == (shown["status"], shown["step"], shown["coordinator"])
    assert "record-parent-talk" in shown["allowed"]
    listed = json.loads((await stack.run("case", "list", "--organisation", "school-de-meent", "--json")).out)
    assert "parent_talk" in [row["step"] for row in listed if row["caseId"] == case]
    journal = json.loads((await stack.run("case", "journal", case, "--json")).out)
    assert [*range(1, answer["number"] + 1)] == [row["number"] for row in journal]
    assert {"number", "at", "writtenAt", "actor", "event", "messageId"} <= set(journal[0])
    assert "case_opened" == journal[0]["event"]
    notices = json.loads((await stack.run("notices", case, "--json")).out)
    assert {"id", "party", "kind", "task", "rung", "sentAt", "attempts"} <= set(notices[0])


async def test_the_same_is_printed_for_people(stack: Stack) -> None:
    """Without --json everything is lines and tables, whatever is asked."""
    case = await opened(stack)
    for command in (("show", case), ("journal", case), ("list",)):
        ended = await stack.run("case", *command)
        assert (ended.code, ended.err) == (0, "")
        assert case in ended.out
    assert (await stack.run("audit", "verify")).out.startswith("Journaal en toegangslog")


async def test_fields_and_notes_come_from_files_and_standard_input(stack: Stack) -> None:
    """A fields file has camelCase names, key=value goes above it, a note can be piped in."""
    case = await opened(stack)
    file = f"{stack.environment['VANGNET_LOCAL_FOLDER']}/fields.json"
    stack.write(file, {"basis": "other", "parties": ["cjg"], "secondReviewer": "p.pieters"})
    ended = await stack.run(
        "case", "tell", case, "record-legal-basis", "basis=right_to_report", "-f", file, "--note-file", "-",
        "--as", SCHOOL, stdin="zes vragen, zes antwoorden 😟".encode(),
    )  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    shown = json.loads((await stack.run("case", "show", case, "--json")).out)
    assert [{"basis": "right_to_report", "parties": ["cjg"]}] == shown["legalBases"]


WRONG_USE = [
    ("case",),
    ("case", "tel"),
    ("case", "tell"),
    ("case", "tell", "CASE", "declare-acute"),
    ("case", "tell", "CASE", "declare-acute", "--as", "school"),
    ("case", "tell", "CASE", "declare-akuut", "--as", SCHOOL),
    ("case", "tell", "CASE", "age-reached", "age=from_18", "--as", SCHOOL),
    ("case", "tell", "CASE", "declare-acute", "reason=x", "--as", SCHOOL),
    ("case", "tell", "CASE", "declare-acute", "reason", "--as", SCHOOL),
    ("case", "tell", "CASE", "record-pupil-talk", "heldBy=janitor", "--as", SCHOOL),
    ("case", "tell", "CASE", "declare-acute", "--id", "met spatie", "--as", SCHOOL),
    ("case", "tell", "CASE", "declare-acute", "-f", "/nergens.json", "--as", SCHOOL),
    ("case", "tell", "CASE", "declare-acute", "-f", "-", "--note-file", "-", "--as", SCHOOL),
    ("case", "open", "--as", SCHOOL, "-f", "/dev/null"),
    ("case", "list", "--step", "lunch"),
    ("case", "wait", "CASE", "--for", "stap=report"),
    ("case", "wait", "CASE", "--for", "escalation.stand=active"),
    ("case", "wait", "CASE", "--for", "step=report", "--timeout", "straks"),
    ("clock", "forward", "CASE", "zes dagen"),
    ("codec",),
]


@pytest.mark.parametrize("arguments", WRONG_USE, ids=" ".join)
async def test_wrong_use_is_exit_code_2(stack: Stack, arguments: tuple[str, ...]) -> None:
    """One line that names what is wrong (help, where a command is missing), and nothing else."""
    ended = await stack.run(*(argument.replace("CASE", "4c7h-93kt-wd2m") for argument in arguments))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Usage:") or ended.err.count("\n") == ONE_LINE


COMPLAINTS = {
    ("case", "tel"): "de opdracht tel is er niet; misschien tell. Zie `vangnet case --help`.",
    ("case", "list", "--overdu"): "de optie --overdu is er niet; misschien --overdue. Zie `vangnet case list --help`.",
    ("case", "list", "--limit"): "na --limit hoort een waarde.",
    ("case", "list", "--limit", "0"): "de waarde van --limit kan niet. Zie `vangnet case list --help`.",
    ("case", "show"): "CASE ontbreekt. Zie `vangnet case show --help`.",
    ("case", "show", "een", "twee"): "twee is te veel. Zie `vangnet case show --help`.",
    ("case", "wait", "een"): "--for ontbreekt. Zie `vangnet case wait --help`.",
    ("help",): "de opdracht help is er niet. Zie `vangnet --help`.",
}


@pytest.mark.parametrize("arguments", COMPLAINTS, ids=" ".join)
async def test_wrong_use_is_told_in_dutch(stack: Stack, arguments: tuple[str, ...]) -> None:
    """What the parser of arguments finds is said as all else is, with where the help is."""
    ended = await stack.run(*arguments)
    assert f"Verkeerd gebruik: {COMPLAINTS[arguments]} (wrong_use)\n" == ended.err


FIELDS = {
    (
        "record-pupil-talk",
        "held_by=janitor",
    ): "Het veld heldBy.0 heeft geen geldige waarde; kies uit: mentor, supporter.",
    ("record-parent-talk", "existing_care=misschien"): (
        "Het veld existingCare heeft geen geldige waarde: verwacht wordt true of false."
    ),
    ("record-legal-basis", "basis=other"): "Het veld parties ontbreekt. Het veld secondReviewer ontbreekt.",
    ("plan-pupil-talk", "held_by=mentor", "at=straks"): (
        "Het veld at heeft geen geldige waarde: verwacht wordt een datum met tijd als 2026-11-30T14:00."
    ),
}


@pytest.mark.parametrize("told", FIELDS, ids=" ".join)
async def test_a_field_is_named_as_the_documentation_does(stack: Stack, told: tuple[str, ...]) -> None:
    """However somebody wrote it."""
    ended = await stack.run("case", "tell", "4c7h-93kt-wd2m", *told, "--as", SCHOOL)
    assert f"{FIELDS[told]} (bad_input)\n" == ended.err


async def test_roles_are_named_to_who_gives_another(stack: Stack) -> None:
    """The sentence is about --as, and holds all of them."""
    ended = await stack.run("case", "list", "--as", "ops")
    assert "Geef --as als <rol>:<organisatie>:<gebruiker>" in ended.err
    assert "school, cjg, agency, zvh, partner, admin, privacy, ops" in ended.err


async def test_values_to_choose_from_are_named(stack: Stack) -> None:
    """Of a value that is none of them."""
    ended = await stack.run("case", "list", "--step", "lunch")
    assert "--step moet een van deze waarden hebben: signal, pupil_talk, " in ended.err


async def test_who_has_nothing_running_is_told_how_to_begin(stack: Stack, tmp_path: Path) -> None:
    """Without any setting, and beside a local stack that does not run."""
    away = {name: "" for name in stack.environment if name.startswith("VANGNET_")} | {
        "VANGNET_LOCAL_FOLDER": str(tmp_path)
    }
    lost = await stack.run("case", "list", around=away)
    assert (2, True) == (lost.code, lost.err.endswith("start met `make run`. (settings)\n"))
    kept = stack.environment | {"VANGNET_DATABASE_URL": "postgresql://postgres@/vangnet?host=/nergens"}
    lines = (f"{name}='{value}'\n" for name, value in kept.items() if name.startswith("VANGNET_"))
    (tmp_path / "env").write_text("".join(lines))
    stopped = await stack.run("case", "list", around=away)
    assert (4, True) == (stopped.code, stopped.err.endswith("start met `make run`. (store_unavailable)\n"))


async def test_a_list_that_is_cut_off_says_so(stack: Stack) -> None:
    """And how to go on: with what was the last of it, all cases are there once."""
    for _ in range(2):
        await opened(stack)
    listed = ("case", "list", "--as", SCHOOL, "--json", "--limit")
    whole = await stack.run(*listed, "1000")
    first = await stack.run(*listed, "1")
    ids = [row["caseId"] for row in json.loads(whole.out)]
    assert ("", ids[:1]) == (whole.err, [row["caseId"] for row in json.loads(first.out)])
    assert f"Er zijn er meer: ga verder met --after {ids[0]}, of geef een hogere --limit.\n" == first.err
    rest = await stack.run(*listed, "1000", "--after", ids[0])
    assert ids[1:] == [row["caseId"] for row in json.loads(rest.out)]


async def test_a_case_that_cannot_begin_yet_says_what_it_waits_for(stack: Stack) -> None:
    """For a program as a field, for a person as a line; it is accepted either way."""
    file = f"{stack.environment['VANGNET_LOCAL_FOLDER']}/waiting.json"
    stack.write(file, an_intake())
    away = {"TEMPORAL_ADDRESS": "127.0.0.1:1"}
    opening = ("case", "open", "--as", SCHOOL, "-f", file)
    program = await stack.run(*opening, "--json", around=away)
    assert (0, "", "temporal") == (program.code, program.err, json.loads(program.out)["waitsFor"])
    person = await stack.run(*opening, around=away)
    assert (0, 1) == (person.code, person.out.count("\n"))
    assert "zodra Temporal weer bereikbaar is" in person.err
    here = await stack.run(*opening, "--json")
    assert json.loads(here.out)["waitsFor"] is None


REFUSED = [
    (("declare-acute", "--as", CJG), "unknown_case"),
    (("declare-acute", "--as", "person:guardian-2"), "unknown_case"),
    (("declare-acute", "--as", "school:nergens:x"), "unknown_case"),
    (("accept-report", "--as", SCHOOL), "not_allowed"),
    (("confirm-hand-over", "--as", SCHOOL), "wrong_step"),
    (("report-non-cooperation", "who=parent", "--as", SCHOOL), "note_missing"),
    (("change-school", "to=nergens", "--as", SCHOOL), "unknown_organisation"),
    (("plan-pupil-talk", "heldBy=mentor", "at=1900-01-01T09:00", "--as", SCHOOL), "date_in_past"),
]


async def test_a_refusal_is_exit_code_3(stack: Stack) -> None:
    """With --json it is a code and a Dutch sentence; nothing is written, and the case answers at once."""
    case = await opened(stack)
    before = await stack.written(case)
    for arguments, code in REFUSED:
        ended = await stack.run("case", "tell", case, *arguments, "--json")
        assert (3, "") == (ended.code, ended.out)
        refusal = json.loads(ended.err)
        assert {"code", "message"} == set(refusal)
        assert code == refusal["code"]
    assert before == await stack.written(case)
    assert (await stack.run("case", "tell", case, "declare-acute", "--as", SCHOOL)).code == 0


PICTURE = b"zie: data:image/png;base64,iVBORw0KGgo="


async def test_text_that_is_too_much_or_no_text_is_refused(stack: Stack) -> None:
    """A megabyte, something binary, broken UTF-8, a picture as text: exit code 2, nothing written; emoji are text."""
    case = await opened(stack)
    before = await stack.written(case)
    tell = ("case", "tell", case, "declare-acute", "--as", SCHOOL, "--json")
    for note, code in (
        (b"x" * 1_000_000, "too_large"),
        (bytes(range(256)), "bad_input"),
        (b"a\0b", "bad_input"),
        (PICTURE, "picture"),
    ):
        ended = await stack.run(*tell, "--note-file", "-", stdin=note)
        assert (2, code) == (ended.code, json.loads(ended.err)["code"])
    for fields in (b"[1]", b"{", b"\xff\xfe", b'{"x": NaN}', b"[" * 100_000, b'{"x": "' + b"y" * 70_000 + b'"}'):
        ended = await stack.run(*tell, "-f", "-", stdin=fields)
        assert (2, "") == (ended.code, ended.out)
    assert before == await stack.written(case)
    assert (await stack.run(*tell, "--note-file", "-", stdin="😀👩‍👧".encode())).code == 0


async def test_waiting_for_a_case(stack: Stack) -> None:
    """It ends when everything that is asked is so, and with exit code 1 when that takes too long."""
    case = await opened(stack)
    waiting = asyncio.create_task(
        stack.run("case", "wait", case, "--for", "step=closed", "--for", "outcome.kind=cancelled")
    )
    await stack.tell(case, "cancel-case", reason="duplicate")
    assert (0, "", "") == await waiting
    in_vain = await stack.run("case", "wait", case, "--for", "status=open", "--timeout", "0s")
    assert in_vain.code == 1
    unknown = await stack.run("case", "wait", "4c7h-93kt-wd2m", "--for", "status=open")
    assert unknown.code == 3


WAITED_FOR = {
    "step=lunch": "Het veld step wordt nooit 'lunch'; kies uit: signal, pupil_talk, ",
    "escalation.status=actief": "Het veld escalation.status wordt nooit 'actief'; kies uit: ",
    "consents.status=ja": "Het veld consents.status wordt nooit 'ja'; kies uit: ",
}


@pytest.mark.parametrize("condition", WAITED_FOR)
async def test_what_never_comes_is_not_waited_for(condition: str) -> None:
    """A word that the field never says is wrong use at once, with the words that it does say."""
    with pytest.raises(BadInput) as refused:
        await wait("4c7h-93kt-wd2m", (condition,), "30s", None)
    assert str(refused.value).startswith(WAITED_FOR[condition])


async def test_who_looks_is_logged_and_the_rest_sees_nothing(stack: Stack) -> None:
    """Each look has a row in the access log; who has nothing to do with a case finds none."""
    case = await opened(stack)
    before = await stack.looked(case)
    for command in ("show", "journal"):
        assert (await stack.run("case", command, case, "--as", ZVH)).code == 3
        assert (await stack.run("case", command, case, "--as", SCHOOL)).code == 0
    assert before + 4 == await stack.looked(case)
    own = await stack.run("case", "list", "--as", CJG, "--json")
    assert case not in own.out
    assert (await stack.run("case", "list", "--as", CJG, "--organisation", "school-de-meent")).code == 3


async def test_the_check_says_what_is_not_fine(stack: Stack) -> None:
    """What is there, and what is away: exit code 1, and which."""
    assert (await stack.run("temporal", "setup")).code == 0
    here = await stack.run("check", "--json")
    fine = {finding["name"]: finding["fine"] for finding in json.loads(here.out)}
    assert {
        "keys": True,
        "database": True,
        "temporal": True,
        "workers": True,
        "cases": True,
        "mail": True,
        "login": False,
        "keystore": True,
        "anchors": True,
        "backup": True,
        "privacy": True,
    } == fine  # it has no provider
    away = await stack.run("check", "--json", around={"VANGNET_SMTP_PORT": "1", "TEMPORAL_ADDRESS": "127.0.0.1:1"})
    assert away.code == 1
    found = {finding["name"]: finding["fine"] for finding in json.loads(away.out)}
    down = {"temporal": False, "workers": False, "cases": False, "mail": False, "login": False}
    up = {"keys": True, "database": True, "keystore": True, "anchors": True, "backup": True, "privacy": True}
    assert up | down == found


async def test_nobody_to_tell_of_an_emergency_is_not_fine(stack: Stack) -> None:
    """Without the privacy officer's address the check says so, and is not in order but on the local stack."""
    nobody = stack.settings.model_copy(update={"privacy_mail_to": None, "local": False})
    with pytest.raises(NotFine, match="VANGNET_PRIVACY_MAIL_TO"):
        await _privacy(nobody)
    assert "niet ingesteld" in await _privacy(nobody.model_copy(update={"local": True}))
    assert "ingesteld" == await _privacy(nobody.model_copy(update={"privacy_mail_to": "p@gemeente.example"}))


async def test_a_missing_setting_is_named(stack: Stack) -> None:
    """A wrong or missing setting is wrong use, in one line."""
    ended = await stack.run("case", "list", around={"VANGNET_REGION": "Niet Geldig"})
    assert ended.code == 2
    assert "VANGNET_REGION" in ended.err
    assert ended.err.count("\n") == ONE_LINE


async def test_clocks_stand_still_outside_of_the_local_stack(stack: Stack) -> None:
    """Days pass by hand on the local stack only."""
    case = await opened(stack)
    ended = await stack.run("clock", "forward", case, "6d", around={"VANGNET_LOCAL": "false"})
    assert ended.code == 2


async def test_interrupting_ends_quietly(stack: Stack) -> None:
    """Ctrl-C is exit code 130 and says nothing."""
    case = await opened(stack)
    before = await stack.looked(case)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "starter.cli", "case", "wait", case, "--for", "step=closed", "--timeout", "60s",
        env=stack.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(120):
        while await stack.looked(case) == before:
            await asyncio.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert (130, b"", b"") == (process.returncode, out, err)


async def test_a_reader_who_goes_away_is_no_fault(stack: Stack) -> None:
    """``vangnet case journal … | head`` says nothing on standard error."""
    case = await opened(stack)
    reading, writing = os.pipe()
    os.close(reading)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "starter.cli", "case", "journal", case,
        env=stack.environment, stdout=writing, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.close(writing)
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert (0, b"") == (process.returncode, err)


@pytest.mark.parametrize(
    "command",
    ["", "case", "case open", "case tell", "case show", "case list", "case journal", "case wait", "clock", "clock forward",
     "notices", "audit", "audit verify", "audit backed-up", "keys", "keys list", "keys rotate", "keys destroy", "temporal", "temporal setup", "check", "local", "worker", "web", "codec", "migrate"],
)  # fmt: skip
async def test_every_command_has_help(stack: Stack, command: str) -> None:
    """Help is there without a database, and says what a command is for."""
    ended: Ended = await stack.run(*command.split(), "--help", around={"VANGNET_DATABASE_URL": ""})
    assert (0, "") == (ended.code, ended.err)
    assert ended.out.startswith(f"Usage: vangnet {command}".rstrip())
