"""``vangnet keys``, as an operator uses it."""

from __future__ import annotations

import json
import stat
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from pydantic import JsonValue, TypeAdapter

from protocol.keeping import Part
from protocol.messages import Actor
from protocol.retention import HoldGround
from protocol.vocabulary import Role
from store import KeyRing
from store.sealing import Controller
from tests.command_line import Ended
from tests.starter.stack import CJG, SCHOOL, Stack

PRIVACY = "privacy:gemeente:p.privacy"
_ONE: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])
_SEVERAL: TypeAdapter[list[dict[str, str | int | None]]] = TypeAdapter(list[dict[str, str | int | None]])
ORDER = ("--reason", "order")


async def printed(stack: Stack, *arguments: str, ring: KeyRing | None = None, stdin: bytes | None = None) -> str:
    """What a command that goes well prints as JSON."""
    around = {"VANGNET_KEY_RING_JSON": ring.dump()} if ring else {}
    ended = await stack.run("keys", *arguments, "--json", around=around, stdin=stdin)
    assert (0, "") == (ended.code, ended.err)
    return ended.out


async def said(
    stack: Stack, *arguments: str, ring: KeyRing | None = None, stdin: bytes | None = None
) -> dict[str, JsonValue]:
    """What a command did."""
    return _ONE.validate_json(await printed(stack, *arguments, ring=ring, stdin=stdin))


async def listed(stack: Stack, *arguments: str, ring: KeyRing | None = None) -> list[dict[str, str | int | None]]:
    """What ``keys list`` lists."""
    return _SEVERAL.validate_json(await printed(stack, "list", *arguments, ring=ring))


async def closed(stack: Stack) -> str:
    """A case that was cancelled, with a note of the school's."""
    case = await stack.open()
    await stack.tell(case, "cancel_case", note="vergissing", reason="opened_by_mistake")
    return case


async def fetched(stack: Stack, statement: str, *arguments: object) -> list[asyncpg.Record]:
    """Look past the store."""
    connection = await asyncpg.connect(stack.settings.database_url.get_secret_value())
    try:
        return list(await connection.fetch(statement, *arguments))
    finally:
        await connection.close()


def ring_in(file: str) -> KeyRing:
    """Read a ring that was written; nobody else can."""
    assert 0o600 == stat.S_IMODE(Path(file).stat().st_mode)
    return KeyRing.parse(Path(file).read_text(encoding="utf-8"))


def refused(ended: Ended, code: int, word: str) -> bool:
    """Whether a command ended with this exit code and one line that has this word."""
    return (code, "", 1) == (ended.code, ended.out, ended.err.count("\n")) and word in ended.err


async def test_a_whole_rotation_by_the_book(stack: Stack, tmp_path: Path) -> None:
    """Add, use, rotate, retire: each step a ring of its own, and the next one refused before its time."""
    await stack.open()
    files = [str(tmp_path / f"ring-{number}.json") for number in range(4)]

    async def step(ring: KeyRing, *arguments: str) -> Ended:
        return await stack.run("keys", *arguments, around={"VANGNET_KEY_RING_JSON": ring.dump()})

    first = stack.store.keys
    assert 0 == (await step(first, "add", "key-2", "--to", files[0])).code
    added = ring_in(files[0])
    assert refused(await step(added, "retire", "key-2", "--to", files[0]), 2, "bestaat al")
    assert 0 == (await step(added, "use", "key-2", "--to", files[1])).code
    used = ring_in(files[1])
    assert refused(await step(used, "retire", "key-1", "--to", files[2]), 2, "rotate")

    assert {"current": "key-2", "left": {}, "broken": []}.items() <= (await said(stack, "rotate", ring=used)).items()
    assert 0 == (await step(used, "retire", "key-1", "--to", files[3])).code
    retired = ring_in(files[3])

    rows = await listed(stack, ring=retired)
    assert [("key-2", "current"), ("key-1", "retired")] == [(row["key"], row["state"]) for row in rows]
    assert rows[0]["dataKeys"]
    # Back, for the other tests.
    back = KeyRing(first.current, used._keys, used._secret)
    assert {"left": {}}.items() <= (await said(stack, "rotate", ring=back)).items()


