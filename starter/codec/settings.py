"""The settings that only the codec server needs; login is set as for the pages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from runtime.settings import Port, Read


class CodecSettings(Read):
    """Where it listens, and to whom it answers; each is a variable with the prefix ``VANGNET_``."""

    codec_host: str = "127.0.0.1"
    codec_port: Port = 8081
    codec_proxy: str = ""
    """Addresses of the reverse proxy whose ``X-Forwarded-For`` is believed, separated by commas."""
    codec_origin: Annotated[str, Field(pattern=r"^https?://[^\s/?#*]+$")]
    """Where the console is, as browsers write it in ``Origin``: no other site gets an answer."""
    codec_passes: Literal["access", "id", "session"] = "access"
    """Which token of somebody the console passes on. With an access token the provider is asked anew each time who that is;
    with ``session`` the browser may also send that of the pages, where console and pages share a host name."""
    codec_audience: str | None = None
    """Whom tokens have to be issued for: the console's client at the provider; without it ours."""
    codec_rate: Annotated[int, Field(ge=1, le=1_000_000)] = 600
    """Requests a minute, of one address and of one person."""
