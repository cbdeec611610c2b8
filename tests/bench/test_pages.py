"""The quick run of what pages cost: every page is opened, timed, weighed and judged, and written down."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bench.pages_acting import ACTIONS
from bench.pages_report import PagesReport

pytestmark = pytest.mark.proof
_CHECKOUT = Path(__file__).parents[2]
_PAGES = {
    "work list",
    "work list, filtered",
    "work list, page 2",
    "search by number",
    "case with journal",
    "case, has it changed",
    "form of an action",
    "intake step",
}


@pytest.fixture(scope="module")
async def run() -> tuple[int, str, Path]:
    """Run it once: exit code, what it printed, and the file it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-m", "bench", "--quick", "--json", "--only", "pages",
        cwd=_CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, said = await process.communicate()
    code = await process.wait()
    assert code in (0, 1), said.decode()
    return code, printed.decode(), Path(said.decode().splitlines()[-1])


@pytest.fixture(scope="module")
def report(run: tuple[int, str, Path]) -> PagesReport:
    """What was printed, read as the document that it says to be."""
    return PagesReport.model_validate_json(run[1])


async def test_every_page_is_timed_and_weighed(report: PagesReport) -> None:
    """People at work open each of them; what leads on or says that nothing changed has no weight."""
    measured = report.measured
    assert _PAGES == set(measured.at_work)
    assert _PAGES - {"search by number", "case, has it changed"} == set(measured.weights)
    for taken in measured.at_work.values():
        assert 0 < taken.p50 <= taken.p95 <= taken.worst
    for weight in measured.weights.values():
        assert 0 < weight.page_compressed < weight.page
        assert 0 < weight.files < weight.compressed


async def test_every_action_is_timed_alone_and_in_company(report: PagesReport) -> None:
    """Each action is carried out in every case, and leads to a page."""
    plan = report.measured.plan
    for acting in (report.measured.acting, report.measured.acting_at_work):
        assert dict.fromkeys(ACTIONS, plan.acted) == {name: taken.count for name, taken in acting.items()}


async def test_counts_are_compared_with_visibility(report: PagesReport) -> None:
    """The overview's counts and Temporal's are both there."""
    assert 2 == len(report.measured.counts)
    assert all(0 < taken.p50 for taken in report.measured.counts.values())


async def test_each_target_of_the_pages_is_judged(report: PagesReport, run: tuple[int, str, Path]) -> None:
    """Each has its verdict by its worst page, and the exit code says whether all of them are reached."""
    pages, acting, weight = report.targets
    assert pages.value == max(taken.p95 for taken in report.measured.at_work.values())
    assert acting.value == max(taken.p95 for taken in report.measured.acting.values())
    assert weight.value == report.measured.weights[weight.worst].compressed
    assert (0 if report.passed else 1) == run[0]


async def test_the_document_of_the_pages_is_kept(run: tuple[int, str, Path]) -> None:
    """What was printed stands in the file whose path was told."""
    kept = PagesReport.model_validate_json(run[2].read_text(encoding="utf-8"))
    assert PagesReport.model_validate_json(run[1]) == kept
    run[2].unlink()
