"""How a case stands, whatever its region decided meanwhile."""

from __future__ import annotations

from starter.standing import find
from store import KeyRing, Store
from tests.postgres import Postgres
from tests.store import builders as b


async def test_a_case_keeps_the_settings_it_was_opened_with(postgres: Postgres, key_ring: KeyRing) -> None:
    """Its region takes other settings; who reads the case goes by those that it decides by, recorded or not yet."""
    store = await Store.connect(postgres.dsn(await postgres.create()), key_ring)
    try:
        await store.save_policy(b.POLICY)
        running, accepted = await b.opened(store), b.opening()
        await store.open_case(accepted, b.intake())
        await store.save_policy(b.POLICY.model_copy(update={"version": 2, "silence": 2}))
        found = [await find(store, case) for case in (running.id, accepted.case_id)]
        assert [(b.POLICY, True), (b.POLICY, False)] == [(each.policy, each.carried_out) for each in found if each]
    finally:
        await store.close()
