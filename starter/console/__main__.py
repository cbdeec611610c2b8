"""``python -m starter.console``: the door, on this machine only."""

from __future__ import annotations

import argparse

import uvicorn

from starter.console.door import door

_HOST = "127.0.0.1"


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--console-port", type=int, required=True)
    parser.add_argument("--codec-port", type=int, required=True)
    parser.add_argument("--namespace", required=True)
    found = parser.parse_args()
    app = door(f"http://{_HOST}:{found.console_port}", found.namespace, f"http://{_HOST}:{found.codec_port}")
    uvicorn.run(app, host=_HOST, port=found.port, log_level="warning", access_log=False, server_header=False)


if __name__ == "__main__":
    main()
