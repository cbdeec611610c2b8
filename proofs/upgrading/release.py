from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from runtime.settings import CHECKOUT, PREFIX

_ENDS_WITHIN = 60.0


@dataclass(frozen=True)
class Release:
    """The program as it was, or as it is."""

    name: str
    checkout: Path

    def environment(self, folder: Path, **more: str) -> dict[str, str]:
        """Nothing of ours but what is given; Python finds this release's modules first."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "TEMPORAL_"))}
        return kept | {"VANGNET_LOCAL_FOLDER": str(folder), "PYTHONPATH": str(self.checkout), **more}


NOW = Release("this one", CHECKOUT)


def as_tagged(tag: str, folder: Path) -> Release:
    """The release of a tag, unpacked; its libraries are those of this one.

    Raises:
        AssertionError: The checkout has no such tag, as a shallow clone.
    """
    packed = folder / "release.tar"
    ended = subprocess.run(["git", "archive", "--output", str(packed), tag], cwd=CHECKOUT, check=False)  # noqa: S603, S607
    assert ended.returncode == 0, f"this checkout has no tag {tag}: git fetch --tags"
    checkout = folder / "release"
    checkout.mkdir()
    subprocess.run(["tar", "-xf", str(packed), "-C", str(checkout)], check=True)  # noqa: S603, S607
    return Release(tag, checkout)


@dataclass
class Processes:
    """What the rehearsal starts itself; nothing of it is left afterwards."""

    folder: Path
    logs: Path
    started: list[psutil.Popen] = field(default_factory=list)

    def start(self, release: Release, name: str, *arguments: str, **environment: str) -> psutil.Popen:
        """Start a process of a release; what it prints goes to its log."""
        with (self.logs / f"{name}-{len(self.started)}.log").open("wb") as log:
            process = psutil.Popen(
                [sys.executable, *arguments],
                cwd=release.checkout,
                env=release.environment(self.folder, **environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.started.append(process)
        return process

    def worker(self, release: Release, **environment: str) -> psutil.Popen:
        """A worker of a release."""
        return self.start(release, "worker", str(release.checkout / "worker.py"), **environment)

    def web(self, release: Release, port: int) -> psutil.Popen:
        """The pages of a release."""
        return self.start(release, "web", "-m", "starter.web", VANGNET_WEB_PORT=str(port))

    def stop(self) -> None:
        """End everything."""
        for process in self.started:
            if process.poll() is None:
                process.terminate()
        psutil.wait_procs(self.started, _ENDS_WITHIN)
