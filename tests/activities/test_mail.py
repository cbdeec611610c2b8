"""Mail over real SMTP: what is taken, refused, put off, and lost on the way."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from activities import letter
from activities.errors import MailUnavailable, Undeliverable
from activities.mail import Mailer, MailSettings, Tls
from tests.activities.builders import CASE, LINK, dispatch
from tests.activities.conftest import mail_settings
from tests.activities.post_office import PostOffice, hang_up, open_office


def plain(mail: EmailMessage) -> str:
    """The part that every mail program can show."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def without_date(content: bytes) -> bytes:
    """A mail but for the moment at which it was sent."""
    return re.sub(rb"^Date: .*\r\n", b"", content, flags=re.MULTILINE)


async def test_a_mail_holds_number_question_deadline_and_link(office: PostOffice, settings: MailSettings) -> None:
    """A parent reads in Dutch what is asked, by when, and where, in text and in HTML."""
    async with Mailer(settings).round() as mails:
        await mails.send(dispatch())

    (mail,) = office.mails
    text = plain(mail)
    assert mail["Subject"] == f"Bericht over nummer {CASE}"
    assert mail["Message-ID"] == f"<{CASE}.7.1@mail.regio.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"] == "ouder@post.example"
    assert mail["Content-Language"] == "nl"
    assert not any(part.defects for part in mail.walk())
    assert "Wij willen u iets vragen." in text
    assert "Dit kan tot en met vrijdag 27 november 2026." in text
    assert LINK in text
    html = mail.get_body(("html",))
    assert html is not None
    assert f'href="{LINK}"' in html.get_content()
    assert '<html lang="nl">' in html.get_content()


async def test_mails_of_one_round_share_a_connection(office: PostOffice, settings: MailSettings) -> None:
    """Three mails cost one connection."""
    async with Mailer(settings).round() as mails:
        for place in range(3):
            await mails.send(dispatch(place=place))

    assert len(office.taken) == 3
    assert office.connections == 1


async def test_rounds_that_follow_each_other_share_a_connection(office: PostOffice, settings: MailSettings) -> None:
    """The next round goes over the connection of the last, and who leaves takes leave."""
    async with Mailer(settings) as mailer:
        for place in range(3):
            async with mailer.round() as mails:
                await mails.send(dispatch(place=place))
        assert (office.connections, office.farewells) == (1, 0)

    assert len(office.taken) == 3
    assert office.farewells == 1


async def test_rounds_at_the_same_time_never_share_a_connection(office: PostOffice, settings: MailSettings) -> None:
    """A connection is for one round at a time; only some of them wait for the next."""
    async with Mailer(settings) as mailer:
        async with AsyncExitStack() as together:
            for place in range(6):
                mails = await together.enter_async_context(mailer.round())
                await mails.send(dispatch(place=place))
            assert (office.connections, office.farewells) == (6, 0)
        assert office.farewells == 2

    assert office.farewells == 6


async def test_a_connection_is_kept_for_a_moment_only(office: PostOffice, settings: MailSettings) -> None:
    """After a while without mail the server is left alone."""
    async with Mailer(settings, keep=timedelta(milliseconds=20)) as mailer:
        async with mailer.round() as mails:
            await mails.send(dispatch())
        async with asyncio.timeout(5):
            while not office.farewells:
                await asyncio.sleep(0)  # one turn of the loop
        async with mailer.round() as mails:
            await mails.send(dispatch(place=2))

    assert (len(office.taken), office.connections) == (2, 2)


@pytest.mark.parametrize("ending", ["421 too many mails", "hang up"])
async def test_a_connection_that_the_server_ended_costs_no_mail(
    office: PostOffice, settings: MailSettings, ending: str
) -> None:
    """A kept connection turns out to be ended: the mail goes at once over a new one, and once."""

    def ended(server: SMTP) -> str:
        office.to_sender = lambda _: "250 OK"
        if ending == "hang up":
            hang_up(server)
        return ending

    async with Mailer(settings) as mailer:
        async with mailer.round() as mails:
            await mails.send(dispatch())
        office.to_sender = ended
        async with mailer.round() as mails:
            await mails.send(dispatch(place=2))
            await mails.send(dispatch(place=3))

    assert len({mail["Message-ID"] for mail in office.mails}) == len(office.taken) == 3
    assert office.connections == 2


