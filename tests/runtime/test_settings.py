from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from runtime.errors import SettingsError
from runtime.setting_names import ELSEWHERE
from runtime.settings import CHECKOUT, Ports, Read, Settings, Tls, environment, load, load_or_exit

NEEDED = {
    "VANGNET_DATABASE_URL": "postgresql://vangnet:geheim-woord@/vangnet",
    "VANGNET_KEY_RING": "keys.json",
    "VANGNET_REGION": "voorbeeld",
    "VANGNET_PUBLIC_URL": "https://vangnet.example",
    "VANGNET_SMTP_HOST": "mail.example",
    "VANGNET_MAIL_FROM": "vangnet@region.example",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith(("VANGNET_", "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VANGNET_LOCAL_FOLDER", str(tmp_path / ".local"))
    monkeypatch.chdir(tmp_path)


def give(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    for name, value in (NEEDED | {f"VANGNET_{name.upper()}": value for name, value in changed.items()}).items():
        monkeypatch.setenv(name, value)


def test_what_is_needed_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest has defaults, and mail is protected unless somebody says otherwise."""
    give(monkeypatch)

    settings = load(Settings)

    assert Tls.STARTTLS is settings.smtp_tls
    assert settings.message_domain == "region.example"
    assert not settings.local


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whoever starts a process is told which setting it lacks, in one line."""
    give(monkeypatch)
    monkeypatch.delenv(name)

    with pytest.raises(SettingsError) as caught:
        load(Settings)

    assert name in caught.value.text
    assert "\n" not in caught.value.text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("smtp_port", "vijfentwintig", "VANGNET_SMTP_PORT is geen geheel getal"),
        ("smtp_port", "70000", "VANGNET_SMTP_PORT mag ten hoogste 65535 zijn"),
        ("smtp_tls", "ssl", "VANGNET_SMTP_TLS moet een van deze waarden zijn: 'none', 'starttls' or 'tls'"),
        ("public_url", "vangnet", "VANGNET_PUBLIC_URL heeft niet de vorm die nodig is"),
        ("key_ring_json", "{}", "geef VANGNET_KEY_RING (een bestand) of VANGNET_KEY_RING_JSON, en niet beide"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    """A value that cannot be is told by its name and what it should be."""
    give(monkeypatch, **{name: value})

    with pytest.raises(SettingsError) as caught:
        load(Settings)

    assert caught.value.text.startswith(said)


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_setting_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str) -> None:
    """A slip of the pen does not leave the default in force without a word; where it is clear, what was meant is named."""
    give(monkeypatch)
    for name in ("VANGNET_SMPT_PORT", "VANGNET_KOFFIE"):
        if place == ".env":
            (tmp_path / ".env").write_text("VANGNET_KOFFIE=ja\nVANGNET_SMPT_PORT=25\nANDERS=1\n")
        else:
            monkeypatch.setenv(name, "geheim-woord")

    with pytest.raises(SettingsError) as caught:
        load(Settings)

    assert (
        "VANGNET_KOFFIE bestaat niet; VANGNET_SMPT_PORT bestaat niet (misschien VANGNET_SMTP_PORT)" == caught.value.text
    )


def test_what_a_local_stack_left_may_be_of_another_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody wrote that file by hand."""
    give(monkeypatch)
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "env").write_text("VANGNET_EERTIJDS='1'\n")

    assert load(Settings).region == "voorbeeld"


def test_every_setting_is_known_by_its_name() -> None:
    """The list holds what classes of other modules read, and nothing that is gone."""
    ours = {name.upper() for kind in (Settings, Ports) for name in kind.model_fields}
    read = {name.upper() for kind in _kinds(Read) for name in kind.model_fields} - ours

    assert {"LOCAL_FOLDER", *read} == set(ELSEWHERE)


def _kinds(kind: type[Read]) -> Iterator[type[Read]]:
    for module in CHECKOUT.glob("starter/**/settings.py"):
        import_module(".".join(module.relative_to(CHECKOUT).with_suffix("").parts))
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the wrong setting may be a password."""
    give(monkeypatch, smtp_port="geheim-woord")

    with pytest.raises(SettingsError) as caught:
        load(Settings)

    assert "geheim-woord" not in caught.value.text
    assert caught.value.__cause__ is None


def test_a_secret_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that end up in a log line give no password away."""
    give(monkeypatch, smtp_password="geheim-woord")

    assert "geheim-woord" not in repr(load(Settings))


def test_the_process_ends_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A process that cannot start says why, and ends as wrong use."""
    with pytest.raises(SystemExit) as ended:
        load_or_exit(Settings)

    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_environment_before_env_file_before_local_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What somebody sets by hand counts; what the local stack left counts last."""
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "env").write_text(
        "VANGNET_WEB_PORT='1001'\nVANGNET_SMTP_PORT='1002'\nVANGNET_INBOX_PORT=1003"
    )
    (tmp_path / ".env").write_text("VANGNET_WEB_PORT=2001\nVANGNET_SMTP_PORT=2002")
    monkeypatch.setenv("VANGNET_WEB_PORT", "3001")

    ports = load(Ports)

    assert (3001, 2002, 1003) == (ports.web_port, ports.smtp_port, ports.inbox_port)


def test_temporals_own_variables_are_read_from_the_same_files(tmp_path: Path) -> None:
    """Another terminal finds the local stack's Temporal without any setting."""
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "env").write_text("TEMPORAL_ADDRESS='127.0.0.1:7999'")

    assert environment()["TEMPORAL_ADDRESS"] == "127.0.0.1:7999"


def test_the_key_ring_is_read_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The key ring's document comes from the file that the setting names."""
    (tmp_path / "keys.json").write_text("de sleutels")
    give(monkeypatch)

    assert load(Settings).key_ring_text() == "de sleutels"


def test_a_key_ring_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong path is told with the setting that holds it."""
    give(monkeypatch, key_ring="nergens.json")

    with pytest.raises(SettingsError, match=r"VANGNET_KEY_RING: nergens\.json is niet te lezen"):
        load(Settings).key_ring_text()


def test_a_secret_is_read_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Containers and systemd hand out secrets as files; the end of the line is no part of one."""
    file = tmp_path / "password"
    file.write_text("geheim-woord\n", encoding="utf-8")
    give(monkeypatch, smtp_password_file=str(file))

    password = load(Settings).smtp_password

    assert password is not None
    assert password.get_secret_value() == "geheim-woord"


def test_a_secret_stands_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of two addresses holds is not for a process to guess."""
    give(monkeypatch, database_url_file="elsewhere")

    with pytest.raises(SettingsError) as caught:
        load(Settings)

    assert "geef VANGNET_DATABASE_URL of VANGNET_DATABASE_URL_FILE, en niet beide" == caught.value.text


def test_a_secret_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the container did not get is told by the setting that names it."""
    give(monkeypatch, database_url="", database_url_file="nowhere")

    with pytest.raises(SettingsError) as caught:
        load(Settings)

    assert "VANGNET_DATABASE_URL_FILE: nowhere is niet te lezen (FileNotFoundError)" == caught.value.text


def test_only_secrets_have_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another setting with ``_FILE`` behind it is a slip of the pen."""
    give(monkeypatch, region_file="region")

    with pytest.raises(SettingsError) as caught:
        load(Settings)

    assert caught.value.text.startswith("VANGNET_REGION_FILE bestaat niet")
