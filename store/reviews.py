"""Reviews: messages that wait until a second member of staff confirms them."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import asyncpg
from pydantic import AwareDatetime, JsonValue, TypeAdapter

from protocol.messages import Actor
from protocol.model import Frozen
from protocol.vocabulary import Role
from store.access_log import AccessEntry, AccessLog
from store.data_keys import data_key, made_data_key
from store.errors import MessageIdReused
from store.messages import controller_of
from store.queries import query
from store.sealing import Controller, Place, seal, unseal

_ASK = query("ask_review")
_OF_MESSAGE = query("review_of_message")
_REVIEWS = query("reviews")
_REVIEW = query("review")
_CLAIM = query("claim_review")
_SETTLE = query("settle_review")
_END = query("end_review")
_SWEEP = query("sweep_reviews")
_UNTOLD = query("untold_reviews")
_TOLD = query("review_told")

_SHOWN = timedelta(days=60)
_MOST = 100
_FIELDS: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


class ReviewState(StrEnum):
    """How far a review has come."""

    WAITING = "waiting"
    CONFIRMING = "confirming"
    """Somebody confirmed it, and nobody knows yet what the case answered."""
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    """Confirmed, and then refused by the protocol."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class ReviewRow(Frozen):
    """A review without what is in it."""

    review_id: str
    case_id: str
    message_id: str
    name: str
    role: Role
    organisation: str
    asker_id: str
    state: ReviewState
    decided_by: str | None
    refusal: str | None
    asked_at: AwareDatetime
    asked_covered: bool
    """Whether who asked could read their organisation's own notes then."""
    expires_at: AwareDatetime
    decided_at: AwareDatetime | None


class UntoldReview(Frozen):
    """A review of which its organisation's desk has had no mail since it came to where it is."""

    review_id: str
    case_id: str
    organisation: str
    state: ReviewState
    """Waiting, declined, refused or expired: of what was confirmed the case tells by itself."""
    at: AwareDatetime
    """Since when."""


class Proposed(NamedTuple):
    """What is to be told once it is confirmed. ``asker`` has the user as they log in."""

    asker: Actor
    fields: dict[str, JsonValue]
    note: str | None


class OpenedReview(NamedTuple):
    """A review with what is in it."""

    row: ReviewRow
    proposed: Proposed | None
    """Nothing once it is decided."""
    answer: str | None
    """Why it was declined."""


