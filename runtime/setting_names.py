"""The names of all settings: one that does not exist would be ignored, and its default hold in silence."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from typing import Final

from runtime.errors import SettingsError

ELSEWHERE: Final = (
    "LOCAL_FOLDER",
    *(f"OIDC_{name}" for name in ("ISSUER", "CLIENT_ID", "PRIVATE_KEY", "CERTIFICATE", "SCOPE", "FRESH")),
    *(f"OIDC_{name}" for name in ("ACR", "AMR", "MAX_AGE_SECONDS")),
    *(f"OIDC_{name}" for name in ("FRESH_SECONDS", "SKEW_SECONDS", "ROLE_MAP", "ORGANISATION_MAP")),
    *(f"OIDC_{name}_CLAIM" for name in ("ROLE", "ORGANISATION", "USER", "NAME")),
    *("WEB_HOST", "WEB_PROXY", "THEME", "LOGIN_RATE", "LINK_RATE", "SESSION_RATE"),
    *("SESSION_IDLE_SECONDS", "SESSION_ABSOLUTE_SECONDS"),
    *(f"CODEC_{name}" for name in ("HOST", "PROXY", "ORIGIN", "PASSES", "AUDIENCE", "RATE")),
)
"""Settings that no class of ``runtime.settings`` reads; a test holds this list to what the others read."""


def check_names(prefix: str, own: AbstractSet[str], written: AbstractSet[str]) -> None:
    """See that every setting that somebody wrote exists.

    Args:
        prefix: What the names of settings begin with.
        own: The names that the classes of ``runtime.settings`` read.
        written: What stands in the environment and in ``.env``.

    Raises:
        SettingsError: One line that names each that does not, with the one that was probably meant.
    """
    known = own | {prefix + name for name in ELSEWHERE}
    wrong = sorted(name for name in written - known if name.startswith(prefix))
    if wrong:
        raise SettingsError("; ".join(f"{name} bestaat niet{_meant(name, known)}" for name in wrong))


def _meant(name: str, known: AbstractSet[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    return f" (misschien {close[0]})" if close else ""
