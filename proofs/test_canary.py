"""A canary in every personal and free-text field: it sings nowhere but in the sealed file.

Everything that a running installation leaves anywhere is searched for it, as bytes: Temporal's raw history and its
database file, PostgreSQL's files and write-ahead log, every log at debug, metrics, spans, mails, and every address that
was asked for at the pages. The controls leak on
purpose: a search that does not find those proves nothing.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from pydantic import JsonValue
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from proofs.canaries import Canaries
from proofs.left import METRICS, bytes_of, files_of_postgres, history, left_anywhere
from proofs.page_doors import Typed, type_everywhere
from proofs.store_doors import break_glass, fill_directory, tell_beside
from protocol import messages as m
from protocol.vocabulary import PoliceContact, Who
from store import Content, Intake, KeyRing, Store
from tests.command_line import Ended
from tests.end_to_end.conftest import all_sent, silence
from tests.end_to_end.stack import LocalStack, Part, eventually, free_ports
from tests.end_to_end.story import BORN, Line, at_school, escalated, intake
from tests.postgres import postgres_server
from tests.store import builders as b
from tests.web.serving import listening, served

_DIGESTED = "incident"
"""A field of an intake that nobody keeps: only a digest of it."""


@pytest.fixture
async def spans() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A collector of spans: where it is, and what it was sent."""
    taken: list[bytes] = []

    async def take(request: Request) -> Response:
        taken.append(await request.body())
        return Response()

    socket, address = listening()
    async with served(Starlette(routes=[Route("/{rest:path}", take, methods=["POST"])]), socket):
        yield address, taken


@pytest.fixture
async def stack(spans: tuple[str, list[bytes]]) -> AsyncIterator[LocalStack]:
    """A stack that says all it can, serves metrics and sends spans."""
    with TemporaryDirectory(prefix="vangnet-", ignore_cleanup_errors=True) as folder:
        stack = LocalStack(Path(folder))
        metrics = {name: f"127.0.0.1:{port}" for name, port in free_ports(METRICS).items()}
        stack.environment |= {"VANGNET_LOG_LEVEL": "DEBUG", "VANGNET_TRACES_ENDPOINT": spans[0], **metrics}
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()


def _intake(canary: Canaries) -> dict[str, JsonValue]:
    pupil: dict[str, JsonValue] = {
        "name": canary("pupil.name"),
        "dateOfBirth": BORN,
        "email": canary.address("pupil.email"),
        "safeContact": canary.address("pupil.safeContact", "veilig"),
        "secondContact": canary.address("pupil.secondContact", "eigen"),
    }
    guardians: list[JsonValue] = [
        {
            "name": canary(f"guardian-{number}.name"),
            "email": canary.address(f"guardian-{number}.email"),
            "safeContact": canary.address(f"guardian-{number}.safeContact", "veilig"),
            "secondContact": canary.address(f"guardian-{number}.secondContact", "eigen"),
            "custody": number == 1,
            "language": "nl",
        }
        for number in (1, 2)
    ]
    said: dict[str, JsonValue] = {"note": canary("intake.note"), _DIGESTED: canary(_DIGESTED)}
    return {**intake(), "pupil": pupil, "guardians": guardians, **said}


def _lines(canary: Canaries, lines: Iterable[Line]) -> list[Line]:
    """The same story, told by people and with notes that nobody else has; every message brings a note."""
    told = []
    for line in lines:
        role, organisation, _ = line.who.split(":")
        who = f"{role}:{organisation}:{canary(f'user at {organisation}')}"
        fields = dict(line.fields)
        if "secondReviewer" in fields:
            fields["secondReviewer"] = canary("secondReviewer")
        told.append(Line(who, line.message, fields, canary(f"note of {line.message}")))
    return told


async def _whole_case(stack: LocalStack, store: Store, canary: Canaries) -> tuple[str, Typed]:
    """An escalated case to its end; each part is away once while somebody tells it something.

    Returns:
        Its id, and what came of typing into the pages meanwhile.
    """
    await fill_directory(store, canary)
    file = stack.output.parent / "intake.json"
    file.write_text(json.dumps(_intake(canary)), encoding="utf-8")
    school = f"school:school-de-meent:{canary('user at school-de-meent')}"
    opened = await stack.vangnet("case", "open", "--as", school, "-f", str(file))
    assert opened.code == 0, opened.err
    case = opened.out.strip()
    first, *rest = _lines(canary, at_school())
    for part in (Part.POSTGRES, Part.INBOX, Part.WORKER, Part.TEMPORAL):
        async with stack.without(part):
            await _tell(stack, case, first, "police")
    await eventually(lambda: _is_told(stack, case, first, "police"), "what was told meanwhile counts", within=90)
    for line in rest:
        await _must_tell(stack, case, line)
    await tell_beside(store, case, canary)
    await silence(stack, case)
    await break_glass(store, case, canary)
    typed = await type_everywhere(stack, case, canary)
    for line in _lines(canary, escalated(datetime.now(UTC).date())):
        await _must_tell(stack, case, line)
    await eventually(lambda: all_sent(stack, case), "all notices are sent", within=60)
    return case, typed


