"""A region after some years: 100,000 cases in the overview, each as the protocol left it, made by one statement.

A few hundred cases are told in memory by the protocol's own rules, at many moments of the past; the database copies
them under new numbers and other schools. They have an overview and no file: pages about one case are read of cases
that were really told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import asyncpg

from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Case
from protocol.deadlines import next_rung
from protocol.decide import take, take_from_system
from protocol.messages import Actor, Message, Organisation, Told
from protocol.policy import Policy
from store import Opening
from store.recording import overview_row

SCHOOLS = ("school-de-meent", "school-het-kompas", *(f"school-{number:02}" for number in range(3, 61)))
"""The demo people's own, and many others."""
_SHARES = {"closed": 320, "at the CJG": 20, "at school": 60}
"""Of 400 models: 80,000 of 100,000 cases are closed, and the CJG has 5,000 open ones."""
_MOMENTS = 80
_APART = timedelta(hours=5)
_ID, _SCHOOL = "mmmm-mmmm-mmmm", "school-of-model"
_NOTE = "00000000-0000-4000-8000-000000000000"
_numbers = count(1)

_AT_SCHOOL = Actor(role=v.Role.SCHOOL, organisation=_SCHOOL, user="s-model")
_AT_CJG = Actor(role=v.Role.CJG, organisation="cjg", user="s-model")
_CJG = Organisation(id="cjg", kind=v.OrganisationKind.CJG)
_GGD = Organisation(id="ggd", kind=v.OrganisationKind.PARTNER)
_PEOPLE = ("pupil", "guardian-1")

_SIGNALS = (v.Signal.NUDE_PHOTOS, v.Signal.SEXUAL_MESSAGES, v.Signal.LOVERBOY_CONTACTS)
_TALKED = (
    m.RecordPoliceContact(contact=v.PoliceContact.ANONYMOUS_CONSULT),
    m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)),
    m.RecordParentTalk(existing_care=False, postponed_for_safety=False, pupil_present=True),
)
_CONSENTED = (
    *_TALKED,
    m.RequestConsent(persons=_PEOPLE, parties=(_CJG, _GGD)),
    *(m.AnswerConsent(person=person, answer=v.ConsentAnswer.GRANTED, channel=v.Channel.PAPER) for person in _PEOPLE),
)
_REPORTED = (*_CONSENTED, m.DecideReport(needed=True))
_COORDINATED = (*_REPORTED, m.AcceptReport(), m.SetSeverity(severity=v.Severity.MEDIUM))
_STORIES: tuple[tuple[Message, ...], ...] = (
    (),
    _TALKED[:2],
    _TALKED,
    _CONSENTED[:4],
    _REPORTED,
    _COORDINATED,
    (*_COORDINATED, m.EngagePartners(partners=(_GGD,))),
    (*_CONSENTED, m.DecideReport(needed=False)),
    (m.CancelCase(reason=v.CancelReason.DUPLICATE),),
)
_BY_CJG = (m.AcceptReport, m.SetSeverity, m.EngagePartners)

_ORGANISATIONS = """
INSERT INTO vangnet.organisations (region, organisation, kind, name)
SELECT $1, school, 'school', 'School nummer ' || place FROM unnest($2::text[]) WITH ORDINALITY AS there (school, place)
ON CONFLICT DO NOTHING
"""
_COPIES = """
WITH copy AS (
    SELECT place, model.row, model.opening,
        regexp_replace(left(md5(place::text), 12), '(....)(....)(....)', '\\1-\\2-\\3') AS id,
        ($4::text[])[1 + place / $3 % cardinality($4::text[])] AS school
    FROM generate_series(1, $2) AS place
    JOIN unnest($5::text[], $6::text[]) WITH ORDINALITY AS model (row, opening, ordinal)
        ON model.ordinal = 1 + place % $3
), opened AS (
    INSERT INTO vangnet.cases (case_id, region, policy_version, opening, started_at, next_person)
    SELECT id, $1, 1, replace(replace(opening, $7, id), $8, school)::jsonb, now(), 2 FROM copy
)
INSERT INTO vangnet.overview
SELECT shown.*
FROM copy, jsonb_populate_record(NULL::vangnet.overview, replace(replace(copy.row, $7, id), $8, school)::jsonb) AS shown
"""


async def fill(dsn: str, policy: Policy, cases: int) -> None:
    """Put schools and cases into the region of a policy; done again it is an error."""
    models = list(_chosen(policy))
    rows, openings = [_row(case) for case, _ in models], [opening for _, opening in models]
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_ORGANISATIONS, policy.region, SCHOOLS)
        await connection.execute(_COPIES, policy.region, cases, len(models), SCHOOLS, rows, openings, _ID, _SCHOOL)
        # What the server does by itself a minute later.
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _row(case: Case) -> str:
    return json.dumps({"case_id": case.id, "clock_offset": "0", **json.loads(overview_row(case))})


def _chosen(policy: Policy) -> Iterator[tuple[Case, str]]:
    """As many models of each sort as the shares say."""
    sorts: dict[str, list[tuple[Case, str]]] = {sort: [] for sort in _SHARES}
    for case, opening in _models(policy):
        sorts[_sort(case)].append((case, opening))
    for sort, many in _SHARES.items():
        there = sorts[sort]
        yield from (there[place * len(there) // many] for place in range(many))


def _sort(case: Case) -> str:
    if not case.open:
        return "closed"
    return "at the CJG" if _CJG.id in case.organisations else "at school"


def _models(policy: Policy) -> Iterator[tuple[Case, str]]:
    """Every story, begun at each of many moments of the last days."""
    for moment in range(1, _MOMENTS + 1):
        for story in _STORIES:
            yield _told(story, policy, datetime.now(UTC) - moment * _APART)


def _told(story: tuple[Message, ...], policy: Policy, began: datetime) -> tuple[Case, str]:
    first = _telling(_AT_SCHOOL, _opened(began))
    opening = Opening(
        case_id=_ID, region=policy.region, school=_SCHOOL, told=first, policy=Policy(region=policy.region)
    )
    case = take(None, first, began, policy).case
    for number, message in enumerate(story, start=1):
        told = _telling(_AT_CJG if isinstance(message, _BY_CJG) else _AT_SCHOOL, message)
        case = take(case, told, began + timedelta(minutes=number), policy).case
    return _grown_old(case, policy), opening.model_dump_json(exclude_defaults=True)


def _opened(began: datetime) -> m.OpenCase:
    return m.OpenCase(
        case=_ID,
        signals=(_SIGNALS[began.hour % len(_SIGNALS)],),
        age=v.AgeBand.FROM_12,
        guardians=(m.Guardian(person="guardian-1", custody=True),),
        staff_involved=False,
    )


def _grown_old(case: Case, policy: Policy) -> Case:
    """What deadlines that passed since led to."""
    while (rung := next_rung(case, policy)) and rung[0] <= datetime.now(UTC):
        case = take_from_system(case, rung[1], rung[0], policy).case
    return case


def _telling(actor: Actor, message: Message) -> Told:
    number = next(_numbers)
    return Told(id=f"model-{number:08}", digest=f"model-{number}", actor=actor, message=message, note_id=_NOTE)


def open_models(region: str) -> tuple[Case, ...]:
    """Open cases of a region as the protocol left them, of every sort in the share that it has."""
    return tuple(case for case, _ in _chosen(Policy(region=region)) if case.open)
