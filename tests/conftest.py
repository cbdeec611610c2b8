"""What all tests have: a quiet end, and proofs among them that are run on their own (``-m proof``)."""

import pytest

from tests.leaving import pytest_sessionfinish  # first: what is registered first runs last
from tests.proving import figures, pytest_addoption, pytest_terminal_summary, seed

_LONGEST = (
    "tests/web/test_whole_case", "tests/end_to_end/", "tests/web/test_weight", "tests/local/", "tests/keys/", "tests/starter/",
    "tests/workflows/", "tests/web/",
)  # fmt: skip
"""By the time that they took, the longest first: with ``--no-loadscope-reorder`` they begin in this order."""

__all__ = ["figures", "pytest_addoption", "pytest_sessionfinish", "pytest_terminal_summary", "seed"]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "proof: takes minutes; run by `make proof`")


def _how_late(item: pytest.Item) -> int:
    """Where the folder of a test stands among those whose files take longest."""
    return next((at for at, folder in enumerate(_LONGEST) if folder in item.nodeid), len(_LONGEST))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long ones first, so that no core waits at the end; without ``-m`` the proofs are left out."""
    items.sort(key=_how_late)
    if config.getoption("-m"):
        return
    proofs = [item for item in items if item.get_closest_marker("proof")]
    config.hook.pytest_deselected(items=proofs)
    items[:] = [item for item in items if item not in proofs]
