"""The release that is made here has one number, everywhere."""

from __future__ import annotations

import re
import tomllib

from runtime.settings import CHECKOUT

_PLACES = {
    "deploy/Containerfile": r"-t vangnet:(\S+)",
    "deploy/README.md": r"-t vangnet:(\S+)",
    "deploy/compose.yaml": r"vangnet:([\d.]+)\}",
    "deploy/kubernetes/voorbeeld/kustomization.yaml": r'newTag: "(.+)"',
    "docs/operate/install.md": r"--branch (\S+)",
    "docs/operate/upgrade.md": r"VANGNET_BUILD_ID=(\d+\.\d+)",
}
"""Where the release is named, by its tag: two numbers, as that of git."""


def test_everything_names_the_same_release() -> None:
    """What is built, installed and started is the release of pyproject.toml."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tag = project["version"].removesuffix(".0")

    for place, pattern in _PLACES.items():
        assert {tag} == set(re.findall(pattern, (CHECKOUT / place).read_text(encoding="utf-8"))), place