async def test_a_new_connection_that_is_refused_is_not_tried_again(office: PostOffice, settings: MailSettings) -> None:
    """A server that ends a fresh connection wants no mail now."""
    office.to_sender = lambda _: "421 closing down"
    async with Mailer(settings) as mailer, mailer.round() as mails:
        with pytest.raises(MailUnavailable):
            await mails.send(dispatch())

    assert (len(office.taken), office.connections) == (0, 1)


async def test_a_connection_that_was_left_in_the_middle_of_a_mail_is_not_used_again(
    office: PostOffice, settings: MailSettings
) -> None:
    """Who is stopped while sending leaves no half a conversation to the next."""

    def stop(_: Envelope) -> str:
        office.to_data = lambda _: "250 OK"
        sending.cancel()
        return "250 OK"

    async def send(place: int) -> None:
        async with mailer.round() as mails:
            await mails.send(dispatch(place=place))

    office.to_data = stop
    async with Mailer(settings) as mailer:
        sending = asyncio.create_task(send(1))
        with pytest.raises(asyncio.CancelledError):
            await sending
        await send(2)

    assert office.connections == 2
    assert office.mails[-1]["Message-ID"] == f"<{CASE}.7.2@mail.regio.example>"


async def test_a_round_without_mails_makes_no_connection(office: PostOffice, settings: MailSettings) -> None:
    """Nothing to send, nobody to call."""
    async with Mailer(settings).round():
        pass

    assert office.connections == 0


async def test_a_refused_recipient_is_final_and_others_go_on(office: PostOffice, settings: MailSettings) -> None:
    """A 5xx for one recipient says so for good, and the next mail still goes."""
    office.to_recipient = lambda address: "550 no such user" if address.startswith("weg@") else "250 OK"
    async with Mailer(settings).round() as mails:
        with pytest.raises(Undeliverable) as refused:
            await mails.send(dispatch("weg@post.example"))
        await mails.send(dispatch(place=2))

    assert refused.value.code == "recipient_refused"
    assert "weg@" not in str(refused.value)
    assert len(office.taken) == 1


async def test_a_refused_mail_is_final(office: PostOffice, settings: MailSettings) -> None:
    """A 5xx after the content says so for good."""
    office.to_data = lambda _: "554 refused"
    async with Mailer(settings).round() as mails:
        with pytest.raises(Undeliverable) as refused:
            await mails.send(dispatch())

    assert refused.value.code == "mail_refused"


async def test_a_mailbox_that_is_busy_can_be_tried_again(office: PostOffice, settings: MailSettings) -> None:
    """A 4xx is not final; the same notice goes through when the mailbox is free."""
    answers = iter(["451 later", "250 OK"])
    office.to_recipient = lambda _: next(answers)
    async with Mailer(settings).round() as mails:
        with pytest.raises(MailUnavailable):
            await mails.send(dispatch())
        await mails.send(dispatch())

    assert len(office.taken) == 1


async def test_a_mailbox_that_stays_busy_is_given_up(office: PostOffice, settings: MailSettings) -> None:
    """After two days a 4xx counts as a refusal, so that who asked hears that the link never came."""
    office.to_recipient = lambda _: "452 mailbox full"
    async with Mailer(settings).round() as mails:
        with pytest.raises(Undeliverable) as given_up:
            await mails.send(dispatch(since=datetime.now(UTC) - timedelta(days=3)))

    assert given_up.value.code == "mail_not_taken_in_time"


