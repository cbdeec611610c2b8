"""Journals are whole, and only the marks of what was sent are not: what is known to be sent is noted, the rest is named."""

from __future__ import annotations

import dataclasses

import asyncpg
import pytest

from runtime.codec import SealingCodec
from starter.cli.reconciling import _print
from starter.reconcile.finding import Finding, Found
from starter.reconcile.reconciler import Reconciler
from store import KeyRing
from tests.reconcile.test_older_temporal import command
from tests.workflows import stories
from tests.workflows.case import ToldCase
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import SCHOOL
from tests.workflows.server import TemporalServer
from tests.workflows.town import Town


async def unmarked(town: Town, case: ToldCase) -> tuple[str, ...]:
    """Lose every mark of a case that something was sent, as an older copy of that table does; which notices."""
    connection = await asyncpg.connect(town.dsn)
    try:
        await connection.execute("UPDATE vangnet.notices SET sent_at = NULL WHERE case_id = $1", case.id)
    finally:
        await connection.close()
    return tuple(row.notice_id for row in await town.store.notices(case.id))


async def closed(town: Town) -> ToldCase:
    """A case that is over, and everybody was told."""
    case = await town.open()
    await case.told(SCHOOL, "cancel_case", reason="opened_by_mistake")
    await case.ended()
    await case.notices()
    return case


async def test_what_may_go_out_again_of_a_case_in_order_is_named(
    town: Town, temporal: TemporalServer, logs: LogWatch
) -> None:
    """A delivery was under way, so nobody knows: beside the cases every such notice stands by itself, and nothing asks for anybody."""
    logs.expect("mail_unavailable")
    town.office.to_recipient = lambda _: "451 later"
    case = await stories.talked(await town.open())
    await town.stop_worker()
    ids = [row.notice_id for row in await town.store.notices(case.id)]
    for arguments in ((), ("--dry-run",)):
        code, said = await command(town, temporal, *arguments)
        assert (0, []) == (code, said["cases"])
        assert {*ids} == {str(id_) for id_ in said["unsent"]}


async def test_what_temporal_knows_of_a_closed_case_is_noted(town: Town) -> None:
    """Nobody carries it any more, and housekeeping would send it all again: it is looked at, too."""
    case = await closed(town)
    lost = await unmarked(town, case)
    reconciler = Reconciler(town.store, town.client, dry_run=False)
    (found,) = [finding async for finding in reconciler.all()]
    assert (Found.IN_ORDER, len(lost), ()) == (found.found, found.noted_sent, found.may_be_sent_again)
    assert [] == [finding async for finding in reconciler.all()]
    assert all(row.sent_at for row in await town.store.notices(case.id))


async def test_what_temporal_forgot_of_a_closed_case_is_named(
    town: Town, temporal: TemporalServer, key_ring: KeyRing
) -> None:
    """Its history is not kept any more: nothing can be noted, and its notices may go out again."""
    lost = await unmarked(town, await closed(town))
    empty = dataclasses.replace(town, client=await temporal.client(SealingCodec(key_ring)))
    for dry_run in (True, False):
        (found,) = [finding async for finding in Reconciler(empty.store, empty.client, dry_run=dry_run).all()]
        assert (Found.IN_ORDER, lost) == (found.found, found.may_be_sent_again)
        assert not found.worth_telling


def test_people_read_what_it_means(capsys: pytest.CaptureFixture[str]) -> None:
    """The notices, and that they go out under their own Message-ID; without any not a word of it."""
    in_order = Finding(case_id="aaaa-bbbb-cccc", found=Found.IN_ORDER, journal=3, temporal=3)
    waits = in_order.model_copy(update={"may_be_sent_again": ("aaaa-bbbb-cccc.3.1",)})
    _print([waits], dry_run=False, as_json=False)
    assert "aaaa-bbbb-cccc.3.1\nNa het terugzetten" in capsys.readouterr().out
    _print([in_order], dry_run=False, as_json=False)
    assert "1 casussen bekeken, 0 hersteld.\n" == capsys.readouterr().out
