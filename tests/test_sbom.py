"""The list of components: everything that a production process runs and did not come from us."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent


def _made(into: Path) -> str:
    script = _ROOT / "deploy" / "sbom.py"
    subprocess.run([sys.executable, script, into], check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own
    return into.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> str:
    return _made(tmp_path_factory.mktemp("sbom") / "sbom.json")


def test_everything_that_runs_is_in_it_with_its_hash(sbom: str) -> None:
    """Each locked package and each vendored one, in its version; nothing that only developers use."""
    lock = (_ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    manifest = json.loads((_ROOT / "starter/web/static/vendor/manifest.json").read_text(encoding="utf-8"))
    vendored = {(each["name"], each["version"]) for each in manifest["packages"]}

    found = json.loads(sbom)["components"]

    packages = {(each["name"], each["version"]) for each in found if each["type"] == "library"}
    assert packages == vendored | set(re.findall(r"^([\w.-]+)==([\w.+!-]+)", lock, re.MULTILINE))
    assert len(manifest["files"]) == sum(each["type"] == "file" for each in found)
    assert all(re.search(r'"alg": "SHA-(256|512)"', json.dumps(each)) for each in found)


def test_the_same_lock_gives_the_same_bytes(sbom: str, tmp_path: Path) -> None:
    """Two people who make it of one commit can compare what they got."""
    assert sbom == _made(tmp_path / "again.json")
