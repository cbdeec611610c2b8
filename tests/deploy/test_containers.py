"""The image and the composition, by the tools that know their formats and by what we promise of them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import yaml
from pydantic import JsonValue

from tests.deploy.tools import DEPLOY, judge, settings, unknown

_COMPOSE = DEPLOY / "compose.yaml"
_OURS = ("migrate", "worker", "web", "codec", "temporal-setup")
_LASTING = ("database", "worker", "web", "codec", "temporal-database", "temporal", "console")
_NEEDLESS = {"migrate": ("database_url", "key_ring", "oidc_key"), "temporal-setup": ("anchor_key",)}
"""Secrets that a service is told of because all are, and not given: it does not open them."""
_NO_OPTION = "no_such_option: 1"
Service = dict[str, JsonValue]


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    return cast("dict[str, Service]", yaml.safe_load(_COMPOSE.read_text(encoding="utf-8"))["services"])


def _environment(service: Service) -> dict[str, str]:
    return cast("dict[str, str]", service.get("environment", {}))


def test_the_containerfile_has_no_fault() -> None:
    """By hadolint, whose rules are those that containers were broken by."""
    assert (0, "") == judge("hadolint", DEPLOY / "Containerfile")


def test_the_composition_is_one(tmp_path: Path) -> None:
    """By the specification's own schema, which does not take what it does not know."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(f"{_COMPOSE.read_text(encoding='utf-8')}\n{_NO_OPTION}\n", encoding="utf-8")

    found = judge("check-jsonschema", "--builtin-schema", "vendor.compose-spec", _COMPOSE, wrong)

    assert 1 == found.code
    assert "no_such_option" in found.said
    assert str(_COMPOSE) not in found.said


def test_no_service_can_do_more_than_it_has_to(services: dict[str, Service]) -> None:
    """No rights, no way to get some, nothing to write on; the console alone writes its own settings at its start."""
    for name, service in services.items():
        assert ["ALL"] == service["cap_drop"], name
        assert ["no-new-privileges:true"] == service["security_opt"], name
        assert service["read_only"] or name == "console", name
        assert {"pids_limit", "logging", "restart"} <= service.keys(), name
    assert {"database", "temporal-database"} == {name for name, each in services.items() if each.get("cap_add")}


def test_what_lasts_is_looked_after(services: dict[str, Service]) -> None:
    """Each has a health check and a bound on its memory; what runs once is waited for until it ended well."""
    assert set(_LASTING) == {name for name, service in services.items() if "healthcheck" in service}
    assert all("mem_limit" in services[name] for name in _LASTING)
    waited = {
        (on, condition["condition"])
        for service in services.values()
        for on, condition in cast("dict[str, dict[str, str]]", service.get("depends_on", {})).items()
    }
    assert waited == {
        *((name, "service_healthy") for name in ("database", "temporal", "temporal-database")),
        *((name, "service_completed_successfully") for name in ("migrate", "temporal-setup", "temporal-schema")),
    }


def test_the_world_reaches_pages_console_and_codec_only(services: dict[str, Service]) -> None:
    """And those on loopback, where the municipality's proxy is; no database has a way outside."""
    ports = {name: cast("list[str]", service["ports"]) for name, service in services.items() if "ports" in service}
    assert {"web", "codec", "console"} == set(ports)
    assert all(port.startswith("127.0.0.1:") for published in ports.values() for port in published)
    networks = yaml.safe_load(_COMPOSE.read_text(encoding="utf-8"))["networks"]
    inside = {name for name, network in networks.items() if network and network.get("internal")}
    assert {"data", "temporal", "temporal-data", "metrics"} == inside
    for name in ("database", "temporal-database", "temporal", "migrate"):
        assert set(cast("list[str]", services[name]["networks"])) <= inside, name


def test_prometheus_has_a_place_beside_the_processes(services: dict[str, Service]) -> None:
    """In a network that no database and nobody from outside stands in, where each process tells."""
    inside = {name for name, each in services.items() if "metrics" in cast("list[str]", each["networks"])}

    assert {"worker", "web", "codec"} == inside
    assert inside == {name for name in _OURS if any("METRICS" in each for each in _environment(services[name]))}


def test_what_is_rarely_set_reaches_each_process(services: dict[str, Service]) -> None:
    """By a file that need not be there; its name is not committed with what is in it."""
    more = [{"path": "more.env", "required": False}]

    assert set(_OURS) == {name for name, each in services.items() if more == each.get("env_file")}
    assert "/deploy/more.env" in (DEPLOY.parent / ".gitignore").read_text(encoding="utf-8").split()


def test_no_secret_stands_in_the_environment(services: dict[str, Service]) -> None:
    """Each is a file, that this service and no other was given."""
    for name, service in services.items():
        given = {f"/run/secrets/{secret}" for secret in cast("list[str]", service.get("secrets", []))}
        named = {value for value in _environment(service).values() if value.startswith("/run/secrets/")}
        assert named <= given | {f"/run/secrets/{each}" for each in _NEEDLESS.get(name, ())}, name
        assert not {key for key in _environment(service) if key.endswith(("PASSWORD", "_PWD", "SECRET", "_JSON"))}, name


def test_every_setting_exists(services: dict[str, Service]) -> None:
    """A name with a slip of the pen would end the process that gets it."""
    for name in _OURS:
        assert set() == unknown(iter(_environment(services[name]))), name
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("=", " ")
    assert set() == unknown(iter(text.split()))


def test_what_the_composition_asks_for_stands_in_the_example() -> None:
    """Whoever copies the example has every variable that ends the composition when it is missing."""
    asked = {part.split(":?}")[0] for part in _COMPOSE.read_text(encoding="utf-8").split("${") if ":?}" in part}

    assert set() == asked - settings(DEPLOY / "example.env").keys()
    assert asked
