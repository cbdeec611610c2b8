"""Everything that an installation leaves anywhere, as bytes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import asyncpg
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client

from starter.inbox.mails import Mail
from starter.starting import workflow_id
from tests.end_to_end.stack import LocalStack

METRICS = ("VANGNET_METRICS_ADDRESS", "VANGNET_METRICS_WEB_ADDRESS", "VANGNET_METRICS_CODEC_ADDRESS")


async def left_anywhere(stack: LocalStack, *cases: str) -> dict[str, bytes]:
    """Everything that this installation left, by where it is."""
    temporal = await stack.temporal()
    connection = await asyncpg.connect(stack.database_url())
    await connection.execute("CHECKPOINT")
    await connection.close()
    mails = "\n".join(f"{mail.subject} {mail.text} {mail.html} {_headers(mail)}" for mail in stack.mails())
    return {
        **await asyncio.to_thread(_all_in, stack.folder),
        **{f"history {case}": await history(temporal, workflow_id(case)) for case in cases},
        "metrics": await asyncio.to_thread(_metrics, stack),
        "what was printed": stack.said().encode(),
        "mails": mails.encode(),
    }


def _headers(mail: Mail) -> str:
    """Without whom it is to, which every envelope bears."""
    return " ".join(value for name, value in mail.headers.items() if name.lower() not in {"to", "delivered-to"})


def _metrics(stack: LocalStack) -> bytes:
    found = b""
    for name in METRICS:
        with urlopen(f"http://{stack.environment[name]}/metrics", timeout=20) as answer:
            found += answer.read()
    assert b"temporal" in found
    assert len(METRICS) == found.count(b"# TYPE vangnet_looked")
    return found


def bytes_of(file: Path) -> bytes:
    """What is in a file; nothing when it went meanwhile."""
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


async def files_of_postgres(dsn: str) -> dict[str, bytes]:
    """What PostgreSQL keeps on disk, its write-ahead log included."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("CHECKPOINT")
        folder = Path(await connection.fetchval("SHOW data_directory"))
    finally:
        await connection.close()
    return await asyncio.to_thread(_all_in, folder)


def _all_in(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): data for file in folder.rglob("*") if (data := bytes_of(file))}
