"""Codes of links: where they go, how long and how often they can be given, and that nothing tells them."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

import asyncpg
import pytest
from pydantic import ValidationError

from protocol import messages as m
from protocol.access import second_factor as limits
from store import Asking, Behind, Content, Controller, Giving, KeyRing, Person, Store
from store.people import person_place, sealed_person
from store.sealing import unseal
from tests.store import builders as b
from tests.store.raw import dump

_SECOND = "alleen-van-mij@post.example"
_TOKEN = "een-link"


async def _sql(database: str, statement: str, *arguments: object) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(statement, *arguments)
    finally:
        await connection.close()


async def _passes(database: str, column: str, seconds: float) -> None:
    """Time passes: a moment of the code's row was that much earlier."""
    await _sql(database, f"UPDATE vangnet.link_codes SET {column} = {column} - make_interval(secs => $1)", seconds)  # noqa: S608


@pytest.fixture
async def link(store: Store) -> Behind:
    """A link of a parent who has another mailbox."""
    story = await b.opened(store)
    known = {
        "guardian-1": Person(name=b.GUARDIAN_NAME, email="thuis@post.example", second_contact=_SECOND, language="en")
    }
    set_again = m.SetGuardians(guardians=(m.Guardian(person="guardian-1", custody=True),))
    await b.told_and_recorded(store, story, set_again, content=Content(guardians=known))
    return Behind(case_id=story.id, person="guardian-1", token=_TOKEN)


async def _code(store: Store) -> str:
    (code,) = await store.codes_to_send()
    return code.code


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**limits.DIGITS:0{limits.DIGITS}}"


async def test_a_code_goes_to_the_other_contact_once(store: Store, link: Behind, database: str) -> None:
    """It is handed out for mailing once, with the mailbox and language of the person, and the look is logged."""
    assert await store.has_second_contact(link.case_id, link.person)
    assert Asking.SENT == await store.ask_code(link)

    (code,) = await store.codes_to_send()

    assert (_SECOND, "en", limits.DIGITS) == (code.address, code.language, len(code.code))
    assert () == await store.codes_to_send()
    everything = await dump(database)
    assert b"link code" in everything
    assert _SECOND.encode() not in everything
    assert code.code.encode() not in re.split(rb"\W", everything)


async def test_a_code_opens_its_link_once(store: Store, link: Behind) -> None:
    """The right code is right once, for the link that it was asked for."""
    await store.ask_code(link)
    code = await _code(store)

    assert Giving.OVER == await store.give_code(link.model_copy(update={"token": "andere"}), code)
    assert [Giving.WRONG, Giving.RIGHT, Giving.OVER] == [
        await store.give_code(link, given) for given in (_other(code), code, code)
    ]


async def test_a_new_code_ends_the_one_before(store: Store, link: Behind, database: str) -> None:
    """Two tabs: what was sent last counts; a second click within seconds sends nothing more."""
    await store.ask_code(link)
    first = await _code(store)
    assert Asking.SENT == await store.ask_code(link)
    assert () == await store.codes_to_send()

    await _passes(database, "asked_at", limits.AGAIN.total_seconds() + 1)
    assert Asking.SENT == await store.ask_code(link)
    second = await _code(store)

    assert Giving.WRONG == await store.give_code(link, first)
    assert Giving.RIGHT == await store.give_code(link, second)


async def test_a_code_does_not_last(store: Store, link: Behind, database: str) -> None:
    """After ten minutes the right code is none any more, and it is not mailed any more either."""
    await store.ask_code(link)
    code = await _code(store)
    await store.ask_code(link)
    await _passes(database, "asked_at", limits.LASTS.total_seconds() + 1)

    assert Giving.OVER == await store.give_code(link, code)
    await _sql(database, "UPDATE vangnet.link_codes SET mailed_at = NULL")
    assert () == await store.codes_to_send()


async def test_wrong_codes_lock_the_link(store: Store, link: Behind, database: str) -> None:
    """After five wrong codes the right one does not help, a new one is not sent, and an hour later it is as before."""
    await store.ask_code(link)
    code = await _code(store)

    tried = [await store.give_code(link, _other(code)) for _ in range(limits.TRIES)]

    assert [Giving.WRONG] * (limits.TRIES - 1) + [Giving.LOCKED] == tried
    assert (Giving.LOCKED, Asking.LOCKED) == (await store.give_code(link, code), await store.ask_code(link))
    for column in ("locked_until", "asked_at", "since"):
        await _passes(database, column, limits.LOCKED.total_seconds() + 1)
    assert Asking.SENT == await store.ask_code(link)
    assert Giving.RIGHT == await store.give_code(link, await _code(store))


