"""The style: what was fetched is what is served, and it is light."""

from __future__ import annotations

import gzip
import json
import re
from hashlib import sha512
from pathlib import Path

from tests.web.serving import Pages, running_pages
from tests.web.visiting import Visit

_STATIC = Path(__file__).resolve().parents[2] / "starter" / "web" / "static"
_VENDOR = _STATIC / "vendor"


def test_vendored_files_are_those_of_the_manifest() -> None:
    """Nobody changed by hand what comes from elsewhere; each package has its version, licence and sum."""
    manifest = json.loads((_VENDOR / "manifest.json").read_text())
    found = {path.name for path in _VENDOR.iterdir()} - {"manifest.json"}

    assert found == set(manifest["files"])
    assert manifest["files"] == {name: sha512((_VENDOR / name).read_bytes()).hexdigest() for name in found}
    assert all({"name", "version", "licence", "sha512"} == set(package) for package in manifest["packages"])
    assert {"EUPL-1.2", "BSD-0-Clause"} == {package["licence"] for package in manifest["packages"]}


def test_all_style_together_is_light() -> None:
    """On a phone the style comes in one go."""
    together = b"".join((_STATIC / name).read_bytes() for name in ("vendor/look.css", "app.css"))

    assert len(gzip.compress(together)) <= 30_000


def test_our_own_style_uses_tokens_that_are_there() -> None:
    """A misspelt token would silently be nothing."""
    known = set(re.findall(r"(--[\w-]+):", (_VENDOR / "look.css").read_text()))
    own = (_STATIC / "app.css").read_text()

    assert set() == {name for name in re.findall(r"var\((--[\w-]+)", own) if name not in known | _set(own)}


def _set(style: str) -> set[str]:
    return set(re.findall(r"^\s*(--[\w-]+):", style, re.MULTILINE))


def test_nothing_says_where_packages_come_from() -> None:
    """The files work without any address of somebody else's."""
    texts = [path.read_text() for path in _STATIC.rglob("*") if path.suffix in {".css", ".json"}]

    assert not any("://" in text for text in texts)


async def test_assets_are_kept_by_the_browser_until_they_change(visit: Visit) -> None:
    """An address with the sum of its content may be kept for ever; it comes compressed."""
    await visit.log_in("m.dewit")
    address = (await visit.get("/nergens")).text.split('stylesheet" href="')[1].split('"')[0]

    answer = await visit.get(address)

    assert ("public, max-age=31536000, immutable", "gzip") == (
        answer.headers["cache-control"],
        answer.headers["content-encoding"],
    )
    assert 404 == (await visit.get("/static/../app.py")).status_code


async def test_a_municipality_brings_its_own_theme(web: Pages, oidc_folder: Path, tmp_path: Path) -> None:
    """The theme's file is served after our own style; without one it is not asked for."""
    theme = tmp_path / "gemeente.css"
    theme.write_text(".voorbeeld-theme { --basis-color-default-bg-document: #fff }")

    async with running_pages(web.stack, oidc_folder, theme=theme) as themed, Visit(themed) as visit:
        page = (await visit.get("/uitgelogd")).text

        assert page.index("/static/app.css") < page.index("/static/theme.css")
        assert theme.read_text() == (await visit.get("/static/theme.css")).text
    async with Visit(web) as visit:
        assert "theme.css" not in (await visit.get("/uitgelogd")).text
