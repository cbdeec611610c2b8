"""An image that is really built from the Containerfile, and processes that run in it as its user on a read-only root.

No registry is needed: the base is made by ``debootstrap``. Nothing isolates but a mount namespace and ``chroot``, so that
it works where no container runtime does; what these take away besides (rights, system calls) the units of
``deploy/systemd`` take away as well.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.settings import CHECKOUT

_BASE, _IMAGE = "localhost/base", "localhost/vangnet"
_SUITE = "bookworm"
_USER = "10001:10001"
_LONG = 900
_ENTERED = """
mount --bind "$1" "$1"
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=755 run "$1/run"
mkdir "$1/run/given"
mount --bind "$2" "$1/run/given"
mount -o remount,bind,ro "$1"
shift 2
exec "$@"
"""
"""A shell's work in a mount namespace of its own: the image's files, read-only, with what a container gets besides."""


def _run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own commands
        command, cwd=CHECKOUT, env=os.environ | environment, check=False, capture_output=True, text=True, timeout=_LONG
    )
    assert 0 == done.returncode, (done.stdout + done.stderr)[-4000:]
    return done.stdout


@dataclass(frozen=True)
class Builder:
    """Builds without a daemon, everything in one folder."""

    folder: Path

    def make_base(self) -> None:
        """A Debian with nothing but what every Debian has."""
        for tool in ("debootstrap", "buildah"):
            assert shutil.which(tool), f"apt install {tool}"
        root, packed = self.folder / "base", self.folder / "base.tar"
        _run("debootstrap", "--variant=minbase", _SUITE, root)
        _run("tar", "--create", f"--file={packed}", f"--directory={root}", ".")
        container = self._buildah("from", "scratch").strip()
        self._buildah("add", container, packed, "/")
        self._buildah("commit", "--rm", container, _BASE)

    def build(self) -> Image:
        """Build as an operator does; packages come from a folder, fetched as this machine's pip fetches them."""
        wheels = self.folder / "wheels"
        locks = [option for name in ("run", "build") for option in ("-r", f"requirements/{name}.txt")]
        _run(sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--dest", wheels, *locks)
        given = {"BASE": _BASE, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels"}
        arguments = [option for name, value in given.items() for option in ("--build-arg", f"{name}={value}")]
        self._buildah(
            "build", "--format=docker", "--pull-never", *arguments, f"--volume={wheels}:/wheels:ro",
            "--file=deploy/Containerfile", f"--tag={_IMAGE}", ".",
        )  # fmt: skip
        told = json.loads(self._buildah("inspect", "--type=image", _IMAGE))["Docker"]["config"]
        container = self._buildah("from", "--pull-never", _IMAGE).strip()
        return Image(Path(self._buildah("mount", container).strip()), told)

    def remove(self) -> None:
        """Let go of everything that was built; a folder with mounts in it cannot be removed."""
        self._buildah("umount", "--all")
        self._buildah("rm", "--all")
        self._buildah("rmi", "--all", "--force")

    def _buildah(self, *arguments: str | Path) -> str:
        where = ("--storage-driver=vfs", f"--root={self.folder / 'storage'}", f"--runroot={self.folder / 'run'}")
        return _run("buildah", *where, *arguments, BUILDAH_ISOLATION="chroot")


@dataclass(frozen=True)
class Image:
    """A built image: its files, and what it says of itself."""

    root: Path
    told: Mapping[str, object]

    @property
    def megabytes(self) -> int:
        """How large its files are."""
        return int(_run("du", "--summarize", "--block-size=1M", self.root).split()[0])

    def command(self, given: Path, settings: Mapping[str, str], *arguments: str) -> list[str]:
        """What runs something in it, as its user; ``given`` is seen there as ``/run/given``."""
        of_image = {str(each).partition("=")[0]: str(each).partition("=")[2] for each in self._list("Env")}
        inside = ["chroot", f"--userspec={_USER}", str(self.root), "/usr/bin/env", "--ignore-environment"]
        inside += [f"{name}={value}" for name, value in (of_image | dict(settings)).items()]
        return ["unshare", "--mount", "sh", "-euc", _ENTERED, "sh", str(self.root), str(given), *inside, *arguments]

    @property
    def entrypoint(self) -> list[str]:
        """What every command line begins with."""
        return [str(each) for each in self._list("Entrypoint")]

    def _list(self, name: str) -> list[object]:
        found = self.told[name]
        assert isinstance(found, list), name
        return found
