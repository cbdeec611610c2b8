"""A canary in every personal and free-text field: it sings nowhere but in the sealed file.

Everything that a running installation leaves anywhere is searched for it, as bytes: Temporal's raw history and its
database file, PostgreSQL's files and write-ahead log, every log at debug, metrics, and mails. The controls leak on
purpose: a search that does not find those proves nothing.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen
from uuid import uuid4

import asyncpg
import pytest
from pydantic import JsonValue
from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from starter.inbox.mails import Mail
from starter.starting import workflow_id
from store import Intake, KeyRing, Store
from tests.end_to_end.conftest import all_sent, silence
from tests.end_to_end.stack import Ended, LocalStack, Part, eventually, free_ports
from tests.end_to_end.story import BORN, Line, at_school, escalated, intake
from tests.postgres import postgres_server
from tests.store import builders as b


class Canaries:
    """Strings that stand nowhere else in the world, one for each field."""

    def __init__(self) -> None:
        self.by_field: dict[str, str] = {}

    def __call__(self, field: str) -> str:
        """The canary of a field."""
        return self.by_field.setdefault(field, f"kanarie{uuid4().hex}")

    @property
    def addresses(self) -> frozenset[str]:
        """Those that are addresses: an envelope bears them, or no mail would arrive."""
        return frozenset(field for field in self.by_field if field.endswith(("email", "safeContact")))

    def singing_in(self, data: bytes, *, without: Iterable[str] = ()) -> set[str]:
        """The fields whose canary stands in there, in any dress that text commonly wears."""
        lower = data.lower()
        return {
            field
            for field, canary in self.by_field.items()
            if field not in without and any(dress in (data if cased else lower) for dress, cased in _dresses(canary))
        }


def _dresses(canary: str) -> Iterator[tuple[bytes, bool]]:
    plain = canary.encode()
    yield plain, False
    yield canary.encode("utf-16-le"), False
    yield plain.hex().encode(), False
    for shift in range(3):  # base64 of it, wherever it stands in what was encoded
        encoded = base64.b64encode(b"\0" * shift + plain)
        yield encoded[4 if shift else 0 : -4], True


_DIGESTED = "incident"
"""A field of an intake that nobody keeps: only a digest of it."""
_METRICS = ("VANGNET_METRICS_ADDRESS", "VANGNET_METRICS_WEB_ADDRESS", "VANGNET_METRICS_CODEC_ADDRESS")


@pytest.fixture
async def stack() -> AsyncIterator[LocalStack]:
    """A stack that says all it can, and serves metrics."""
    with TemporaryDirectory(prefix="vangnet-", ignore_cleanup_errors=True) as folder:
        stack = LocalStack(Path(folder))
        metrics = {name: f"127.0.0.1:{port}" for name, port in free_ports(_METRICS).items()}
        stack.environment |= {"VANGNET_LOG_LEVEL": "DEBUG", **metrics}
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()


def _intake(canary: Canaries) -> dict[str, JsonValue]:
    pupil: dict[str, JsonValue] = {
        "name": canary("pupil.name"),
        "dateOfBirth": BORN,
        "email": f"{canary('pupil.email')}@thuis.voorbeeld.example",
        "safeContact": f"{canary('pupil.safeContact')}@veilig.voorbeeld.example",
        "secondContact": f"{canary('pupil.secondContact')}@eigen.voorbeeld.example",
    }
    guardians: list[JsonValue] = [
        {
            "name": canary(f"guardian-{number}.name"),
            "email": f"{canary(f'guardian-{number}.email')}@thuis.voorbeeld.example",
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


async def _whole_case(stack: LocalStack, canary: Canaries) -> str:
    """An escalated case to its end; each part is away once while somebody tells it something."""
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
    await silence(stack, case)
    for line in _lines(canary, escalated(datetime.now(UTC).date())):
        await _must_tell(stack, case, line)
    await eventually(lambda: all_sent(stack, case), "all notices are sent", within=60)
    return case


async def _tell(stack: LocalStack, case: str, line: Line, message_id: str) -> Ended:
    return await stack.vangnet(*line.arguments(case), "--id", message_id, stdin=line.stdin)


async def _is_told(stack: LocalStack, case: str, line: Line, message_id: str) -> bool:
    return (await _tell(stack, case, line, message_id)).code == 0


async def _must_tell(stack: LocalStack, case: str, line: Line) -> None:
    ended = await _tell(stack, case, line, str(uuid4()))
    assert ended.code == 0, (line.message, ended.err)


async def _left_anywhere(stack: LocalStack, case: str) -> dict[str, bytes]:
    """Everything that this installation left, by where it is."""
    temporal = await stack.temporal()
    connection = await asyncpg.connect(stack.database_url())
    await connection.execute("CHECKPOINT")
    await connection.close()
    mails = "\n".join(f"{mail.subject} {mail.text} {mail.html} {_headers(mail)}" for mail in stack.mails())
    return {
        **await asyncio.to_thread(_all_in, stack.folder),
        "history": await history(temporal, workflow_id(case)),
        "metrics": await asyncio.to_thread(_metrics, stack),
        "what was printed": stack.said().encode(),
        "mails": mails.encode(),
    }


def _headers(mail: Mail) -> str:
    """Without whom it is to, which every envelope bears."""
    return " ".join(value for name, value in mail.headers.items() if name.lower() not in {"to", "delivered-to"})


def _metrics(stack: LocalStack) -> bytes:
    found = b""
    for name in _METRICS:
        with urlopen(f"http://{stack.environment[name]}/metrics", timeout=20) as answer:
            found += answer.read()
    assert b"temporal" in found
    assert len(_METRICS) == found.count(b"# TYPE vangnet_looked")
    return found


def _bytes(file: Path) -> bytes:
    with suppress(OSError):
        return file.read_bytes()
    return b""


async def history(temporal: Client, workflow: str) -> bytes:
    """Every event of a workflow, as the server keeps it."""
    asked = GetWorkflowExecutionHistoryRequest(
        namespace=temporal.namespace, execution=WorkflowExecution(workflow_id=workflow)
    )
    found = b""
    while True:
        page = await temporal.workflow_service.get_workflow_execution_history(asked)
        found += page.history.SerializeToString()
        asked.next_page_token = page.next_page_token
        if not page.next_page_token:
            return found


async def test_nobody_sings(stack: LocalStack, figures: list[str]) -> None:
    """A whole escalated case leaves none of it anywhere in the open."""
    canary = Canaries()
    case = await _whole_case(stack, canary)
    left = await _left_anywhere(stack, case)
    # The mail catcher's own file has the envelopes, too; what is in the mails is held against every canary beside it.
    mailbox = {name for name in left if name == "mail/mails.jsonl"}
    assert mailbox
    found = {
        name: fields
        for name, data in left.items()
        if (fields := canary.singing_in(data, without=canary.addresses if name in mailbox else ()))
    }
    size = sum(map(len, left.values())) / 1e6
    figures.append(f"canary: {len(canary.by_field)} fields, {len(left)} places with {size:.0f} MB, {len(found)} sing")
    assert {} == found


class _Paper:
    """A cipher that encrypts nothing."""

    def __init__(self, key: bytes) -> None:
        """Take the key, and leave it."""

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes | None) -> bytes:  # noqa: ARG002
        """Give it back."""
        return data


async def test_the_search_finds_them_in_postgresql_when_nothing_is_sealed(
    monkeypatch: pytest.MonkeyPatch, figures: list[str]
) -> None:
    """Control: with sealing off, the same search finds what an intake keeps in PostgreSQL's files."""
    monkeypatch.setattr("store.sealing.AESGCM", _Paper)
    canary = Canaries()
    with postgres_server() as postgres:
        store = await Store.connect(postgres.dsn(await postgres.create()), KeyRing.generate())
        await store.open_case(b.opening(), Intake.model_validate_json(json.dumps(_intake(canary))))
        await store.close()
        files = (await _files(postgres.dsn())).values()
        found = canary.singing_in(b"".join(files))
    figures.append(f"control, sealing off: {len(found)} of {len(canary.by_field)} fields sing in PostgreSQL")
    assert set(canary.by_field) - {_DIGESTED} == found


async def _files(dsn: str) -> dict[str, bytes]:
    """What PostgreSQL keeps on disk, its write-ahead log included."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("CHECKPOINT")
        folder = Path(await connection.fetchval("SHOW data_directory"))
    finally:
        await connection.close()
    return await asyncio.to_thread(_all_in, folder)


def _all_in(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): data for file in folder.rglob("*") if (data := _bytes(file))}


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
    database = b"".join(_bytes(file) for file in stack.folder.glob("temporal.db*"))
    figures.append(f"control, codec off: {len(canary.singing_in(kept))} of 2 fields sing in the history")
    assert {"argument", "memo"} == canary.singing_in(kept) == canary.singing_in(database)
