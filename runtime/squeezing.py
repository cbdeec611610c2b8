"""Large payloads are squeezed before they are sealed: a case keeps what it was started with in memory, more than once."""

from __future__ import annotations

import zlib
from typing import Final

from temporalio.api.common.v1 import Payload

_LARGE: Final = 4000
_MARK: Final = "squeezed"


def squeezed(payload: Payload) -> Payload:
    """The payload, or a smaller one that says so."""
    if len(payload.data) < _LARGE:
        return payload
    return Payload(metadata={**payload.metadata, _MARK: b"zlib"}, data=zlib.compress(payload.data, 1))


def unsqueezed(payload: Payload) -> Payload:
    """The payload as it was; what was never squeezed stays as it is."""
    if _MARK not in payload.metadata:
        return payload
    metadata = {name: value for name, value in payload.metadata.items() if name != _MARK}
    return Payload(metadata=metadata, data=zlib.decompress(payload.data))
