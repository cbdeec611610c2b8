"""A Debian machine with its own systemd, booted in namespaces of this one: for pages that somebody follows at a new server.

It reaches nothing but itself: its packages are put there before it is booted. As root; needs ``debootstrap``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.end_to_end.stack import eventually

_LONG = 900
_SYSTEM = ("dbus", "iproute2", "systemd", "systemd-sysv")
_BOOT = """
mount --make-rprivate /
mkdir -p "$1.cgroups"
mount -t cgroup2 cgroup2 "$1.cgroups"
mkdir "$1.cgroups/$2"
echo $$ > "$1.cgroups/$2/cgroup.procs"
exec unshare --cgroup --net --pid --fork --ipc --uts sh -euc '
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount -t sysfs sysfs "$1/sys"
mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
mount -t tmpfs -o mode=755 run "$1/run"
mount -t tmpfs -o mode=755 dev "$1/dev"
for device in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "$1/dev/${device%:*}" c 1 "${device#*:}"
done
mknod -m 666 "$1/dev/tty" c 5 0
mkdir "$1/dev/pts" "$1/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$1/dev/pts"
mount -t tmpfs shm "$1/dev/shm"
ln -s pts/ptmx "$1/dev/ptmx"
ln -s /proc/self/fd "$1/dev/fd"
cd "$1"
mkdir -p old
pivot_root . old
cd /
umount --lazy old
mount --make-rshared /
exec env --ignore-environment container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
' sh "$1"
"""
"""A shell's work: what a container runtime does before it starts an init, so that units get their namespaces and credentials."""
_LEFT = """
mount -t cgroup2 cgroup2 "$1"
find "$1/$2" -depth -type d -exec rmdir {} +
"""
"""What a machine leaves of its own accord: groups of processes, without any."""
_INSIDE = ("env", "--ignore-environment", "--chdir=/root", "HOME=/root", "TERM=dumb")
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _run(*command: str | Path) -> None:
    done = subprocess.run(  # noqa: S603  # our own commands
        command, check=False, capture_output=True, text=True, timeout=_LONG
    )
    assert 0 == done.returncode, (done.stdout + done.stderr)[-4000:]


@dataclass(frozen=True)
class Machine:
    """A machine's files, in a folder."""

    root: Path

    def make(self, packages: Sequence[str]) -> None:
        """Put a new Debian there, with packages that it could not fetch later."""
        assert shutil.which("debootstrap"), "apt install debootstrap"
        _run("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", self.root)
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")  # nothing starts before the machine does
        policy.chmod(0o755)
        install = "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends"
        inside = f'mount -t proc proc "$1/proc"; exec chroot "$1" sh -euc "{install} {" ".join((*_SYSTEM, *packages))}"'
        _run("unshare", "--mount", "sh", "-euc", inside, "sh", self.root)
        policy.unlink()
        (self.root / "etc/apt/sources.list").write_text("", encoding="utf-8")

    @asynccontextmanager
    async def booted(self) -> AsyncIterator[Booted]:
        """Boot it; it is switched off afterwards."""
        process = psutil.Popen(
            ["unshare", "--mount", "sh", "-euc", _BOOT, "sh", str(self.root), f"vangnet-{os.getpid()}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            await eventually(lambda: _is_systemd(process), "systemd runs", within=30)
            machine = Booted(process.children()[0].pid)
            await eventually(machine.is_up, "the machine is up", within=60)
            yield machine
            await machine.said("systemctl poweroff || true")
        finally:
            for left in (*process.children(recursive=True), process):
                with suppress(psutil.NoSuchProcess):  # with its first process goes every other
                    left.kill()
            await asyncio.to_thread(process.wait, 30)
            await eventually(self._is_tidy, "nothing of it is left")

    async def _is_tidy(self) -> bool:
        """Take away the groups that it ran in; they are gone when their last process is."""
        process = await asyncio.create_subprocess_exec(
            "unshare", "--mount", "sh", "-euc", _LEFT, "sh", f"{self.root}.cgroups", f"vangnet-{os.getpid()}",
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        return await process.wait() == 0


async def _is_systemd(process: psutil.Popen) -> bool:
    assert process.poll() is None
    return [child.name() for child in process.children()] == ["systemd"]


@dataclass(frozen=True)
class Booted:
    """A machine that runs; its first process, by our count."""

    init: int

    async def is_up(self) -> bool:
        """Whether everything that it starts by itself was started."""
        state = (await self.tried("systemctl is-system-running"))[1].strip()
        return state in {"running", "degraded"}

    async def said(self, script: str) -> str:
        """Run commands there as root; what they printed."""
        code, said = await self.tried(script)
        assert 0 == code, said[-4000:]
        return said

    async def tried(self, script: str) -> tuple[int, str]:
        """The same, for what may fail."""
        return await self._entered(*_INSIDE, _PATH, "bash", "-euo", "pipefail", "-c", script)

    async def _entered(self, *command: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            "nsenter", f"--target={self.init}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup",
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await asyncio.wait_for(process.communicate(), _LONG)
        return process.returncode or 0, out.decode()

    def beside(self, *command: str) -> psutil.Popen:
        """Run something of this machine where that one's network is."""
        return psutil.Popen(
            ["nsenter", f"--target={self.init}", "--net", *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
