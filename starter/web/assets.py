"""Style, script and the municipality's theme: files that never change under one address."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gzip import compress
from hashlib import sha256
from importlib import resources
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from starter.web.services import services

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"
_THEME = "theme.css"


@cache
def _files() -> Mapping[str, bytes]:
    """Everything in ``static/`` that has a type we serve."""
    root = Path(str(resources.files("starter.web") / "static"))
    found = (path for path in sorted(root.rglob("*")) if path.suffix in _TYPES)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


@cache
def _smaller(content: bytes) -> bytes:
    """Compressed, once. Pages never are: their size would tell what is in them beside what somebody else typed."""
    return compress(content, 9, mtime=0)


@cache
def _theme(path: Path) -> bytes:
    return path.read_bytes()


def version(name: str) -> str:
    """What an asset's address ends with, so that a browser asks again once it changed."""
    return sha256(_files()[name]).hexdigest()[:12]


def address(name: str) -> str:
    """Where an asset is; in templates ``asset(name)``."""
    return f"/static/{name}?{version(name)}"


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    theme = services(request).web.theme
    content = _theme(theme) if theme and name == _THEME else _files().get(name)
    if content is None:
        raise HTTPException(404)
    headers = {"Cache-Control": _FOR_EVER if request.url.query else "public, max-age=300", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"], content = "gzip", _smaller(content)
    return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)


routes: list[BaseRoute] = [Route("/static/{name:path}", _asset)]
