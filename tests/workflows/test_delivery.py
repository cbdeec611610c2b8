"""Notices that arrive, arrive late, or never arrive (parts 2.5 and 2.7)."""

from __future__ import annotations

from protocol import vocabulary as v
from protocol.notices import NoticeKind as Kind
from protocol.refusals import RefusalCode
from tests.workflows import stories
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import CJG, FATHER, GGD, MOTHER, PUPIL, SCHOOL
from tests.workflows.patience import eventually
from tests.workflows.town import Town

T = v.Task


async def test_a_consent_link_that_does_not_arrive_stops_its_clock(town: Town) -> None:
    """The mailbox does not exist: no clock runs for her, who asked is told, and can ask again."""
    town.office.to_recipient = lambda to: "550 unknown" if to == "moeder@thuis.example" else "250 OK"
    case = await town.open()
    await stories.asked(case)
    await eventually(lambda: case.has_happened("delivery_failed"), "the case is told")
    assert {d.subject for d in (await case.state()).deadlines if d.task is T.CONSENT_ANSWER} == {PUPIL, FATHER}
    assert (Kind.DELIVERY_FAILED, None, None) in await case.told_to(SCHOOL)
    town.office.to_recipient = lambda _: "250 OK"
    await case.told(SCHOOL, "request_consent", persons=[MOTHER], parties=[CJG])
    assert (await case.deadline(T.CONSENT_ANSWER, MOTHER)).subject == MOTHER
    assert len([n for n in await case.notices() if n.party == MOTHER and n.sent_at]) == 1


async def test_a_partner_link_that_does_not_arrive_stops_its_clock(town: Town) -> None:
    """The partner's desk cannot be reached: no clock runs, the coordinator is told, and it can be asked again."""
    town.office.to_recipient = lambda to: "550 unknown" if to == f"balie@{GGD}.example" else "250 OK"
    case = await stories.coordinated(await town.open())
    await case.told(CJG, "engage_partners", partners=[GGD])
    await eventually(lambda: case.has_happened("delivery_failed"), "the case is told")
    assert T.PARTNER_ANSWER not in await case.tasks()
    assert (Kind.DELIVERY_FAILED, None, None) in await case.told_to(CJG)


async def test_mail_that_is_away_holds_nothing_up(town: Town, logs: LogWatch) -> None:
    """With the mail server down the case goes on; when it is back everybody is told once, in order."""
    logs.expect("mail_unavailable")
    town.office.to_recipient = lambda _: "451 later"
    case = await stories.coordinated(await town.open())
    assert await case.refused(SCHOOL, "accept_report") is RefusalCode.NOT_ALLOWED
    assert town.office.taken == []
    town.office.to_recipient = lambda _: "250 OK"
    await case.passes_quickly()
    notices = await case.notices()
    sent = [str(mail["Message-ID"]) for mail in town.office.mails]
    assert len(sent) == len(set(sent)) == len(notices)


async def test_each_notice_is_one_mail_to_its_party(town: Town) -> None:
    """A whole case: as many mails as notices, each under its own fixed Message-ID, none with a name in it."""
    case = await stories.closed(await town.open())
    await case.ended()
    notices = await case.notices()
    ids = {str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in town.office.mails}
    assert ids == {notice.notice_id for notice in notices}
    assert len(town.office.taken) == len(notices)
    assert not any(b"Noor" in mail.content or b"loverboy" in mail.content for mail in town.office.taken)
