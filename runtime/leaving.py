"""How a process that spoke to Temporal ends."""

import atexit
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from runtime.crashes import catch_crashes


@contextmanager
def leaving() -> Iterator[None]:
    """Do the work of a whole process, then end it at once, with the exit code that ``SystemExit`` asks for.

    The SDK's native threads outlive the last call. One that comes back with an answer while the interpreter takes itself
    apart makes it crash or stand still for ever (sdk-python issue 300; before Python 3.14). So nothing is taken apart:
    what was registered to run at the end runs, what was written is written out, and the process is gone.
    """
    code = 1
    catch_crashes()
    try:
        yield
        code = 0
    except SystemExit as ended:
        code = _code(ended)
    except BaseException:  # noqa: BLE001  # what the interpreter would have done, in our words
        sys.excepthook(*sys.exc_info())
    finally:
        _write_out()
        os._exit(code)


def _code(ended: SystemExit) -> int:
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    sys.stderr.write(f"{ended.code}\n")
    return 1


def _write_out() -> None:
    atexit._run_exitfuncs()  # noqa: SLF001  # there is no other way to run them without ending
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue  # nobody reads it any more