async def test_a_server_that_wants_a_login_blames_no_recipient(office: PostOffice, settings: MailSettings) -> None:
    """A 530 is our own set-up's fault: the notice waits, however old it is."""
    office.to_recipient = lambda _: "530 authentication required"
    async with Mailer(settings).round() as mails:
        with pytest.raises(MailUnavailable) as waits:
            await mails.send(dispatch(since=datetime.now(UTC) - timedelta(days=3)))

    assert not waits.value.recipient


async def test_a_server_that_is_away_is_not_called_for_every_mail(settings: MailSettings, unused_tcp_port: int) -> None:
    """Without a server each mail waits; within a round it is not tried again."""
    away = settings.model_copy(update={"port": unused_tcp_port})
    async with Mailer(away).round() as mails:
        with pytest.raises(MailUnavailable):
            await mails.send(dispatch())
        async with open_office(PostOffice(), port=unused_tcp_port) as back:
            with pytest.raises(MailUnavailable):
                await mails.send(dispatch(place=2))

    assert back.connections == 0
    async with open_office(PostOffice(), port=unused_tcp_port) as back, Mailer(away).round() as mails:
        await mails.send(dispatch())
        assert len(back.taken) == 1


async def test_a_resend_is_the_same_mail(office: PostOffice, settings: MailSettings) -> None:
    """The server takes the mail and dies unheard: the second try is the same mail but for its date."""
    answers = iter([None, "250 OK"])
    office.to_data = lambda _: next(answers)
    async with Mailer(settings).round() as mails:
        with pytest.raises(MailUnavailable):
            await mails.send(dispatch())
        await mails.send(dispatch())

    first, second = (mail.content for mail in office.taken)
    assert without_date(first) == without_date(second)
    assert office.mails[0]["Message-ID"] == office.mails[1]["Message-ID"]
    assert office.connections == 2


async def test_a_server_that_says_nothing_is_not_waited_for(settings: MailSettings) -> None:
    """A server that accepts a connection and falls silent costs the timeout, not the worker."""
    released = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await released.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    impatient = settings.model_copy(
        update={"port": server.sockets[0].getsockname()[1], "timeout": timedelta(milliseconds=100)}
    )
    async with server, Mailer(impatient).round() as mails:
        async with asyncio.timeout(5):
            with pytest.raises(MailUnavailable):
                await mails.send(dispatch())
        released.set()


@pytest.mark.parametrize(
    ("address", "recipient"),
    [
        ("o'brien+school@post.example", "o'brien+school@post.example"),
        ("a.very.long.but.allowed.local.part.of.sixty.four.characters.abcd@post.example", None),
        ("iemand@café.example", "iemand@xn--caf-dma.example"),
        ("zoë@post.example", "zoë@post.example"),
        ("vangnet@localhost", "vangnet@localhost"),
    ],
)
async def test_odd_addresses_arrive(
    office: PostOffice, settings: MailSettings, address: str, recipient: str | None
) -> None:
    """An unusual address that is allowed gets its mail."""
    async with Mailer(settings).round() as mails:
        await mails.send(dispatch(address))

    assert office.taken[0].recipients == (recipient or address,)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (None, "address_missing"),
        ("", "address_missing"),
        ("geen adres", "address_invalid"),
        ("a@post.example\r\nBcc: b@post.example", "address_invalid"),
        ("a@post.example\n", "address_invalid"),
        ("a@post.example,b@post.example", "address_invalid"),
        ("a@post.example> SIZE=1", "address_invalid"),
        ('"a b"@post.example', "address_invalid"),
        ("Naam <a@post.example>", "address_invalid"),
        ("a@post.example\x00", "address_invalid"),
        ("a@", "address_invalid"),
        ("@post.example", "address_invalid"),
        ("a..b@post.example", "address_invalid"),
        ("a@post..example", "address_invalid"),
        (f"{'a' * 65}@post.example", "address_invalid"),
        (f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}", "address_invalid"),
        ("a@-post.example", "address_invalid"),
    ],
)
async def test_an_address_that_is_none_is_refused_before_the_server_hears_it(
    office: PostOffice, settings: MailSettings, address: str | None, code: str
) -> None:
    """No address can smuggle in a header, a second recipient or a command."""
    async with Mailer(settings).round() as mails:
        with pytest.raises(Undeliverable) as refused:
            await mails.send(dispatch(address))

    assert refused.value.code == code
    assert office.connections == 0


