"""The directory: organisations, who answers there, and the region's settings, with a log of every change."""

from __future__ import annotations

import re
from html import unescape

import pytest

from protocol.keeping import Keep, Since
from protocol.notices import Contact
from protocol.vocabulary import OrganisationKind, Task
from store import OrganisationRow
from tests.starter.stack import REGION
from tests.web.serving import Pages
from tests.web.told import by
from tests.web.visiting import Visit

SETTINGS = "/organisaties/instellingen"
LOG = "/organisaties/wijzigingen"
PAGES = ("/organisaties", "/organisaties/nieuw", "/organisaties/ggd", SETTINGS, LOG)

_INPUT = re.compile(r'<input class="utrecht-textbox[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
_CHOSEN = re.compile(r'<select[^>]*name="([^"]+)".*?<option value="([^"]*)" selected', re.DOTALL)


async def settings_as_shown(visit: Visit) -> dict[str, str]:
    """Every field of the settings' form as it comes."""
    text = (await visit.get(SETTINGS)).text
    shown = {name: unescape(value) for name, value in _INPUT.findall(text)} | dict(_CHOSEN.findall(text))
    days = re.search(r'<textarea[^>]*name="closed_days"[^>]*>\n(.*?)</textarea>', text, re.DOTALL)
    version = re.search(r'name="version" value="(\d+)"', text)
    assert days
    assert version
    return {**shown, "closed_days": days[1], "version": version[1]}


async def test_an_organisation_is_added_and_changed(web: Pages, visit: Visit) -> None:
    """It is in the directory with its contacts, and each change is in the log, without anybody's data."""
    await visit.log_in("f.admin")
    await visit.get("/organisaties/nieuw")
    new = {"id": "halt", "kind": "partner", "name": "Halt", "desk_name": "Team Jeugd", "desk_email": "jeugd@halt.test"}
    await visit.post("/organisaties/nieuw", new)
    await visit.get("/organisaties/halt")

    await visit.post(
        "/organisaties/halt",
        {
            "name": "Halt Nederland",
            "desk_email": "zaken@halt.test",
            "desk_name": "Team Jeugd",
            "desk_phone": "010 123 45 67",
            "webhook_url": "https://halt.test/in",
        },
    )

    row = OrganisationRow(
        region=REGION,
        id="halt",
        kind=OrganisationKind.PARTNER,
        name="Halt Nederland",
        webhook_url="https://halt.test/in",
    )
    assert row in await web.store.organisations(REGION)
    desk = (await web.store.contacts(REGION, "halt"))[Contact.DESK]
    assert ("zaken@halt.test", "010 123 45 67") == (desk.email, desk.phone)
    log = (await visit.get(LOG)).text
    assert [True, True] == [word in log for word in ("Halt Nederland", "gewijzigd, niet getoond")]
    assert "f.admin" in log
    assert "halt.test/in" in log
    assert "zaken@halt.test" not in log
    assert "123 45" not in log
    assert "Team Jeugd" not in log


async def test_what_did_not_change_is_not_logged(web: Pages, visit: Visit) -> None:
    """Saving the form as it came adds nothing to the log."""
    await visit.log_in("f.admin")
    await visit.get("/organisaties/wijkagent")
    same = {"name": "Wijkagent school en jeugd", "desk_name": "Wijkagent", "desk_email": "wijk@agent.test"}
    await visit.post("/organisaties/wijkagent", same)
    before = await web.store.directory_changes(REGION)

    answer = await visit.post("/organisaties/wijkagent", same)

    assert 303 == answer.status_code
    assert before == await web.store.directory_changes(REGION)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"id": "Met Hoofdletters"}, "Gebruik kleine letters"),
        ({"id": "ggd"}, "Dit kenmerk is al in gebruik."),
        ({"id": "wijzigingen"}, "Dit kenmerk is al in gebruik."),
        ({"kind": ""}, "Kies een soort."),
        ({"name": ""}, "Vul een naam in."),
        ({"name": "a\0b"}, "Dit veld is geen geldige tekst"),
        ({"webhook_url": "javascript:alert(1)"}, "Vul een adres in"),
        ({"desk_name": "Zonder adres"}, "Vul een e-mailadres in"),
        ({"team_lead_email": "a@b.test"}, "Vul een naam in bij dit e-mailadres."),
    ],
)
async def test_a_wrong_organisation_is_not_kept(visit: Visit, fields: dict[str, str], wrong: str) -> None:
    """The sentence stands beside the field, and what was typed is kept."""
    await visit.log_in("f.admin")
    await visit.get("/organisaties/nieuw")

    answer = await visit.post("/organisaties/nieuw", {"id": "nieuw-1", "kind": "partner", "name": "Nieuw", **fields})

    assert answer.status_code in {409, 422}
    assert wrong in answer.text


async def test_settings_are_saved_as_a_new_version(web: Pages, visit: Visit) -> None:
    """A term and a closed day change; the old version stays, the log says what it was and became."""
    before = await web.store.policy(REGION)
    await visit.log_in("f.admin")
    shown = await settings_as_shown(visit)

    answer = await visit.post(
        SETTINGS, {**shown, "parent_talk-sexting-days": "4", "closed_days": shown["closed_days"] + "\n2031-05-09\n"}
    )

    after = await web.store.policy(REGION)
    terms = after.terms[Task.PARENT_TALK].sexting
    assert 303 == answer.status_code
    assert terms
    assert (before.version + 1, 4) == (after.version, terms.days)
    assert 1 == len(set(after.calendar.closed_days) - set(before.calendar.closed_days))
    assert after.terms[Task.EVALUATION] == before.terms[Task.EVALUATION]
    assert after.calendar.clock_changes == before.calendar.clock_changes
    log = (await visit.get(LOG)).text
    assert "2031-05-09" in log
    assert "Sexting, werkdagen" in log


