"""Canaries where the command line brings none: drafts, what was typed, reviews, emergencies, rights, the directory.

By the store's own doors, so that the control without sealing goes through the same ones.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from proofs.canaries import Canaries
from protocol.keeping import Part
from protocol.messages import Actor
from protocol.rights import Right
from protocol.vocabulary import Role
from store import AccessEntry, Asked, ContactPerson, Proposed, Store

_REGION: Final = "demo"
_SCHOOL = Actor(role=Role.SCHOOL, organisation="school-de-meent", user="s-mentor")
_COLLEAGUE = _SCHOOL.model_copy(update={"user": "s-collega"})
_SOMEBODY = Actor(role=Role.CJG, organisation="cjg", user="s-somebody")
_OFFICER = Actor(role=Role.PRIVACY, organisation="gemeente", user="s-privacy")
_HOUR = timedelta(hours=1)
_LONG = timedelta(days=90)


async def fill_directory(store: Store, canary: Canaries) -> None:
    """Everybody who answers anywhere has a name, an address and a telephone of their own."""
    for row in await store.organisations(_REGION):
        contacts = {}
        for contact in await store.contacts(_REGION, row.id):
            at = f"contact {row.id} {contact}"
            contacts[contact] = ContactPerson(
                name=canary(f"{at}.name"), email=canary.address(f"{at}.email"), phone=canary.number(f"{at}.phone")
            )
        await store.save_organisation(row, contacts)


async def break_glass(store: Store, case: str, canary: Canaries) -> None:
    """Somebody opens the file without cover, and writes why."""
    assert await store.break_glass(case, _SOMEBODY, canary("emergency.reason"), _HOUR)


async def tell_beside(store: Store, case: str, canary: Canaries) -> None:
    """Everything that is kept of people and is no message to the case."""
    await _draft(store, canary)
    await store.keep_typed("somebody", f"/zaken/{case}", [("note", canary("typed"))])
    await _reviews(store, case, canary)
    await _rights(store, case, canary)


async def _draft(store: Store, canary: Canaries) -> None:
    await store.begin_draft(_SCHOOL, "i-kanarie", "leerling", canary("draft as begun"))
    draft = await store.draft("i-kanarie", _look(_SCHOOL))
    assert draft
    assert await store.keep_draft(_SCHOOL, "i-kanarie", "ouders", canary("draft as kept"), revision=draft.revision)


async def _reviews(store: Store, case: str, canary: Canaries) -> None:
    """One that waits, and one that is declined with an answer."""
    until = datetime.now(UTC) + _LONG
    ids = []
    for number in ("1", "2"):
        asker = _SCHOOL.model_copy(update={"user": canary(f"review-{number}.asker")})
        proposed = Proposed(asker, {"basis": "other", "parties": ["ggd"]}, canary(f"review-{number}.note"))
        ids.append(await store.ask_review(case, f"review-{number}", "record_legal_basis", "s-mentor", proposed, until))
    opened = await store.review(ids[-1], _look(_COLLEAGUE))
    assert opened
    assert await store.decline_review(opened.row, "s-collega", canary("review.answer"))


async def _rights(store: Store, case: str, canary: Canaries) -> None:
    """A statement in the file, and a correction of all that can be corrected by writing."""
    asked = Asked(
        region=_REGION, case_id=case, kind=Right.CORRECTION, subject="guardian-1", requester="guardian-1",
        parts=(Part.SCHOOL,), received_on=date(2026, 11, 1), due_on=date(2026, 12, 1),
    )  # fmt: skip
    row = await store.rights_request(_REGION, await store.enter_request(asked, _OFFICER))
    assert row
    await store.add_statement(row, Part.SCHOOL, canary("statement"), _OFFICER)
    right = {name: canary.address(f"correction.{wire}") for name, wire in _CORRECTED.items()}
    await store.correct_person(row, {"name": canary("correction.name"), **right}, _OFFICER)


_CORRECTED = {"email": "email", "safe_contact": "safeContact", "second_contact": "secondContact"}


def _look(actor: Actor) -> AccessEntry:
    return AccessEntry(actor=actor, what="proof", purpose="proof")