@pytest.mark.parametrize(
    "name",
    ["Vangnet", "Meldpunt Súdwest-Fryslân", '"Vangnet, regio"', "Vangnet " + 8 * "en verre omstreken "],
)
async def test_the_name_of_the_sender_arrives(office: PostOffice, settings: MailSettings, name: str) -> None:
    """A name outside of ASCII, or longer than a line, is spelled so that every mail program shows it."""
    named = settings.model_copy(update={"sender": f"{name} <vangnet@regio.example>"})
    async with Mailer(named).round() as mails:
        await mails.send(dispatch())

    (mail,) = office.mails
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name.strip('" '), "vangnet@regio.example")
    head = office.taken[0].content.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize("broken", ["\r\n", "\n", "\r", "\x00", "\x85", "\u2028"])
@pytest.mark.parametrize("place", ["case", "notice", "sender", "recipient", "domain"])
def test_nothing_smuggles_a_header_into_a_mail(place: str, broken: str) -> None:
    """Whatever a mail is made of, a line break in it makes no mail at all."""
    odd = f"x{broken}Bcc: b@post.example"
    ready = dispatch(case_id=odd if place == "case" else CASE)
    if place == "notice":
        ready = ready.model_copy(update={"notice": ready.notice.model_copy(update={"id": odd})})
    given = {"sender": "a@b.example", "recipient": "c@d.example", "domain": "b.example"}
    with pytest.raises(ValueError, match=r"^(Subject|Message-ID|From|To)$"):
        letter.mail(ready, **{name: odd if name == place else value for name, value in given.items()})


async def test_a_server_without_utf8_cannot_reach_such_an_address() -> None:
    """A local part outside of ASCII needs a server that can; otherwise it is said for good."""
    async with open_office(PostOffice(), utf8=False) as office, Mailer(mail_settings(office.port)).round() as mails:
        with pytest.raises(Undeliverable) as refused:
            await mails.send(dispatch("zoë@post.example"))

    assert refused.value.code == "address_unsupported"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for this machine in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
async def guarded(certificate: Path) -> AsyncIterator[PostOffice]:
    """A post office that wants STARTTLS and a login."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with open_office(PostOffice(), tls=context, login=True) as opened:
        yield opened


async def test_mail_goes_protected_and_with_a_login(guarded: PostOffice, certificate: Path) -> None:
    """With STARTTLS and a password the mail is taken."""
    async with Mailer(guarded_settings(guarded.port, certificate)).round() as mails:
        await mails.send(dispatch())

    assert len(guarded.taken) == 1
    assert guarded.logins == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"tls": Tls.NONE},
        {"tls": Tls.TLS},
        {"authority": None},
        {"password": SecretStr("verkeerd")},
        {"username": None, "password": None},
    ],
    ids=["unprotected", "other protection", "unknown certificate", "wrong password", "no login"],
)
async def test_a_wrong_set_up_makes_mail_wait(guarded: PostOffice, certificate: Path, wrong: dict[str, object]) -> None:
    """A server that does not trust us, or that we do not trust, gets nothing; nobody's notice fails for it."""
    async with Mailer(guarded_settings(guarded.port, certificate).model_copy(update=wrong)).round() as mails:
        with pytest.raises(MailUnavailable):
            await mails.send(dispatch())

    assert guarded.taken == []


def guarded_settings(port: int, certificate: Path) -> MailSettings:
    """Settings that satisfy the guarded post office."""
    return mail_settings(port).model_copy(
        update={
            "tls": Tls.STARTTLS,
            "authority": str(certificate),
            "username": "vangnet",
            "password": SecretStr("geheim"),
            "timeout": timedelta(seconds=2),
        }
    )
