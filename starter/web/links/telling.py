"""Telling a case what the holder of a link wants: each question is answered once, and what became of it is said."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.refusals import Refused
from starter.errors import NotReachable, TakenNotCarriedOut
from starter.web.links.holder import Holder
from starter.web.page import page, problem, texts
from starter.web.security.noted import Security, noted_of
from starter.web.services import services
from store import KeyRing


class Saying(NamedTuple):
    """What somebody tells a case through a link."""

    message: str
    fields: Mapping[str, JsonValue]
    id: str
    note: str | None = None


def message_id(keys: KeyRing, holder: Holder, what: str, about: str) -> str:
    """The id of the one message that answers a question, from whichever of the holder's links it comes.

    Args:
        keys: Keep ids from being guessed.
        holder: Who was asked.
        what: What is told: the answer is not in it, so that of two different ones only the first counts.
        about: The question, as the form had it.
    """
    question = f"{holder.link.case_id}/{holder.link.party}/{what}/{about}"
    return f"link-{hmac.new(keys.derive('link message'), question.encode(), sha256).hexdigest()[:40]}"


async def tell(request: Request, holder: Holder, said: Saying, then: str) -> Response:
    """Tell it, and lead to where its result stands; or say honestly that it did not get that far."""
    cases = services(request).cases
    try:
        await cases.tell(holder.case.id, said.message, said.fields, holder.actor, said.note, said.id)
    except Refused as refused:
        noted_of(Security.REFUSED, holder.actor, refused.code)
        return _refused(request, holder, refused)
    except TakenNotCarriedOut:
        return result(request, holder, "taken", 202)
    except NotReachable:
        return result(request, holder, "away", 503)
    return RedirectResponse(then, 303)


def _refused(request: Request, holder: Holder, refused: Refused) -> Response:
    known = f"link.result.{refused.code}_title" in texts(request)
    return result(request, holder, refused.code if known else "too_late", 409)


def result(request: Request, holder: Holder, code: str, status: int) -> Response:
    """Say what became of a form: ``link.result.<code>_title`` and ``_text``."""
    return page(request, "links/result.html", status, code=code, holder=holder)


def closed(request: Request) -> Response:
    """One and the same page for every link that does not work: a holder learns what to do, nobody learns why."""
    return problem(request, "link", 404)
