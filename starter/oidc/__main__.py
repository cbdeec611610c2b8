"""Run the provider: ``python -m starter.oidc --port 8035 --folder .local/oidc --pages http://127.0.0.1:8080``."""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn

from starter.oidc.pages import app, provider

_HOST = "127.0.0.1"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m starter.oidc", description="Logs made-up people in.")
    parser.add_argument("--port", type=int, required=True, help="where it listens")
    parser.add_argument("--folder", type=Path, required=True, help="where its keys and people.json are")
    parser.add_argument("--pages", required=True, help="where the pages are, such as http://127.0.0.1:8080")
    return parser.parse_args()


def main() -> None:
    """Start with what the command line says."""
    given = _arguments()
    served = app(provider(f"http://{_HOST}:{given.port}", given.folder, given.pages.rstrip("/")))
    uvicorn.run(served, host=_HOST, port=given.port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
