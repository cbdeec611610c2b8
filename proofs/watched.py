"""A real Prometheus beside a stack: its rules are ours, with shorter patience, so that an alert fires while one waits."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from pydantic import BaseModel

from runtime.settings import CHECKOUT
from tests.end_to_end.stack import eventually

RULES = CHECKOUT / "deploy" / "prometheus" / "alerts.yml"
_PATIENCE = re.compile(r"for: \d+[mh]")
_WINDOW = re.compile(r"\[5m\]")
_SCRAPE = "global: {scrape_interval: 1s, scrape_timeout: 900ms, evaluation_interval: 1s}\nrule_files: [alerts.yml]\nscrape_configs:\n"


class Alert(BaseModel):
    """One that is pending or fires."""

    labels: dict[str, str]
    state: str


class Row(BaseModel):
    """One row of what was asked."""

    value: tuple[float, str]


class Said(BaseModel):
    """What it answers."""

    alerts: tuple[Alert, ...] = ()
    result: tuple[Row, ...] = ()


class Answer(BaseModel):
    """The same, in its envelope."""

    data: Said


def shortened(rules: str) -> str:
    """The rules with seconds for minutes: what they look at stays."""
    return _WINDOW.sub("[40s]", _PATIENCE.sub("for: 2s", rules))


class Prometheus:
    """What it says of alerts."""

    def __init__(self, port: int) -> None:
        """Ask the one on this port."""
        self._address = f"http://127.0.0.1:{port}"

    async def firing(self) -> set[str]:
        """The names of the alerts that fire."""
        return {alert.labels["alertname"] for alert in (await self._said("alerts")).alerts if alert.state == "firing"}

    async def fires(self, alert: str) -> bool:
        """Whether this one does."""
        return alert in await self.firing()

    async def is_quiet(self, alert: str) -> bool:
        """Whether it does not."""
        return alert not in await self.firing()

    async def sees(self, processes: int) -> bool:
        """Whether it is up, and as many processes answer it."""
        try:
            said = await self._said("query?query=sum(up)")
        except httpx2.HTTPError:
            return False
        return [float(row.value[1]) for row in said.result] == [processes]

    async def _said(self, what: str) -> Said:
        async with httpx2.AsyncClient(timeout=10) as http:
            answer = await http.get(f"{self._address}/api/v1/{what}")
        return Answer.model_validate_json(answer.raise_for_status().content).data


@asynccontextmanager
async def prometheus(folder: Path, port: int, jobs: dict[str, int]) -> AsyncIterator[Prometheus]:
    """Run one that asks these jobs, each at its port."""
    program = shutil.which("prometheus")
    assert program, "this proof needs Prometheus: apt install prometheus"
    (folder / "alerts.yml").write_text(shortened(RULES.read_text(encoding="utf-8")), encoding="utf-8")
    scrapes = (
        f"- {{job_name: {job}, static_configs: [{{targets: ['127.0.0.1:{at}']}}]}}\n" for job, at in jobs.items()
    )
    (folder / "prometheus.yml").write_text(_SCRAPE + "".join(scrapes), encoding="utf-8")
    with (folder / "prometheus.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}", stdout=log, stderr=log,
        )  # fmt: skip
    try:
        running = Prometheus(port)
        await eventually(lambda: running.sees(len(jobs)), "Prometheus sees every process", within=60)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