async def test_what_a_ring_lacks_is_said(stack: Stack) -> None:
    """Nothing is wrapped anew of what the ring cannot open; list and check name the key, and nothing is lost."""
    await stack.open()
    too_early = stack.store.keys.rotated("key-2").without("key-1")
    around = {"VANGNET_KEY_RING_JSON": too_early.dump()}

    ended = await stack.run("keys", "rotate", around=around)
    assert (1, True) == (ended.code, "met key-1" in ended.err)
    rows = await listed(stack, ring=too_early)
    assert ("key-1", "missing") in [(row["key"], row["state"]) for row in rows]
    checked = await stack.run("check", "--json", around=around)
    (found,) = [row for row in json.loads(checked.out) if row["name"] == "keystore"]
    assert (False, "key-1 ontbreekt op de sleutelbos") == (found["fine"], found["detail"])
    assert ((), 0) == (await stack.store.key_health())[:2]


async def test_destroying_a_closed_case(stack: Stack) -> None:
    """All its parts are gone, with a record and a row in the access log; again it changes nothing; others stay."""
    case, neighbour = await closed(stack), await closed(stack)
    assert [{"part": "school", "state": "present", "kek": "key-1"}] == await listed(stack, case)

    assert {"caseId": case, "destroyed": ["school"]} == await said(stack, "destroy", case, "--as", PRIVACY, *ORDER)
    assert {"caseId": case, "destroyed": []} == await said(stack, "destroy", case, "--as", PRIVACY, *ORDER)

    shown = await stack.run("keys", "list", case)
    assert "gewist" in shown.out
    assert ["present"] == [row["state"] for row in await listed(stack, neighbour)]
    (row,) = await fetched(stack, "SELECT * FROM vangnet.retention_log WHERE case_id = $1", case)
    pseudonym = stack.store.keys.pseudonym("gemeente", "p.privacy")
    assert ("school", "destroy", "order", "privacy", pseudonym) == tuple(
        row[name] for name in ("part", "act", "rule", "role", "user_id")
    )
    (row,) = await fetched(stack, "SELECT * FROM vangnet.access_log WHERE scope = $1 AND event = 'erase'", case)
    assert ("part school", "destroy order", pseudonym) == (row["what"], row["purpose"], row["user_id"])
    assert () == await stack.store.verify()


async def test_what_is_held_is_said_to_be_held(stack: Stack) -> None:
    """Nothing is destroyed, and nobody thinks that it was gone already."""
    case = await closed(stack)
    officer = Actor(role=Role.PRIVACY, organisation="gemeente", user="s-officer")
    await stack.store.place_hold(case, officer, HoldGround.PROSECUTION, (datetime.now(UTC) + timedelta(days=30)).date())

    ended = await stack.run("keys", "destroy", case, "--as", PRIVACY, *ORDER)

    assert (1, True) == (ended.code, "de casus wordt vastgehouden" in ended.out)
    assert ["present"] == [row["state"] for row in await listed(stack, case)]


@pytest.mark.parametrize(
    ("acting_as", "what", "word"),
    [
        (PRIVACY, "open", "wrong_step"),
        (SCHOOL, "closed", "not_allowed"),
        (CJG, "closed", "unknown_case"),
        ("ops:gemeente:o.ops", "closed", "not_allowed"),
        (PRIVACY, "none", "unknown_case"),
    ],
)
async def test_nothing_else_is_destroyed(stack: Stack, acting_as: str, what: str, word: str) -> None:
    """Neither an open case, nor by anybody but the privacy officer; nothing is gone afterwards."""
    cases = {"open": stack.open, "closed": lambda: closed(stack)}
    case = await cases[what]() if what in cases else "zzzz-zzzz-zzzz"

    assert refused(await stack.run("keys", "destroy", case, "--as", acting_as, *ORDER), 3, word)
    if what in cases:
        assert ["present"] == [row["state"] for row in await listed(stack, case)]


