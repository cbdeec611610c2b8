# ruff: noqa: INP001  # a script, in no package
"""Prints what pyproject.toml needs to be built, for `make lock`: images and servers build with a locked version of it."""

import tomllib
from pathlib import Path

print(*tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["build-system"]["requires"], sep="\n")  # noqa: T201  # its work
