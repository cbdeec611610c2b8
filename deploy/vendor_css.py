# ruff: noqa: INP001  # a script, in no package
"""Fetches the style and the script that the pages serve, and writes them where they are committed.

For maintainers, once for every new version: needs npm and a network. What it writes is checked by
``tests/web/test_look.py``: every file must have the sum that stands in the manifest.
"""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import tempfile
from base64 import b64decode
from collections.abc import Iterable, Iterator
from hashlib import sha512
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent.parent / "starter" / "web" / "static" / "vendor"
_GROUND = "--basis-"
"""Tokens that belong to no component."""


class Package(NamedTuple):
    """A package, and the file of it that is used."""

    name: str
    version: str
    file: str


def _utrecht(name: str, version: str) -> Package:
    return Package(f"@utrecht/{name}-css", version, "dist/index.css")


COMPONENTS = (
    _utrecht("root", "4.1.1"),
    _utrecht("document", "3.0.1"),
    _utrecht("skip-link", "3.0.1"),
    _utrecht("heading-1", "3.0.1"),
    _utrecht("heading-2", "3.0.1"),
    _utrecht("heading-3", "3.0.1"),
    _utrecht("paragraph", "4.0.1"),
    _utrecht("link", "3.0.1"),
    _utrecht("button", "4.0.1"),
    _utrecht("button-link", "3.0.1"),
    _utrecht("form-field", "3.0.1"),
    _utrecht("form-label", "3.0.1"),
    _utrecht("form-field-description", "3.0.1"),
    _utrecht("form-field-error-message", "3.0.1"),
    _utrecht("form-fieldset", "3.0.1"),
    _utrecht("textbox", "4.0.1"),
    _utrecht("textarea", "4.0.1"),
    _utrecht("select", "3.0.1"),
    _utrecht("radio-button", "3.0.1"),
    _utrecht("checkbox", "3.0.1"),
    _utrecht("alert", "4.0.2"),
    _utrecht("table", "3.0.1"),
    _utrecht("unordered-list", "3.1.1"),
    _utrecht("badge-status", "2.0.1"),
    Package("@gemeente-denhaag/process-steps", "0.1.1", "dist/index.css"),
    Package("@gemeente-denhaag/step-marker", "0.0.1-alpha.123", "dist/index.css"),
)
TOKENS = Package("@nl-design-system-unstable/voorbeeld-design-tokens", "7.4.1", "dist/theme.css")
SCRIPT = Package("htmx.org", "4.0.1", "dist/htmx.min.js")

_USED = re.compile(r"var\(\s*(--[\w-]+)")
_TOKEN = re.compile(r"^\s*(--[\w-]+):\s*(.+);\s*$", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_HOLDER = re.compile(r"Copyright \(c\) .+")


class Fetched(NamedTuple):
    """What came of a package."""

    package: Package
    licence: str
    sum: str
    """Of the whole package, as the registry says it (sha512, hexadecimal)."""
    text: str


def fetch(package: Package, folder: Path) -> Fetched:
    """Fetch a package with npm, which checks its sum; take the one file, and the licence it says."""
    asked = ["npm", "pack", "--json", "--pack-destination", str(folder), f"{package.name}@{package.version}"]
    answer = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)  # noqa: S603  # our own words
    told = answer[0] if isinstance(answer, list) else next(iter(answer.values()))
    archive = (folder / told["filename"]).read_bytes()
    summed = sha512(archive)
    if b64decode(told["integrity"].removeprefix("sha512-")) != summed.digest():
        raise SystemExit(f"{package.name}: npm names another sum")
    with tarfile.open(folder / told["filename"]) as opened:
        about = json.loads(_member(opened, "package.json"))
        return Fetched(package, about["license"], summed.hexdigest(), _member(opened, package.file))


def _member(archive: tarfile.TarFile, name: str) -> str:
    found = archive.extractfile(f"package/{name}")
    if found is None:
        raise SystemExit(f"{name} is not in the package")
    return found.read().decode()


def used_tokens(theme: str, style: str) -> str:
    """Keep of a theme what the style uses, directly or through another token, and what our own style builds on."""
    known = dict(_TOKEN.findall(theme))
    todo, wanted = {*_USED.findall(style), *(name for name in known if name.startswith(_GROUND))}, set[str]()
    while todo:
        wanted |= todo
        todo = {name for token in todo for name in _USED.findall(known.get(token, ""))} - wanted
    lines = (f"{name}:{value};" for name, value in known.items() if name in wanted)
    return ".voorbeeld-theme{" + "".join(lines) + "}"


def smaller(style: str) -> str:
    """Leave out comments and blanks; their notices stand at the top of the bundle."""
    plain = re.sub(r"\s+", " ", _COMMENT.sub("", style))
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r":\s+", ":", plain)).replace(";}", "}").strip()


def notice(fetched: Iterable[Fetched]) -> str:
    """Who made it, and under which licence it may be passed on."""
    named = "\n".join(f"   {f.package.name} {f.package.version}, {f.licence}" for f in fetched)
    holders = dict.fromkeys(holder.strip(" *") for f in fetched for holder in _HOLDER.findall(f.text))
    return (
        "/*! Made by deploy/vendor_css.py from the packages below, changed: blanks, comments and unused design tokens\n"
        f"   were left out. The licence's text is in LICENSE.\n{named}\n   " + "\n   ".join(holders) + "\n*/\n"
    )


def written(fetched: list[Fetched], theme: Fetched, script: Fetched) -> Iterator[tuple[str, str]]:
    """The files to commit, by name."""
    style = "\n".join(smaller(found.text) for found in fetched)
    tokens = used_tokens(theme.text, style)
    yield "look.css", notice([theme, *fetched]) + tokens + "\n" + style + "\n"
    yield "htmx.js", f"/*! {script.package.name} {script.package.version}, {script.licence} */\n{script.text}"


def manifest(files: dict[str, str], fetched: list[Fetched]) -> str:
    """What was fetched and what was made of it, with their sums."""
    packages = [
        {"name": f.package.name, "version": f.package.version, "licence": f.licence, "sha512": f.sum} for f in fetched
    ]
    made = {name: sha512(text.encode()).hexdigest() for name, text in files.items()}
    return json.dumps({"packages": packages, "files": made}, indent=2) + "\n"


def main() -> None:
    """Fetch everything and write it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        components = [fetch(package, folder) for package in COMPONENTS]
        theme, script = fetch(TOKENS, folder), fetch(SCRIPT, folder)
    files = dict(written(components, theme, script))
    for name, text in files.items():
        (FOLDER / name).write_text(text, "utf-8")
    (FOLDER / "manifest.json").write_text(manifest(files, [*components, theme, script]), "utf-8")


if __name__ == "__main__":
    main()
