"""What a browser fetches for a page that it opens for the first time."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from gzip import compress

from bench.pages_figures import Weight

_LOADED = re.compile(
    r'<(?:link|script|img|iframe|source|audio|video|embed|object)\b[^>]*?\b(?:href|src|data)="([^"]*)"'
)


def loaded(page: str) -> tuple[str, ...]:
    """The addresses of what a page loads by itself, each once."""
    return tuple(dict.fromkeys(_LOADED.findall(page)))


async def weigh(page: str, fetch: Callable[[str], Awaitable[bytes]]) -> Weight:
    """Weigh a page with everything that it loads.

    Args:
        page: Its HTML.
        fetch: Fetches a file as it is sent to who takes gzip.
    """
    files = [len(await fetch(address)) for address in loaded(page)]
    content = page.encode()
    return Weight(page=len(content), page_compressed=len(compress(content, 6, mtime=0)), files=sum(files))
