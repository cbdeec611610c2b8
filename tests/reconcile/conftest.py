"""What the tests of reconciling start: a town of tests/workflows, and dumps of its database."""

from __future__ import annotations

from tests.workflows.conftest import (
    database,
    folder,
    key_ring,
    logs,
    manner,
    office,
    postgres,
    region,
    temporal,
    town,
    webhooks,
)

__all__ = [
    "database", "folder", "key_ring", "logs", "manner", "office", "postgres", "region", "temporal", "town", "webhooks",
]  # fmt: skip