async def test_tries_add_up_over_codes(store: Store, link: Behind, database: str) -> None:
    """A new code brings no new tries: three codes of four tries each would be twelve guesses."""
    given: list[Giving] = []
    for tries in (limits.TRIES - 1, 1):
        await store.ask_code(link)
        code = await _code(store)
        given = [await store.give_code(link, _other(code)) for _ in range(tries)]
        await _passes(database, "asked_at", limits.AGAIN.total_seconds() + 1)

    assert [Giving.LOCKED] == given


async def test_many_wrong_codes_at_once_are_no_more_tries(store: Store, link: Behind) -> None:
    """Of thirty guesses at once five are compared; the right code among the rest is not."""
    await store.ask_code(link)
    code = await _code(store)
    wrong = [f"{(int(code) + place) % 10**limits.DIGITS:0{limits.DIGITS}}" for place in range(1, 31)]

    came = Counter(await asyncio.gather(*(store.give_code(link, guess) for guess in wrong)))

    assert limits.TRIES - 1 >= came[Giving.WRONG]
    assert 30 == came[Giving.WRONG] + came[Giving.LOCKED]
    assert Giving.LOCKED == await store.give_code(link, code)


async def test_the_right_code_at_once_is_right_once(store: Store, link: Behind) -> None:
    """Sent twenty times in parallel it opens once."""
    await store.ask_code(link)
    code = await _code(store)

    came = Counter(await asyncio.gather(*(store.give_code(link, code) for _ in range(20))))

    assert 1 == came[Giving.RIGHT]


async def test_three_codes_an_hour(store: Store, link: Behind, database: str) -> None:
    """The fourth within the hour is not sent, to whichever of the person's links; an hour later it is."""
    asked = []
    for token in (_TOKEN, "andere", _TOKEN, "derde"):
        asked.append(await store.ask_code(link.model_copy(update={"token": token})))
        await _passes(database, "asked_at", limits.AGAIN.total_seconds() + 1)

    assert [Asking.SENT] * limits.CODES + [Asking.TOO_MANY] == asked
    await _passes(database, "since", limits.COUNTED.total_seconds())
    assert Asking.SENT == await store.ask_code(link)


async def test_who_has_none_gets_none(store: Store) -> None:
    """Without another contact nothing is mailed, whatever was asked."""
    story = await b.opened(store)
    link = Behind(case_id=story.id, person="guardian-1", token=_TOKEN)

    assert not await store.has_second_contact(story.id, "guardian-1")
    await store.ask_code(link)
    assert () == await store.codes_to_send()


async def test_what_was_not_taken_is_mailed_later(store: Store, link: Behind) -> None:
    """A mail server that was away gets the same code, as the same mail."""
    await store.ask_code(link)
    (code,) = await store.codes_to_send()
    await store.code_not_sent(code)

    (again,) = await store.codes_to_send()

    assert (code, code.id) == (again, again.id)


async def test_an_erased_file_has_no_code(store: Store, link: Behind, database: str) -> None:
    """With the school's part the other contact is gone, and every trace of codes."""
    await store.ask_code(link)
    await store.destroy_key(link.case_id, Controller.SCHOOL)
    assert () == await store.codes_to_send()

    await store.apply_destroyed()

    assert not await store.has_second_contact(link.case_id, link.person)
    connection = await asyncpg.connect(database)
    try:
        assert 0 == await connection.fetchval("SELECT count(*) FROM vangnet.link_codes")
    finally:
        await connection.close()


async def test_the_database_alone_does_not_tell_the_code(store: Store, key_ring: KeyRing, link: Behind) -> None:
    """The code hangs on the installation's secret: with another one the same row makes another code."""
    await store.ask_code(link)
    (code,) = await store.codes_to_send()
    codes = {store._code(bytes([place]) * 16) for place in range(20)}

    assert 15 < len(codes)
    assert key_ring.derive("link code") != key_ring.derive("link opened")
    assert code.nonce.hex() not in code.id


@pytest.mark.parametrize("address", ["thuis@post.example", "THUIS@post.example", "veilig@post.example"])
def test_the_other_contact_is_another_address(address: str) -> None:
    """Where the link goes already, somebody may read along: the code does not go there."""
    with pytest.raises(ValidationError):
        Person(name="N", email="thuis@post.example", safe_contact="veilig@post.example", second_contact=address)


def test_release_0_1_reads_people_as_they_were() -> None:
    """What it knows no field for stands beside what it opens, whether there is something or not."""
    key, place = bytes(32), person_place("c", "pupil", "m")
    for person in (Person(name="N"), Person(name="N", second_contact=_SECOND)):
        sealed = sealed_person(key, "c", "pupil", "m", person)

        assert "second" not in unseal(key, place, sealed.sealed)
        assert (person.second_contact is None) is (sealed.second is None)
    assert "second" not in Person(name="N").model_dump_json()
