"""What all tests have: a quiet end, and proofs among them that are run on their own (``-m proof``)."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.leaving import pytest_sessionfinish  # first: what is registered first runs last
from tests.proving import figures, pytest_addoption, pytest_terminal_summary, seed

_TOGETHER = (
    "tests/starter/", "tests/watching/", "tests/reconcile/", "tests/codec/", "tests/end_to_end/", "tests/keys/", "tests/local/",
)  # fmt: skip
"""Folders whose files share a whole stack: they go to one process, as each would start a stack of its own."""
_LONGEST = (
    "tests/starter/", "tests/web/test_matrix", "tests/web/test_weight", "tests/watching/", "tests/reconcile/",
    "tests/web/test_actions", "tests/web/test_case", "tests/web/test_whole_case", "tests/codec/", "tests/end_to_end/",
    "tests/web/test_rights", "tests/keys/", "tests/local/", "tests/web/", "tests/store/", "tests/workflows/",
)  # fmt: skip
"""By the time that they took, the longest first: with ``--no-loadscope-reorder`` they begin in this order."""

__all__ = ["figures", "pytest_addoption", "pytest_sessionfinish", "pytest_terminal_summary", "seed"]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "proof: takes minutes; run by `make proof`")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Give each process a file at a time, and of some folders all files."""

    class ByFileOrFolder(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
        def _split_scope(self, nodeid: str) -> str:
            whole = (folder for folder in _TOGETHER if nodeid.startswith(folder))
            return next(whole, super()._split_scope(nodeid))

    return ByFileOrFolder(config, log) if config.getoption("dist") == "loadfile" else None


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
