"""Where commands begin: an interrupt while Python still reads modules ends them without a traceback."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _interrupt_just_ends() -> Iterator[None]:
    kept = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, kept)


def command_line() -> None:
    """``vangnet``."""
    with _interrupt_just_ends():
        from starter.cli import main
    main()


def local() -> None:
    """``make run``."""
    with _interrupt_just_ends():
        from starter.local import main
    main()


if __name__ == "__main__":
    local()
