"""What a worker is called, with a version and without."""

from __future__ import annotations

from importlib.metadata import version

from pydantic import SecretStr

from runtime.settings import Settings
from runtime.versioning import build_id, deployment_version


def _settings(**changed: str) -> Settings:
    return Settings(
        _env_file=None,
        database_url=SecretStr("postgresql:///vangnet"),
        region="proefregio",
        key_ring_json=SecretStr("{}"),
        public_url="https://vangnet.example",
        smtp_host="127.0.0.1",
        mail_from="vangnet@voorbeeld.example",
    ).model_copy(update=changed)


def test_a_worker_without_a_version_is_called_by_its_release() -> None:
    """Its name is told to the SDK, which would otherwise read every module to make one."""
    assert version("vangnet") == build_id(_settings())
    assert "abc" == build_id(_settings(build_id="abc"))


def test_a_worker_with_a_version_has_no_second_name() -> None:
    """The SDK takes one or the other."""
    versioned = _settings(deployment="vangnet", build_id="abc")
    assert build_id(versioned) is None
    assert deployment_version(versioned) == deployment_version(versioned.model_copy(update={"region": "elders"}))
