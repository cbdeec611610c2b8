"""What all tests have: a quiet end, and proofs among them that are run on their own (``-m proof``)."""

import pytest

from tests.leaving import pytest_sessionfinish  # first: what is registered first runs last
from tests.proving import figures, pytest_addoption, pytest_terminal_summary, seed

__all__ = ["figures", "pytest_addoption", "pytest_sessionfinish", "pytest_terminal_summary", "seed"]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "proof: takes minutes; run by `make proof`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without ``-m`` the proofs are left out."""
    if config.getoption("-m"):
        return
    proofs = [item for item in items if item.get_closest_marker("proof")]
    config.hook.pytest_deselected(items=proofs)
    items[:] = [item for item in items if item not in proofs]
