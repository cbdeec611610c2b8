# ruff: noqa: INP001  # a script, in no package
"""Writes what a production process runs as a CycloneDX list: the locked packages, and what the pages serve that is not ours.

``make sbom`` calls it with the file to write. The same lock and the same manifest give the same bytes: no date, no
random number.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

PROJECT = Path(__file__).resolve().parent.parent
VENDOR = PROJECT / "starter" / "web" / "static" / "vendor"
ROOT = "vangnet"
SPDX = {"BSD-0-Clause": "0BSD"}
"""What a package calls its licence, where the world calls it something else."""


def main(sbom: Path) -> None:
    """Write the list."""
    found = json.loads(_locked())
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    found["components"] += [_package(each) for each in manifest["packages"]]
    found["components"] += [_file(name, digest) for name, digest in manifest["files"].items()]
    found["metadata"]["component"]["bom-ref"] = ROOT
    references = sorted(each["bom-ref"] for each in found["components"])
    # Which package brought which the lock does not say.
    found["dependencies"] = [{"ref": ROOT, "dependsOn": references}, *({"ref": each} for each in references)]
    text = json.dumps(found, indent=2, sort_keys=True) + "\n"
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SystemExit(f"{sbom} would be no CycloneDX: {fault}")
    sbom.parent.mkdir(parents=True, exist_ok=True)
    sbom.write_text(text, encoding="utf-8")
    print(f"{sbom}: {len(references)} components")  # noqa: T201  # who asked for it reads it here


def _locked() -> str:
    """Read the lock, not what is installed: the tools of developers are no part of it."""
    # Without -W it warns of the dependencies that are added here afterwards.
    tool = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "requirements/run.txt"]
    options = ["--pyproject", "pyproject.toml", "--spec-version", "1.6", "--output-reproducible", "--output-file", "-"]
    done = subprocess.run(  # noqa: S603  # our own arguments
        [*tool, *options, "--no-validate"], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def _package(package: dict[str, str]) -> dict[str, object]:
    purl = f"pkg:npm/{quote(package['name'], safe='/')}@{package['version']}"
    return {
        "type": "library",
        "bom-ref": purl,
        "purl": purl,
        "name": package["name"],
        "version": package["version"],
        "licenses": [{"license": {"id": SPDX.get(package["licence"], package["licence"])}}],
        "hashes": [{"alg": "SHA-512", "content": package["sha512"]}],
    }


def _file(name: str, digest: str) -> dict[str, object]:
    place = f"starter/web/static/vendor/{name}"
    return {"type": "file", "bom-ref": place, "name": place, "hashes": [{"alg": "SHA-512", "content": digest}]}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
