"""What is watched in these tests, and reading its metrics as Prometheus does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import httpx2
from temporalio.client import Client

from runtime.instruments import Instruments
from tests.starter.stack import until
from tests.web.serving import Pages

_LINE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Sample(NamedTuple):
    """One line of what is scraped."""

    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True)
class Watched:
    """A worker and pages."""

    at_worker: str
    at_web: str
    of_worker: Instruments
    of_web: Instruments
    client: Client
    pages: Pages


async def scraped(*addresses: str) -> list[Sample]:
    """Everything that is told there."""
    async with httpx2.AsyncClient() as http:
        texts = [(await http.get(f"http://{address}/metrics")).text for address in addresses]
    lines = (_LINE.fullmatch(line) for text in texts for line in text.splitlines() if not line.startswith("#"))
    return [Sample(line[1], dict(_LABEL.findall(line[2] or "")), float(line[3])) for line in lines if line]


async def value(address: str, name: str, **labels: str) -> float:
    """The value of a metric, summed over what was not asked for; zero where nothing is told of it."""
    found = await scraped(address)
    return sum(each.value for each in found if each.name == name and labels.items() <= each.labels.items())


async def told(address: str, name: str, **labels: str) -> None:
    """Wait until a metric is above zero."""

    async def there() -> bool:
        return await value(address, name, **labels) > 0

    await until(there)
