"""What was away is noticed, and heard again, within half a minute: a relay that is silent, a worker that died."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import outbox as outbox_module
from activities.dispatch import Delivery
from activities.outbox import Outbox
from tests.activities.post_office import PostOffice
from tests.activities.test_outbox import story
from tests.store.builders import Story

__all__ = ["story"]


@pytest.mark.parametrize(("attempt", "again"), [(1, None), (4, None), (5, 20), (50, 20)])
async def test_a_relay_that_is_away_is_tried_every_twenty_seconds(
    outbox: Outbox, story: Story, office: PostOffice, attempt: int, again: int | None
) -> None:
    """The first pauses double as the workflow asks; from the fifth try on none is longer than this."""
    office.to_recipient = lambda _: "451 later"
    here = ActivityEnvironment()
    here.info = dataclasses.replace(here.info, attempt=attempt)
    with pytest.raises(ApplicationError) as failed:
        await here.run(outbox.deliver, Delivery(case_id=story.id))
    assert "mail_unavailable" == failed.value.type
    assert (again and timedelta(seconds=again)) == failed.value.next_retry_delay


async def test_a_delivery_says_that_it_lives_however_long_a_mail_takes(
    outbox: Outbox, story: Story, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the one mail that a relay does not answer it beats on, and no more once it is over."""
    monkeypatch.setattr(outbox_module, "_BEAT", 0.001)
    beats, enough = 0, asyncio.Event()

    def beat(*_: object) -> None:
        nonlocal beats
        beats += 1
        if beats > 20:
            enough.set()

    here = ActivityEnvironment()
    here.on_heartbeat = beat
    office.to_data = lambda _: "250 OK"
    waits = asyncio.Event()
    send = outbox._settle

    async def slowly(*arguments: object) -> None:
        waits.set()
        await enough.wait()
        await send(*arguments)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(outbox, "_settle", slowly)
    async with asyncio.timeout(20):
        await here.run(outbox.deliver, Delivery(case_id=story.id))
    assert waits.is_set()
    await asyncio.sleep(0)  # one turn of the loop: what was cancelled ends in it
    assert [] == [task for task in asyncio.all_tasks() if "_beat" in repr(task.get_coro())]