async def _tell(stack: LocalStack, case: str, line: Line, message_id: str) -> Ended:
    return await stack.vangnet(*line.arguments(case), "--id", message_id, stdin=line.stdin)


async def _is_told(stack: LocalStack, case: str, line: Line, message_id: str) -> bool:
    return (await _tell(stack, case, line, message_id)).code == 0


async def _must_tell(stack: LocalStack, case: str, line: Line) -> None:
    ended = await _tell(stack, case, line, str(uuid4()))
    assert ended.code == 0, (line.message, ended.err)


async def test_nobody_sings(stack: LocalStack, spans: tuple[str, list[bytes]], figures: list[str]) -> None:
    """A whole escalated case leaves none of it anywhere in the open."""
    canary = Canaries()
    store = await Store.connect(stack.database_url(), stack.keys(), largest=2)
    try:
        case, typed = await _whole_case(stack, store, canary)
    finally:
        await store.close()

    async def is_traced() -> bool:
        return all(part in b"".join(spans[1]) for part in (typed.case.encode(), b"vangnet-web", b"vangnet-worker"))

    await eventually(is_traced, "spans of a case that was opened at the pages have come")
    left = await left_anywhere(stack, case, typed.case)
    left |= {"addresses": "\n".join(typed.addresses).encode(), "spans": b"".join(spans[1])}
    # The mail catcher's own file has the envelopes, too; what is in the mails is held against every canary beside it.
    mailbox = {name for name in left if name == "mail/mails.jsonl"}
    assert mailbox
    found = {
        name: fields
        for name, data in left.items()
        if (fields := canary.singing_in(data, without=canary.addresses if name in mailbox else ()))
    }
    size = sum(map(len, left.values())) / 1e6
    figures.append(
        f"canary: {len(canary.by_field)} fields, {len(left)} places with {size:.0f} MB"
        f" ({len(typed.addresses)} addresses, {len(left['spans'])} bytes of spans), {len(found)} sing"
    )
    assert {} == found


class _Paper:
    """A cipher that encrypts nothing."""

    def __init__(self, key: bytes) -> None:
        """Take the key, and leave it."""

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:  # noqa: ARG002
        """Give it back."""
        return data

    decrypt = encrypt


async def test_the_search_finds_them_in_postgresql_when_nothing_is_sealed(
    monkeypatch: pytest.MonkeyPatch, figures: list[str]
) -> None:
    """Control: with sealing off, the same search finds all that the store is told in PostgreSQL's files."""
    monkeypatch.setattr("store.sealing.AESGCM", _Paper)
    canary = Canaries()
    with postgres_server() as postgres:
        store = await Store.connect(postgres.dsn(await postgres.create()), KeyRing.generate())
        await _told_to_the_store(store, canary)
        await store.close()
        files = (await files_of_postgres(postgres.dsn())).values()
        found = canary.singing_in(b"".join(files))
    figures.append(f"control, sealing off: {len(found)} of {len(canary.by_field)} fields sing in PostgreSQL")
    assert set(canary.by_field) - {_DIGESTED} == found


async def _told_to_the_store(store: Store, canary: Canaries) -> None:
    """A case that is escalated, and everything beside it that goes through the store's own doors."""
    await b.save_directory(store)
    await fill_directory(store, canary)
    story = b.Story(b.opening())
    await store.open_case(story.opening, Intake.model_validate_json(json.dumps(_intake(canary))))
    await store.record(story.open())
    for message in (b.pupil_talk(), b.parent_talk(), m.RecordPoliceContact(contact=PoliceContact.REPORT)):
        await b.told_and_recorded(store, story, message)
    refused = Content(note=canary("note"))
    await b.told_and_recorded(store, story, m.ReportNonCooperation(who=Who.PARENT), content=refused)
    await tell_beside(store, story.id, canary)
    await break_glass(store, story.id, canary)


@workflow.defn
class Leaking:
    """Takes personal data where it must not be."""

    @workflow.run
    async def run(self, told: str) -> str:
        """Give it back."""
        return told


async def test_the_search_finds_them_in_temporal_when_the_codec_is_off(stack: LocalStack, figures: list[str]) -> None:
    """Control: a workflow that leaks, told without a codec, is found in its history and in Temporal's file."""
    canary = Canaries()
    client = await Client.connect(f"127.0.0.1:{stack.ports['temporal_port']}")
    async with Worker(client, task_queue="leaking", workflows=[Leaking], workflow_runner=UnsandboxedWorkflowRunner()):
        await client.execute_workflow(
            Leaking.run, canary("argument"), id="leaking", task_queue="leaking", memo={"note": canary("memo")}
        )
    kept = await history(client, "leaking")
    database = b"".join(bytes_of(file) for file in stack.folder.glob("temporal.db*"))
    figures.append(f"control, codec off: {len(canary.singing_in(kept))} of 2 fields sing in the history")
    assert {"argument", "memo"} == canary.singing_in(kept) == canary.singing_in(database)
