"""The lists that people work from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from store import CaseUnknown, Content, Store
from tests.store import builders as b


async def _three(store: Store) -> tuple[b.Story, b.Story, b.Story]:
    """A case at its first step, one at the report, one that is cancelled."""
    at_signal, at_report, closed = [await b.opened(store) for _ in range(3)]
    basis = m.RecordLegalBasis(basis=v.LegalBasis.ACUTE_DANGER, parties=(b.CJG,), second_reviewer="s-second")
    for message in (b.pupil_talk(), b.parent_talk(), basis, m.DecideReport(needed=True)):
        await b.told_and_recorded(store, at_report, message, content=Content(note=b.NOTE))
    await b.told_and_recorded(store, closed, m.CancelCase(reason=v.CancelReason.DUPLICATE))
    return at_signal, at_report, closed


async def test_cases_are_listed_by_what_is_due_first(store: Store) -> None:
    """What has no deadline comes last."""
    stories = await _three(store)
    lines = await store.overviews()
    due = [line.due_at for line in lines]
    assert {story.id for story in stories} == {line.case_id for line in lines}
    assert due[-1] is None
    assert sorted(at for at in due if at) == due[:-1]


async def test_a_list_can_be_of_one_step(store: Store) -> None:
    """Only cases at that step."""
    _, at_report, _ = await _three(store)
    (line,) = await store.overviews(step=v.Step.REPORT)
    assert (at_report.id, (v.Kind.SEXTING,), b.SCHOOL) == (line.case_id, line.kinds, line.coordinator)


async def test_a_list_can_be_of_one_organisation(store: Store) -> None:
    """The organisation must be in the case now."""
    _, at_report, _ = await _three(store)
    assert [at_report.id] == [line.case_id for line in await store.overviews(organisation="cjg")]
    assert 3 == len(await store.overviews(organisation=b.SCHOOL))
    assert () == await store.overviews(organisation="zvh")


async def test_overdue_goes_by_the_cases_own_clock(store: Store) -> None:
    """A case that was moved forward is overdue, the others are not."""
    at_signal, at_report, closed = await _three(store)
    assert () == await store.overviews(overdue=True)
    await store.move_clock(at_signal.id, timedelta(days=30))
    await store.move_clock(closed.id, timedelta(days=30))
    assert [at_signal.id] == [line.case_id for line in await store.overviews(overdue=True)]
    assert {at_report.id, closed.id} == {line.case_id for line in await store.overviews(overdue=False)}


async def test_pages_show_each_case_once(store: Store) -> None:
    """Going on after the last line gives the next ones, in the same order."""
    await _three(store)
    await _three(store)
    paged: list[str] = []
    while page := await store.overviews(limit=2, after=paged[-1] if paged else None):
        paged += [line.case_id for line in page]
    assert [line.case_id for line in await store.overviews()] == paged


async def test_conditions_can_be_combined(store: Store) -> None:
    """All of them must hold."""
    _, at_report, _ = await _three(store)
    await store.move_clock(at_report.id, timedelta(days=30))
    found = await store.overviews(step=v.Step.REPORT, organisation="cjg", overdue=True)
    assert [at_report.id] == [line.case_id for line in found]
    assert () == await store.overviews(step=v.Step.SIGNAL, organisation="cjg")


async def test_cases_are_counted_by_step(store: Store) -> None:
    """In the order of the protocol, of all and of one organisation."""
    at_signal, _, _ = await _three(store)
    await store.move_clock(at_signal.id, timedelta(days=30))
    found = [(count.step, count.cases, count.overdue) for count in await store.counts()]
    assert [(v.Step.SIGNAL, 1, 1), (v.Step.REPORT, 1, 0), (v.Step.CLOSED, 1, 0)] == found
    assert [v.Step.REPORT] == [count.step for count in await store.counts("cjg")]


async def test_an_unknown_case_has_no_overview(store: Store) -> None:
    """Nor a clock."""
    assert await store.overview("none-none-none") is None
    assert () == await store.journal("none-none-none")
    with pytest.raises(CaseUnknown):
        await store.move_clock("none-none-none", timedelta(days=1))
