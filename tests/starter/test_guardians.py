"""Setting guardians: their data goes to the file, who has custody to the case."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from protocol.messages import SYSTEM
from protocol.refusals import RefusalCode, Refused
from starter.errors import BadInput
from store import AccessEntry
from tests.starter.stack import SCHOOL, Stack, actor


async def test_guardians_are_set_with_their_data(stack: Stack) -> None:
    """A new guardian gets the next id and their data goes to the file; who stays keeps what was told."""
    case = await stack.open()
    guardians: list[JsonValue] = [
        {"person": "guardian-1", "custody": False},
        {"name": "Ouder Twee", "email": "twee@voorbeeld.example", "custody": True},
    ]
    await stack.tell(case, "set-guardians", guardians=guardians)
    overview = await stack.store.overview(case)
    assert overview is not None
    assert [("guardian-1", False), ("guardian-2", True)] == [(g.person, g.custody) for g in overview.case.guardians]
    look = AccessEntry(actor=SYSTEM, case_id=case, what="people", purpose="test")
    people = await stack.store.people(case, look)
    assert ("Ouder Een", "Ouder Twee") == (people["guardian-1"].name, people["guardian-2"].name)


@pytest.mark.parametrize(
    "guardian",
    [
        {"custody": True},
        {"person": "guardian-1", "custody": True, "email": "a@b.example"},
        {"person": "pupil-1", "name": "X", "custody": True},
        {"name": "X", "custody": True, "phone": "06"},
    ],
)
async def test_a_guardian_of_whom_nobody_can_tell_who_it_is_is_wrong_use(
    stack: Stack, guardian: dict[str, JsonValue]
) -> None:
    """A new guardian has a name; changed data comes as a whole."""
    case = await stack.open()
    with pytest.raises(BadInput):
        await stack.tell(case, "set-guardians", guardians=[guardian])


async def test_a_guardian_who_is_not_in_the_case_cannot_stay_in_it(stack: Stack) -> None:
    """Only the case gives out ids; a person mentioned twice is refused."""
    case = await stack.open()
    here: dict[str, JsonValue] = {"person": "guardian-1", "custody": True}
    wrong: list[tuple[list[JsonValue], RefusalCode]] = [
        ([here | {"person": "guardian-7"}], RefusalCode.UNKNOWN_PERSON),
        ([here, here], RefusalCode.PERSON_TWICE),
        ([here | {"custody": False}], RefusalCode.NO_GUARDIAN_WITH_CUSTODY),
    ]
    for guardians, code in wrong:
        before = await stack.written(case)
        with pytest.raises(Refused) as refused:
            await stack.client.tell(case, "set-guardians", {"guardians": guardians}, actor(SCHOOL))
        assert code is refused.value.code
        assert before == await stack.written(case)
