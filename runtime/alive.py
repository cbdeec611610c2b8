"""``python -m runtime.alive [PORT ...]``: is the process of this container alive?

For health checks, where there is no curl. One container holds one process: with several ports it is enough when one
answers. Reads no settings and imports nothing of ours, so that it costs little every few seconds.
"""

from __future__ import annotations

import sys
from http.client import HTTPConnection, HTTPException

WEB, CODEC, WORKER = 8080, 8081, 8082
"""Where they listen in the image."""
_PATIENCE = 3.0


def alive(port: int) -> bool:
    """Ask whether something here answers that it is alive."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200  # noqa: PLR2004  # HTTP's own word for it
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def main() -> None:
    """End with 0 when it is, with 1 when it is not."""
    ports = [int(port) for port in sys.argv[1:]] or [WEB, CODEC, WORKER]
    raise SystemExit(not any(map(alive, ports)))


if __name__ == "__main__":
    main()
