"""What operators read about one case in the Temporal console: markdown, codes, no personal data."""

from __future__ import annotations

from protocol.case import Case
from protocol.deadlines import owner
from protocol.refusals import STEP_IN_DUTCH


def current_details(case: Case, stopped: str | None = None) -> str:
    """Where the case stands, who directs it and what is due."""
    lines = [
        f"**{STEP_IN_DUTCH[case.step]}** (`{case.step}`)",
        "",
        "| dossierhouder | casusregie | procesregie |",
        "|---|---|---|",
        f"| {case.file_holder} | {case.coordinator} | {case.process_director} |",
    ]
    if case.deadlines:
        lines += ["", "| termijn | van | tot |", "|---|---|---|"]
    lines += [
        f"| `{d.task}` | {owner(case, d)} | {d.due_at.isoformat(' ', 'minutes')[:16]} UTC |"
        for d in sorted(case.deadlines, key=lambda deadline: deadline.due_at)
    ]
    if stopped:
        lines += ["", f"**Vastleggen is gestopt: `{stopped}`.** Zie het draaiboek."]
    return "\n".join(lines)
