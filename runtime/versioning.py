"""Which version of the program a worker says that it is, so that Temporal sends a case one way: to the version in force."""

from __future__ import annotations

from importlib.metadata import version

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from runtime.settings import Settings


def deployment_version(settings: Settings) -> WorkerDeploymentVersion | None:
    """The version of these settings; None where workers have none, as before there were versions."""
    if settings.deployment is None:
        return None
    return WorkerDeploymentVersion(settings.deployment, settings.build_id or version("vangnet"))


def deployment_config(settings: Settings) -> WorkerDeploymentConfig | None:
    """How a worker takes part: an open case goes over to the version in force at its next task."""
    found = deployment_version(settings)
    if found is None:
        return None
    return WorkerDeploymentConfig(
        version=found,
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


def build_id(settings: Settings) -> str | None:
    """What a worker is called that has no version: its release. The SDK would read and hash every module for a name."""
    return None if settings.deployment else settings.build_id or version("vangnet")
