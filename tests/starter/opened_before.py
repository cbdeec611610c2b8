"""Cases that were opened longer ago than a test can wait: nobody leaves a school before it was their school's case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg

from runtime.settings import Settings


async def opened_before(settings: Settings, case: str, days: int) -> None:
    """Have a case have been opened so long ago."""
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        await connection.execute(
            "UPDATE vangnet.cases SET opened_at = $2, opening = opening || jsonb_build_object('opened_at', $2::timestamptz)"
            " WHERE case_id = $1",
            case,
            datetime.now(UTC) - timedelta(days=days),
        )
    finally:
        await connection.close()