async def test_settings_that_changed_meanwhile_are_not_overwritten(web: Pages, visit: Visit) -> None:
    """The second to save hears so, keeps what was typed, and can save again."""
    await visit.log_in("f.admin")
    shown = await settings_as_shown(visit)
    await visit.post(SETTINGS, {**shown, "silence": "11"})
    version = (await web.store.policy(REGION)).version

    late = await visit.post(SETTINGS, {**shown, "silence": "12"})

    assert 409 == late.status_code
    assert 'value="12"' in late.text
    assert (version, 11) == ((await web.store.policy(REGION)).version, (await web.store.policy(REGION)).silence)
    again = await visit.post(SETTINGS, {**shown, "silence": "10", "version": str(version)})
    assert 303 == again.status_code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("parent_talk-sexting-days", "0"),
        ("parent_talk-sexting-days", "veel"),
        ("parent_talk-sexting-reminder", "9"),
        ("overdue_every", "-1"),
        ("silence", "²"),
        ("furthest", "9" * 5000),
        ("closed_days", "25 december"),
        ("cjg", "ggd"),
    ],
)
async def test_wrong_settings_are_not_saved(web: Pages, visit: Visit, field: str, value: str) -> None:
    """The field is named, and no version is made."""
    before = await web.store.policy(REGION)
    await visit.log_in("f.admin")
    shown = await settings_as_shown(visit)

    answer = await visit.post(SETTINGS, {**shown, field: value})

    assert 422 == answer.status_code
    assert f'href="#f-{field}"' in answer.text
    assert before == await web.store.policy(REGION)


@pytest.mark.parametrize("user", ["m.dewit", "s.yilmaz", "a.jansen", "l.smit", "p.privacy", "o.ops"])
async def test_for_everybody_else_these_pages_do_not_exist(web: Pages, visit: Visit, user: str) -> None:
    """Whatever exists there and whatever is sent, it looks like no page."""
    before = await web.store.directory_changes(REGION)
    await visit.log_in(user)
    await visit.get("/zaken")

    seen = [await visit.get(page) for page in (*PAGES, "/organisaties/bestaat-niet")]
    told = [await visit.post(page, {"name": "Van mij", "kind": "partner", "id": "van-mij"}) for page in PAGES]

    assert {404} == {answer.status_code for answer in (*seen, *told)}
    assert before == await web.store.directory_changes(REGION)


async def test_each_look_at_contacts_is_logged(web: Pages, visit: Visit) -> None:
    """Who answers at an organisation is personal data too."""
    await visit.log_in("f.admin")
    before = await web.stack.looked("-")

    await visit.get("/organisaties/ggd")

    assert before + 1 == await web.stack.looked("-")


async def test_codes_for_links_are_switched_on_and_off(web: Pages, visit: Visit) -> None:
    """A box in the settings: off by itself, shown as it is, and in the log of changes."""
    await visit.log_in("f.admin")
    box = ("second_factor_on_links", "ja")
    for wanted in (True, False):
        fields = tuple((await settings_as_shown(visit)).items())
        assert 303 == (await visit.post(SETTINGS, (*fields, box) if wanted else fields)).status_code
        assert wanted is (await web.store.policy(REGION)).second_factor_on_links
        shown = (await visit.get(SETTINGS)).text
        assert wanted is bool(re.search(r'name="second_factor_on_links" value="ja" checked', shown))

    assert "second_factor_on_links" in {row.field for row in await web.store.directory_changes(REGION, limit=2)}
    assert [("ja", "nee"), ("nee", "ja")] == changed_to((await visit.get(LOG)).text, "ook een code nodig")[:2]


async def test_periods_stand_in_the_log_in_words(web: Pages, visit: Visit) -> None:
    """Which rule, what of it, and a yes or no as such; where a period is as the default again, as that has it."""
    before = await web.store.policy(REGION)
    other = Keep(months=24, since=Since.CLOSED, duty=False)
    changed = before.model_copy(update={"version": before.version + 1, "retention": {"school.ended": other}})
    await web.store.change_policy(by("admin:gemeente:f.admin"), changed)
    await web.store.change_policy(
        by("admin:gemeente:f.admin"), before.model_copy(update={"version": before.version + 2})
    )
    await visit.log_in("f.admin")

    log = (await visit.get(LOG)).text

    assert [("nee", "ja"), ("ja", "nee")] == changed_to(log, "School, Beëindigd, ook een plicht")[:2]
    assert [("het sluiten", "het vertrek van school"), ("het vertrek van school", "het sluiten")] == changed_to(
        log, "School, Beëindigd, vanaf"
    )[:2]


def changed_to(log: str, what: str) -> list[tuple[str, str]]:
    """What a setting was and became, the latest first, as the page says it."""
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in log.split("<tr")]
    return [(row[4], row[5]) for row in cells if row and what in unescape(row[3])]
