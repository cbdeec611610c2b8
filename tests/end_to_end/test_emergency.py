"""Break-glass in the running stack: its worker mails the privacy officer by itself."""

from __future__ import annotations

from datetime import timedelta

from protocol.messages import Actor
from protocol.vocabulary import Role
from store import Store
from tests.end_to_end.conftest import opened, tell
from tests.end_to_end.stack import LocalStack, eventually
from tests.end_to_end.story import PERSONAL, SCHOOL, Line, at_school, said

OFFICER = "privacy@gemeente.example"
REASON = "Quirine is sinds gisteren weg"
SOMEBODY = Actor(role=Role.CJG, organisation="cjg", user="s-somebody")


async def test_the_privacy_officer_is_mailed(stack: LocalStack) -> None:
    """Nobody tells the case or the worker of it; the mail holds the case's number and nobody's data."""
    case = await opened(stack, 9)
    refused = Line(SCHOOL, "report-non-cooperation", {"who": "parent"}, "Zij willen niet.")
    for line in said((*at_school()[:3], refused), "emergency"):
        assert 0 == (await tell(stack, case, line)).code
    store = await Store.connect(stack.database_url(), stack.keys(), largest=1)
    try:
        assert await store.break_glass(case, SOMEBODY, REASON, timedelta(minutes=60))
    finally:
        await store.close()

    async def mailed() -> bool:
        return any(OFFICER in mail.to for mail in stack.mails())

    await eventually(mailed, "the privacy officer is mailed")
    (mail,) = (mail for mail in stack.mails() if OFFICER in mail.to)
    assert f"Vangnet: noodtoegang in casus {case}" == mail.subject
    assert not [word for word in (*PERSONAL, REASON, SOMEBODY.user or "") if word in mail.model_dump_json()]
