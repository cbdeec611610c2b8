"""The units of a plain Debian server, judged by systemd itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from runtime.settings import CHECKOUT
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
    units = sorted(unit for kind in ("service", "target", "timer") for unit in folder.glob(f"*.{kind}"))
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


def test_what_starts_by_itself_is_named_where_it_is_taken_away() -> None:
    """Systemd takes no patterns there: a unit that is not named would start again with the server."""
    page = (CHECKOUT / "docs" / "operate" / "install.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    systemctl disable --now (.+)$", page.split("## Taking it away")[1], re.MULTILINE)
    starting = {unit.name for unit in _UNITS.iterdir() if unit.is_file() and "[Install]" in unit.read_text("utf-8")}

    assert starting <= {name if "." in name else f"{name}.service" for name in line.split()}
    assert "vangnet-worker.service" in starting


def test_every_setting_exists() -> None:
    """A name with a slip of the pen would end the process that gets it."""
    written = [(_UNITS / "vangnet-.service.d" / "bounds.conf").read_text(encoding="utf-8")]
    written += [(_UNITS / unit).read_text(encoding="utf-8") for unit in _services()]
    assert set() == unknown(iter(re.findall(r"\b(VANGNET_\w+)=", "\n".join(written))))
    assert set() == unknown(iter(settings(_UNITS / "settings")))


def test_the_console_is_where_the_others_say() -> None:
    """Its address, client and login provider are those of the settings; the proxy leads to its port, of loopback only."""
    console = yaml.safe_load((_UNITS / "console.yaml").read_text(encoding="utf-8"))
    ours = settings(_UNITS / "settings")
    provider = console["auth"]["providers"][0]
    proxy = (DEPLOY / "nginx" / "vangnet.conf").read_text(encoding="utf-8")

    assert [ours["VANGNET_CODEC_ORIGIN"]] == console["cors"]["allowOrigins"]
    assert f"{ours['VANGNET_CODEC_ORIGIN']}/auth/sso/callback" == provider["callbackUrl"]
    assert ours["VANGNET_CODEC_AUDIENCE"] == provider["clientId"]
    assert ours["VANGNET_OIDC_ISSUER"] == provider["providerUrl"]
    assert ours["TEMPORAL_ADDRESS"] == console["temporalGrpcAddress"]
    assert console["host"] == "127.0.0.1"
    assert f"proxy_pass http://127.0.0.1:{console['port']};" in proxy
    for address in (ours["VANGNET_CODEC_ORIGIN"], console["codec"]["endpoint"]):
        assert f"server_name {address.removeprefix('https://')};" in proxy


def test_what_the_page_on_hardening_adds_has_no_fault(units: Path, tmp_path: Path) -> None:
    """Its files beside the units, as they stand there, are read by systemd without a word; with a slip of the pen they are not."""
    page = (CHECKOUT / "docs" / "operate" / "hardening.md").read_text(encoding="utf-8")
    added = re.findall(r"^    # /etc/systemd/system/(\S+)\n((?:    .+\n)+)", page, flags=re.MULTILINE)
    assert {"temporal.service.d/tls.conf", "vangnet-.service.d/temporal.conf"} == {name for name, _ in added}
    shutil.copytree(units, tmp_path, dirs_exist_ok=True)
    for name, lines in added:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(lines), encoding="utf-8")
    assert (0, "") == _verified(tmp_path)
    with (tmp_path / added[0][0]).open("a", encoding="utf-8") as unit:
        unit.write("LoadCredentiaal=a:/b\n")
    assert "LoadCredentiaal" in _verified(tmp_path).said
