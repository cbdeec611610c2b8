"""Cookies: bound to this host by their name (``__Host-``), out of reach of scripts, sent by our own pages only."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

SESSION = "__Host-vangnet"
LOGIN = "__Host-vangnet-login"
LANGUAGE = "__Host-vangnet-taal"


def set_cookie(
    response: Response, name: str, value: str, max_age: int | None = None, same_site: Literal["lax", "strict"] = "lax"
) -> None:
    """Set a cookie; without an age it lasts as long as the browser does."""
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite=same_site)


def delete_cookie(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
