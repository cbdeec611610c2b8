"""The quick run of the measurements: everything is measured, judged and written down."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bench.report import Report
from bench.targets import TARGETS

pytestmark = pytest.mark.proof
_CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def run() -> tuple[int, str, Path]:
    """Run it once: exit code, what it printed, and the file it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-m", "bench", "--quick", "--json", "--only", "cases",
        cwd=_CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, said = await process.communicate()
    code = await process.wait()
    assert code in (0, 1), said.decode()
    return code, printed.decode(), Path(said.decode().splitlines()[-1])


@pytest.fixture(scope="module")
def report(run: tuple[int, str, Path]) -> Report:
    """What was printed, read as the document that it says to be."""
    return Report.model_validate_json(run[1])


async def test_every_driver_is_measured_beside_bare(report: Report) -> None:
    """Each round holds bare, the update and the front door, each with figures that can be."""
    (found,) = report.measured.rounds
    assert {"bare", "update", "door"} == set(found)
    for sample in found.values():
        assert 0 < sample.alone.p50 <= sample.alone.p95 <= sample.alone.p99
        assert 0 < sample.crowd.cases_per_second
        assert 0 < sample.crowd.worker_cpu < sample.crowd.whole_cpu
        assert 0 < sample.kept.transitions < sample.kept.events < sample.kept.bytes


async def test_bare_does_as_much_as_our_case(report: Report) -> None:
    """The bare workflow gets as many messages, and has no database to write to."""
    (found,) = report.measured.rounds
    assert found["update"].crowd.round_trips.count == found["bare"].crowd.round_trips.count
    assert found["update"].crowd.cpu["postgres"] > 0
    assert found["bare"].crowd.cpu["postgres"] < found["update"].crowd.cpu["postgres"]


async def test_memory_is_read_of_both_workers(report: Report) -> None:
    """Open cases stand in a fresh worker of ours, and in one of bare."""
    assert {"bare", "update"} == set(report.measured.memory)
    assert all(memory.open_cases == report.plan.open_cases for memory in report.measured.memory.values())


async def test_memory_is_read_of_cases_that_were_told_something(report: Report) -> None:
    """The same of cases that have had messages, which the SDK keeps something of."""
    assert {"bare", "update"} == set(report.measured.memory_told)
    assert all(memory.messages == report.plan.told_messages > 0 for memory in report.measured.memory_told.values())


async def test_a_rush_is_as_large_as_it_says(report: Report) -> None:
    """As many cases at once as were planned really were."""
    (found,) = report.measured.rounds
    assert {sample.rush.at_once for sample in found.values()} == {report.plan.rush_at_once}


async def test_the_case_of_the_readme_is_told_to_its_end(report: Report) -> None:
    """With pauses it leaves fewer events than the fuller case, and as many as a case of its length must."""
    assert 100 < report.measured.tour_events < report.measured.paused.events


async def test_every_target_is_judged(report: Report, run: tuple[int, str, Path]) -> None:
    """Each target has its verdict, and the exit code says whether all of them are reached."""
    assert [target.what for target in TARGETS] == [verdict.what for verdict in report.targets]
    assert (0 if report.passed else 1) == run[0]


async def test_the_document_is_kept(run: tuple[int, str, Path]) -> None:
    """What was printed stands in the file whose path was told."""
    assert Report.model_validate_json(run[1]) == Report.model_validate_json(run[2].read_text(encoding="utf-8"))
    run[2].unlink()
