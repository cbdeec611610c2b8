"""Running the tools that judge what is in ``deploy/``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from runtime.secret_files import file_names, secret_fields
from runtime.setting_names import ELSEWHERE
from runtime.settings import CHECKOUT, PREFIX, Ports, Settings

DEPLOY = CHECKOUT / "deploy"
KNOWN = {
    *(PREFIX + name.upper() for name in (*Settings.model_fields, *Ports.model_fields)),
    *(PREFIX + name for name in ELSEWHERE),
    *file_names(PREFIX, secret_fields(Settings)),
}
"""Every setting of ours: another name would end the process that gets it."""


class Judged(NamedTuple):
    """What a tool said."""

    code: int
    said: str


def judge(tool: str, *arguments: str | Path, **environment: str) -> Judged:
    """Run a tool: one that came as a Python package, or one of the system."""
    ours = Path(sys.executable).with_name(tool)
    done = subprocess.run(  # noqa: S603  # our own arguments
        [ours if ours.exists() else tool, *arguments],
        cwd=CHECKOUT,
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Judged(done.returncode, done.stdout + done.stderr)


def settings(file: Path) -> dict[str, str]:
    """What a file of settings says, by name."""
    lines = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines() if line[:1].isalpha())
    return {name: value for name, _, value in lines}


def unknown(names: Iterator[str]) -> set[str]:
    """Which of these look like settings of ours and are none."""
    return {name for name in names if name.startswith(PREFIX)} - KNOWN
