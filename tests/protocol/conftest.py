"""The long proofs are told apart from the tests: ``-m proof`` runs them."""

import pytest


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
