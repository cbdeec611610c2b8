"""Anchoring: a signed line in the database, in a file outside of it, and in somebody else's mailbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.anchoring import Anchored, Anchoring, AnchorSettings
from activities.mail import MailSettings
from store import AccessEntry, Store, read_lines, verifying_key
from tests.activities.post_office import PostOffice
from tests.store import builders as b
from tests.store.anchoring import KEY
from tests.store.raw import tampered

PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
ELSEWHERE = "ankers@archief.example"


@pytest.fixture
def anchors(tmp_path: Path) -> AnchorSettings:
    """A key, and a file that is not there yet."""
    (tmp_path / "anchor.pem").write_bytes(PEM)
    return AnchorSettings(key=tmp_path / "anchor.pem", file=tmp_path / "anchors", mail_to=ELSEWHERE)


@pytest.fixture
def anchoring(store: Store, anchors: AnchorSettings, settings: MailSettings) -> Anchoring:
    """Anchoring into that file, and to a real mail server."""
    return Anchoring(store, anchors, settings)


async def take(anchoring: Anchoring) -> Anchored:
    """One round, as Temporal has it made."""
    return await ActivityEnvironment().run(anchoring.take)


async def look(store: Store) -> None:
    """Something to anchor."""
    story = await b.opened(store)
    await store.log_access(AccessEntry(actor=b.AT_SCHOOL, case_id=story.id, what="people", purpose="test"))


async def test_a_line_is_kept_outside(anchoring: Anchoring, anchors: AnchorSettings, store: Store) -> None:
    """Signed; the public key and the file are enough to verify."""
    await look(store)
    assert (1, 2, True) == ((first := await take(anchoring)).anchor, first.chains, first.mail)
    await look(store)
    await take(anchoring)
    lines = read_lines(anchors.file.read_text())
    assert [1, 2] == [line.anchor for line in lines]
    assert () == (await store.audited(lines, verifying_key(PEM))).broken


async def test_a_worker_elsewhere_catches_up(
    anchoring: Anchoring, anchors: AnchorSettings, store: Store, settings: MailSettings, tmp_path: Path
) -> None:
    """Each worker's machine has all lines, whoever took them; a line that a power cut left half is completed."""
    await take(anchoring)
    other = anchors.model_copy(update={"file": tmp_path / "elsewhere"})
    await take(Anchoring(store, other, settings))
    whole = other.file.read_bytes()
    other.file.write_bytes(whole[:-7])
    await take(anchoring)
    await take(Anchoring(store, other, settings))
    assert other.file.read_bytes().startswith(whole)
    assert 4 == len(read_lines(other.file.read_text()))


async def change_file(file: Path, _: str) -> None:
    await asyncio.to_thread(lambda: file.write_text(file.read_text().replace('"chains":2', '"chains":3')))


async def cut_database(_: Path, database: str) -> None:
    await tampered(database, "DELETE FROM vangnet.anchors WHERE anchor = 2")


@pytest.mark.parametrize("differ", [change_file, cut_database])
async def test_nothing_is_anchored_while_file_and_database_differ(  # noqa: PLR0917  # what a round needs
    anchoring: Anchoring,
    anchors: AnchorSettings,
    store: Store,
    database: str,
    differ: Callable[[Path, str], Awaitable[None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A fixed code, for good, and a log line: somebody has to look before a line rests on either."""
    await look(store)
    await take(anchoring)
    await take(anchoring)
    await differ(anchors.file, database)
    before = await store.anchor_lines()
    with caplog.at_level(logging.ERROR), pytest.raises(ApplicationError) as refused:
        await take(anchoring)
    assert ("anchors_differ", True) == (refused.value.type, refused.value.non_retryable)
    assert before == await store.anchor_lines()
    assert "anchors differ" in caplog.text


async def test_a_line_is_mailed(anchoring: Anchoring, anchors: AnchorSettings, office: PostOffice) -> None:
    """To the other organisation: the line as it stands in the file; sent again it is the same mail."""
    await take(anchoring)
    for _ in range(2):
        await ActivityEnvironment().run(anchoring.mail, 1)
    mails: list[EmailMessage] = office.mails
    assert [(ELSEWHERE,)] * 2 == [mail.recipients for mail in office.taken]
    assert ["<anchor-1@mail.regio.example>"] * 2 == [mail["Message-ID"] for mail in mails]
    assert anchors.file.read_text().strip() in mails[0].get_content().replace("=\n", "")


async def test_a_mail_server_that_is_away_is_tried_again(anchoring: Anchoring, office: PostOffice) -> None:
    """A code that Temporal may retry."""
    await take(anchoring)
    office.to_recipient = lambda _: "451 later"
    with pytest.raises(ApplicationError) as refused:
        await ActivityEnvironment().run(anchoring.mail, 1)
    assert ("mail_unavailable", False) == (refused.value.type, refused.value.non_retryable)


async def test_without_a_key_nothing_is_anchored(store: Store, settings: MailSettings) -> None:
    """Where none is set up the round does nothing."""
    assert Anchored() == await take(Anchoring(store, None, settings))
    assert () == await store.anchor_lines()


async def test_a_key_of_another_kind_is_said(anchoring: Anchoring, anchors: AnchorSettings, store: Store) -> None:
    """With a fixed code, for good."""
    anchors.key.write_text("geen sleutel")
    with pytest.raises(ApplicationError) as refused:
        await take(anchoring)
    assert ("anchor_key_invalid", True) == (refused.value.type, refused.value.non_retryable)
    assert () == await store.anchor_lines()
