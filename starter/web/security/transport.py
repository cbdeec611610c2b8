"""Only over TLS, but on one's own machine: what goes to the login provider, and what people come to."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def protected(address: str) -> bool:
    """Whether what goes to an address is encrypted, or does not leave this machine."""
    found = urlsplit(address)
    return found.scheme == "https" or (found.scheme == "http" and _is_here(found.hostname or ""))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
