"""``make clean``: remove a local stack's data, unless the stack runs."""

from __future__ import annotations

import shutil

from runtime.errors import StartError
from runtime.settings import local_folder, stop_for
from starter.stack.layout import Layout
from starter.stack.lock import only_one


def main() -> None:
    """Remove the folder."""
    layout = Layout(local_folder())
    if not layout.folder.exists():
        return
    try:
        with only_one(layout.lock):
            shutil.rmtree(layout.folder)
    except StartError as error:
        stop_for(error)


if __name__ == "__main__":
    main()
