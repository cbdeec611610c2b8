"""Counting afterwards: what was told is there once, what was to be sent went out, nothing else is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from proofs.told import Told
from protocol.events import event_name
from starter.inbox.mails import Mail
from store import MessageState
from workflows.hearing import Answer


class Count(NamedTuple):
    """What was found of some cases."""

    messages: int
    events: int
    notices: int
    mails: int
    repeated_mails: int
    """Sent again under a Message-ID that was used already."""


async def count(told: Told, mails: Iterable[Mail]) -> Count:
    """Hold what every case keeps against what its tellers were answered.

    Raises:
        AssertionError: Something is missing, is there twice, or was sent otherwise the second time.
    """
    by_notice = _by_notice(mails)
    total = Count(0, 0, 0, 0, 0)
    for case, answers in told.answers.items():
        events = await _journaled(told, case, answers)
        notices = await _notified(told, case)
        sent = {notice: by_notice.pop(notice, []) for notice in notices}
        assert [] == [notice for notice, found in sent.items() if not found], "a notice that no mail was sent for"
        assert all(_same(found) for found in sent.values()), "another mail under the same Message-ID"
        mailed = sum(map(len, sent.values()))
        found = Count(len(answers), events, len(notices), mailed, mailed - len(notices))
        total = Count(*map(sum, zip(total, found, strict=True)))
    assert {} == by_notice, "a mail that belongs to no notice"
    assert () == await told.store.verify()
    return total


async def _journaled(told: Told, case: str, answers: dict[str, Answer]) -> int:
    """Each message is one stretch of the journal, of the events that it was answered with."""
    rows = [row.recorded for row in await told.store.journal(case)]
    assert [*range(1, len(rows) + 1)] == [row.number for row in rows]
    stretches = [(id_, list(of_it)) for id_, of_it in groupby(rows, key=lambda row: row.message_id) if id_]
    ids = [id_ for id_, _ in stretches if id_ in answers]
    assert sorted(ids) == sorted(answers), f"{case}: told {sorted(answers)}, journaled {sorted(ids)}"
    other = {id_: [event_name(row.event) for row in stretch] for id_, stretch in stretches if id_ not in answers}
    refused = {id_ for id_, events in other.items() if events == ["message_refused"]}
    assert refused <= {id_ for of, id_ in told.refused_later if of == case}
    assert len(other) == len(refused) + 1, f"{case}: beside its opening something was journaled that nobody told"
    for id_, stretch in stretches:
        if id_ in answers:
            assert answers[id_].events == tuple(event_name(row.event) for row in stretch), f"{case}/{id_}"
            known = await told.store.message(case, id_)
            assert known is not None
            assert known.state is MessageState.RECORDED
    return len(rows)


async def _notified(told: Told, case: str) -> set[str]:
    """The notices of a case: each for one reason, and sent."""
    rows = await told.store.notices(case)
    reasons = [(row.number, row.party, row.contact, row.kind, row.task, row.rung) for row in rows]
    assert len(reasons) == len(set(reasons)), f"{case}: a notice is recorded twice"
    assert all(row.sent_at is not None and row.failed_code is None for row in rows), f"{case}: a notice is not sent"
    return {row.notice_id for row in rows}


def _by_notice(mails: Iterable[Mail]) -> dict[str, list[Mail]]:
    found: defaultdict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        found[mail.message_id.strip("<>").rpartition("@")[0]].append(mail)
    return dict(found)


def _same(mails: list[Mail]) -> bool:
    return len({(mail.message_id, mail.to, mail.subject, mail.text, mail.html) for mail in mails}) == 1
