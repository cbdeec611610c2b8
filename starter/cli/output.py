"""How commands print: JSON for programs, tables and plain lines for people."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence

from pydantic import JsonValue

Row = Mapping[str, JsonValue]


def write(text: str) -> None:
    """Print a line; a reader who has gone away (``| head``) is no fault."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer would raise once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def say(text: str) -> None:
    """Say something beside the data, on standard error."""
    sys.stderr.write(text + "\n")


def write_json(value: JsonValue | Sequence[Row] | Row) -> None:
    """Print a value as JSON, readable for people too."""
    write(json.dumps(value, ensure_ascii=False, indent=2))


def write_table(rows: Iterable[Row], columns: Sequence[str]) -> None:
    """Print rows as a table, as wide as the terminal; not cut off when nobody sits there."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    console = Console(width=None if sys.stdout.isatty() else 240, markup=False)
    with console.capture() as capture:
        console.print(table)
    write("\n".join(line.rstrip() for line in capture.get().strip("\n").splitlines()))


def write_fields(row: Row) -> None:
    """Print one thing, a line for each of its fields."""
    width = max(map(len, row))
    for name, value in row.items():
        lines = [_cell(part) for part in value] if isinstance(value, list) else [_cell(value)]
        for place, line in enumerate(lines or ["-"]):
            write(f"{name if place == 0 else '':<{width}}  {line}")


def _cell(value: JsonValue) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_cell(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_cell, value)) or "-"
    return str(value)