class Reviews(AccessLog):
    """Reviews, sealed under the key of the file's part to which their note will belong."""

    async def expire_reviews(self) -> int:
        """Empty the reviews whose time is over; returns how many there were."""
        async with self._connection() as connection:
            swept = await connection.execute(_SWEEP)
        return int(swept.rpartition(" ")[2])

    async def ask_review(  # noqa: PLR0913, PLR0917  # one for each part of what is asked
        self,
        case_id: str,
        message_id: str,
        name: str,
        asker_id: str,
        proposed: Proposed,
        expires_at: datetime,
        *,
        asked_covered: bool = True,
    ) -> str:
        """Lay a message before the asker's colleagues; the same again changes nothing. Returns the review's id.

        Args:
            case_id: Which case.
            message_id: Under which the message will be told.
            name: The message.
            asker_id: The pseudonym of who asks.
            proposed: What is to be told.
            expires_at: Until when it can be confirmed, by the case's own clock.
            asked_covered: Whether the asker can read their organisation's own notes.

        Raises:
            MessageIdReused: Something else was proposed under this message id.
        """
        content = _written(proposed)
        digest, review_id = self._keys.message_digest(content.encode()), f"b-{secrets.token_urlsafe(12)}"
        asker = proposed.asker
        async with self._transaction() as connection:
            await connection.execute(_SWEEP)
            controller, sealed = await self._sealed_review(connection, case_id, asker, message_id, content)
            await connection.execute(
                _ASK, review_id, case_id, message_id, name, digest, asker.role, asker.organisation, asker_id,
                controller, sealed, expires_at, asked_covered,
            )  # fmt: skip
            known = await connection.fetchrow(_OF_MESSAGE, case_id, message_id)
        if known is None or known["digest"] != digest:
            raise MessageIdReused(f"{case_id}/{message_id}")
        return str(known["review_id"])

    async def reviews(self, organisation: str, role: Role) -> tuple[ReviewRow, ...]:
        """List what was laid before an organisation's staff in the last two months, the latest first."""
        async with self._connection() as connection:
            rows = await connection.fetch(_REVIEWS, organisation, role, _SHOWN, _MOST)
        return tuple(ReviewRow.model_validate(dict(row)) for row in rows)

    async def review(self, review_id: str, look: AccessEntry) -> OpenedReview | None:
        """Open a review of the organisation of who looks, as what they act; nothing when there is none."""
        actor = look.actor
        async with self._transaction() as connection:
            row = await connection.fetchrow(_REVIEW, review_id, actor.organisation, actor.role)
            if row is None:
                return None
            await self._log(connection, look.model_copy(update={"case_id": row["case_id"]}))
            controller = Controller(row["controller"])
            key = await data_key(connection, self._keys, row["case_id"], controller)
        values = dict(row)
        sealed, answer, _ = values.pop("sealed"), values.pop("answer"), values.pop("controller")
        found = ReviewRow.model_validate(values)
        return OpenedReview(
            found,
            sealed and _read(unseal(key, _place(found.case_id, controller, found.message_id), sealed)),
            answer and unseal(key, _place(found.case_id, controller, f"{found.message_id}/answer"), answer),
        )

    async def claim_review(self, review_id: str, confirmer_id: str) -> bool:
        """Begin to confirm: of several at once one gets it, and may begin again. Never the asker, never too late."""
        async with self._connection() as connection:
            return bool(await connection.fetchval(_CLAIM, review_id, confirmer_id))

    async def settle_review(self, review_id: str, confirmer_id: str, refusal: str | None = None) -> None:
        """Note what the case answered; what was proposed is forgotten: it is in the file, or was refused."""
        state = ReviewState.REFUSED if refusal else ReviewState.CONFIRMED
        async with self._connection() as connection:
            await connection.execute(_SETTLE, review_id, confirmer_id, state, refusal)

    async def decline_review(self, row: ReviewRow, decliner_id: str, reason: str) -> bool:
        """Decline; what was proposed is forgotten. False when it was decided already."""
        async with self._transaction() as connection:
            actor = Actor(role=row.role, organisation=row.organisation, user=row.asker_id)
            _, sealed = await self._sealed_review(connection, row.case_id, actor, f"{row.message_id}/answer", reason)
            return bool(await connection.fetchval(_END, row.review_id, decliner_id, ReviewState.DECLINED, sealed))

    async def _sealed_review(
        self, connection: asyncpg.Connection, case_id: str, writer: Actor, row: str, text: str
    ) -> tuple[Controller, bytes]:
        """Seal a text for the part of the file to which the writer's notes belong."""
        controller = await controller_of(connection, case_id, writer)
        key = await made_data_key(connection, self._keys, case_id, controller)
        return controller, seal(key, _place(case_id, controller, row), text)

    async def withdraw_review(self, row: ReviewRow) -> bool:
        """Take back what one asked; what was proposed is forgotten. False when it was decided already."""
        async with self._connection() as connection:
            return bool(await connection.fetchval(_END, row.review_id, row.asker_id, ReviewState.WITHDRAWN, None))

    async def untold_reviews(self, region: str) -> tuple[UntoldReview, ...]:
        """List what the desks of a region have to be told."""
        async with self._connection() as connection:
            rows = await connection.fetch(_UNTOLD, region, _MOST)
        return tuple(UntoldReview.model_validate(dict(row)) for row in rows)

    async def review_told(self, review: UntoldReview) -> None:
        """Note that the mail was taken, or that there is nobody to mail."""
        async with self._connection() as connection:
            await connection.execute(_TOLD, review.review_id, review.state)


def _written(proposed: Proposed) -> str:
    asker = proposed.asker.model_dump(mode="json")
    return json.dumps({"asker": asker, "fields": proposed.fields, "note": proposed.note}, sort_keys=True)


def _read(text: str) -> Proposed:
    found = json.loads(text)
    return Proposed(Actor.model_validate(found["asker"]), _FIELDS.validate_python(found["fields"]), found["note"])


def _place(case_id: str, controller: Controller, row: str) -> Place:
    return Place("reviews", case_id, controller, row)
