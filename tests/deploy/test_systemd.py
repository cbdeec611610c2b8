"""The units of a plain Debian server, judged by systemd itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.deploy.tools import DEPLOY, Judged, judge, settings, unknown

_UNITS = DEPLOY / "systemd"
_EXPOSED = "20"
"""Tenths of systemd's exposure level, from 0 to 100, that a unit of ours stays below: at most 2.0 of 10."""


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as on a server, where what they run is there."""
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(_UNITS, folder, dirs_exist_ok=True)
    for unit in folder.glob("*.service"):
        unit.write_text(unit.read_text(encoding="utf-8").replace("/opt/vangnet/bin/vangnet", "/bin/true"))
    return folder


def _verified(folder: Path) -> Judged:
    units = sorted((*folder.glob("*.service"), *folder.glob("*.target")))
    return judge("systemd-analyze", "verify", "--man=no", *units, SYSTEMD_UNIT_PATH=f"{folder}:")


def _services() -> list[str]:
    return sorted(unit.name for unit in _UNITS.glob("*.service"))


def test_the_units_have_no_fault(units: Path) -> None:
    """Every line is one that systemd knows, every unit that is named is there."""
    assert (0, "") == _verified(units)


def test_a_slip_of_the_pen_would_be_seen(units: Path, tmp_path: Path) -> None:
    """In the units, and in what holds for all of them."""
    for place in ("vangnet-web.service", "vangnet-.service.d/bounds.conf"):
        folder = tmp_path / place.partition(".")[0]
        shutil.copytree(units, folder)
        with (folder / place).open("a", encoding="utf-8") as unit:
            unit.write("\n[Service]\nProtectHoome=yes\n")
        assert "ProtectHoome" in _verified(folder).said


@pytest.mark.parametrize("unit", _services())
def test_a_unit_is_exposed_to_little(units: Path, unit: str) -> None:
    """By systemd's own measure of what a process could do if somebody took it over."""
    found = judge(
        "systemd-analyze", "security", "--offline=true", f"--threshold={_EXPOSED}", "--no-pager", units / unit,
        SYSTEMD_UNIT_PATH=f"{units}:",
    )  # fmt: skip
    assert 0 == found.code, found.said


def test_every_setting_exists() -> None:
    """A name with a slip of the pen would end the process that gets it."""
    written = [(_UNITS / "vangnet-.service.d" / "bounds.conf").read_text(encoding="utf-8")]
    written += [(_UNITS / unit).read_text(encoding="utf-8") for unit in _services()]
    assert set() == unknown(iter(re.findall(r"\b(VANGNET_\w+)=", "\n".join(written))))
    assert set() == unknown(iter(settings(_UNITS / "settings")))