async def test_only_the_named_part_goes(stack: Stack) -> None:
    """A part that never was is no part; the others stay."""
    case = await closed(stack)

    assert {"caseId": case, "destroyed": []} == await said(
        stack, "destroy", case, "--as", PRIVACY, *ORDER, "--part", "zvh", "--part", "coordinator"
    )
    assert ["present"] == [row["state"] for row in await listed(stack, case)]


async def test_the_list_is_exported_and_applied_after_a_restore(stack: Stack) -> None:
    """A key that came back with a backup is destroyed by the list alone; what is no list does nothing."""
    case, neighbour = await closed(stack), await closed(stack)
    kept = await fetched(stack, "SELECT * FROM keystore.data_keys WHERE scope = $1", case)
    await said(stack, "destroy", case, "--as", PRIVACY, *ORDER)
    exported = (await stack.run("keys", "destroyed")).out
    assert {"scope": case, "controller": "school"}.items() <= json.loads(exported.splitlines()[-1]).items()

    await fetched(stack, "DELETE FROM keystore.destroyed WHERE scope = $1", case)
    await fetched(stack, "INSERT INTO keystore.data_keys VALUES ($1, $2, $3, $4, $5)", *kept[0])
    assert ["present"] == [row["state"] for row in await listed(stack, case)]
    for wrong in (exported + "x\n", exported + '{"scope": "a b", "controller": "school"}\n', "\x00"):
        ended = await stack.run("keys", "apply-destroyed", stdin=wrong.encode())
        assert refused(ended, 2, "Regel")
    assert ["present"] == [row["state"] for row in await listed(stack, case)]

    applied = await said(stack, "apply-destroyed", stdin=exported.encode())
    assert (len(exported.splitlines()), 1) == (applied["listed"], applied["destroyed"])
    assert 0 == (await said(stack, "apply-destroyed", stdin=exported.encode()))["destroyed"]

    assert ["destroyed"] == [row["state"] for row in await listed(stack, case)]
    assert ["present"] == [row["state"] for row in await listed(stack, neighbour)]
    assert exported == (await stack.run("keys", "destroyed")).out


async def test_a_destroyed_key_that_is_back_is_reported(stack: Stack) -> None:
    """Until the list is applied, check says so; the part stays unread all the while."""
    case = await closed(stack)
    kept = await fetched(stack, "SELECT * FROM keystore.data_keys WHERE scope = $1", case)
    await stack.store.destroy_key(case, Controller.SCHOOL)
    await fetched(stack, "INSERT INTO keystore.data_keys VALUES ($1, $2, $3, $4, $5)", *kept[0])

    (found,) = [row for row in json.loads((await stack.run("check", "--json")).out) if row["name"] == "keystore"]
    assert (False, True) == (found["fine"], "apply-destroyed" in found["detail"])
    assert ["destroyed"] == [row["state"] for row in await listed(stack, case)]
    await said(stack, "apply-destroyed", stdin=b"")
    (found,) = [row for row in json.loads((await stack.run("check", "--json")).out) if row["name"] == "keystore"]
    assert found["fine"]


async def test_a_ring_file_holds_whole_keys_only(stack: Stack, tmp_path: Path) -> None:
    """Wrong names write nothing; a ring can be given by file, and its keys are 32 bytes."""
    file = tmp_path / "ring.json"
    for arguments in (("add", "key 2"), ("add", "key-1"), ("use", "key-9"), ("retire", "key-1"), ("retire", "key-9")):
        assert refused(await stack.run("keys", *arguments, "--to", str(file)), 2, "sleutel")
        assert not file.exists()
    assert refused(await stack.run("keys", "add", "key-2", "--to", str(tmp_path / "no" / "ring")), 2, "geschreven")

    assert 0 == (await stack.run("keys", "add", "key-2", "--to", str(file))).code
    keys = json.loads(file.read_text(encoding="utf-8"))["keys"]
    assert {32} == {len(b64decode(key)) for key in keys.values()}
    assert set(Part) == {Part("school"), Part("coordinator"), Part("zvh")}
