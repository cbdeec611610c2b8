"""``vangnet check``: of each thing that is needed, whether it is fine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import NamedTuple

import aiosmtplib
import httpx2
from temporalio.service import RPCError

from runtime.codec import SealingCodec
from runtime.errors import StartError
from runtime.settings import Settings, Tls, load
from runtime.temporal import connect
from starter.cli.backing_up import NotBackedUp, backup
from starter.cli.checking_anchors import NotAnchored, anchors
from starter.cli.checking_cases import NotCarried, cases, workers
from starter.cli.exits import InVain
from starter.cli.output import write, write_json
from starter.cli.setting_up import IN_DUTCH
from starter.temporal.part import State
from starter.temporal.setting_up import look
from starter.web.login.provider import LoginError, Provider
from starter.web.login.tokens import ClientKey
from starter.web.settings import WebSettings
from store import KeyRing, KeyRingForeign, Store, StoreError, pending

_PATIENCE = timedelta(seconds=5)
_LONGEST = timedelta(seconds=20)
"""For one look: nearly all of them take a tenth of a second."""


class NotFine(Exception):
    """What was looked at answers, and is not as it has to be."""


class Finding(NamedTuple):
    """What was found of one thing."""

    name: str
    fine: bool
    detail: str


async def check(*, as_json: bool) -> None:
    """Look at everything, and print what was found.

    Raises:
        InVain: Something is not fine.
    """
    settings = load(Settings)
    looks: dict[str, Callable[[Settings], Awaitable[str]]] = {
        "keys": _keys,
        "keystore": _key_store,
        "database": _database,
        "temporal": _temporal,
        "workers": workers,
        "cases": cases,
        "mail": _mail,
        "login": _login,
        "anchors": anchors,
        "backup": _backup,
        "privacy": _privacy,
    }
    found = await asyncio.gather(*(_finding(name, look(settings)) for name, look in looks.items()))
    if as_json:
        write_json([finding._asdict() for finding in found])
    else:
        for finding in found:
            write(f"{'in orde' if finding.fine else 'NIET IN ORDE':<13} {finding.name:<9} {finding.detail}")
    if not all(finding.fine for finding in found):
        raise InVain


async def _finding(name: str, look: Awaitable[str]) -> Finding:
    try:
        async with asyncio.timeout(_LONGEST.total_seconds()):
            return Finding(name, fine=True, detail=await look)
    except StoreError as error:
        return Finding(name, fine=False, detail=error.text)
    except LoginError as error:
        return Finding(name, fine=False, detail=f"antwoordt niet ({error.code})")
    except (StartError, NotFine, NotAnchored, NotBackedUp, NotCarried) as error:
        return Finding(name, fine=False, detail=str(error))
    except (aiosmtplib.SMTPException, OSError, TimeoutError, RPCError) as error:
        return Finding(name, fine=False, detail=f"antwoordt niet ({type(error).__name__})")


async def _keys(settings: Settings) -> str:
    keys = KeyRing.parse(settings.key_ring_text())
    return f"{len(keys.key_ids)} op de sleutelbos, huidige {keys.current}"


async def _key_store(settings: Settings) -> str:
    async with _store(settings) as store:
        health = await store.key_health()
    if health.foreign:
        raise KeyRingForeign
    faults = [
        *(f"{kek} ontbreekt op de sleutelbos" for kek in health.unknown),
        *([f"van {health.lost} casussen ontbreekt de sleutel"] if health.lost else []),
        *([f"{health.undone} gewiste sleutels zijn terug: `vangnet keys apply-destroyed`"] if health.undone else []),
    ]
    if faults:
        raise NotFine("; ".join(faults))
    return "alle sleutels aanwezig"


async def _backup(settings: Settings) -> str:
    async with _store(settings) as store:
        return await backup(store)


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    keys = KeyRing.parse(settings.key_ring_text())
    store = await Store.connect(settings.database_url.get_secret_value(), keys, largest=1)
    try:
        yield store
    finally:
        await store.close()


async def _database(settings: Settings) -> str:
    todo = await pending(settings.database_url.get_secret_value())
    if todo:
        raise NotFine(f"{len(todo)} migraties staan open: draai `vangnet migrate`")
    return "bereikbaar, migraties bij"


async def _temporal(settings: Settings) -> str:
    codec = SealingCodec(KeyRing.parse(settings.key_ring_text()))
    client = await connect(codec, identity="vangnet-cli", within=_PATIENCE)
    found = await look(client, settings)
    wrong = [
        f"{part.kind} {part.name} {IN_DUTCH[part.state]}{f' ({part.detail})' if part.detail else ''}"
        for part in found
        if not part.fine
    ]
    if wrong:
        lacks = any(part.state is State.MISSING for part in found)
        raise NotFine(f"{'; '.join(wrong)}{': draai `vangnet temporal setup`' if lacks else ''}")
    own = [f"{part.name}{f' ({part.detail})' if part.detail else ''}" for part in found if part.state is State.DIFFERS]
    return f"bereikbaar en ingericht{', anders dan vangnet het maakt: ' + ', '.join(own) if own else ''}"


async def _mail(settings: Settings) -> str:
    password = settings.smtp_password
    relay = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_tls is Tls.TLS,
        start_tls=settings.smtp_tls is Tls.STARTTLS,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        timeout=_PATIENCE.total_seconds(),
    )
    async with relay:
        return "bereikbaar"


async def _privacy(settings: Settings) -> str:
    if settings.privacy_mail_to is None:
        if not settings.local:
            raise NotFine(
                "niet ingesteld: stel VANGNET_PRIVACY_MAIL_TO in, anders krijgt niemand mail over een noodtoegang"
            )
        return "niet ingesteld: niemand krijgt mail over een noodtoegang (VANGNET_PRIVACY_MAIL_TO)"
    return "ingesteld"


async def _login(_settings: Settings) -> str:
    web = load(WebSettings)
    async with httpx2.AsyncClient() as http:
        await Provider(http, web, ClientKey.read(web.oidc_private_key, web.oidc_certificate)).discovery()
    return "bereikbaar, sleutel leesbaar"
