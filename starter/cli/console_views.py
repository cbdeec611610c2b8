"""``vangnet temporal views``."""

from pydantic import JsonValue

from runtime.temporal import connection
from starter.cli.output import write, write_json
from starter.console import page as pages
from starter.console.views import look


def tell(*, as_json: bool) -> None:
    """Print columns and views."""
    found, namespace = look(), _namespace()
    if as_json:
        columns: list[JsonValue] = [{"label": column.label, "means": column.means} for column in found.columns]
        views: list[JsonValue] = [
            {"name": view.name, "query": view.query, "means": view.means, "path": view.path(namespace)}
            for view in found.views
        ]
        write_json({"columns": columns, "views": views})
        return
    for column in found.columns:
        write(f"{column.label:<22} {column.means}")
    for view in found.views:
        write(f"\n{view.name}: {view.means}\n  {view.query}\n  {view.path(namespace)}")


def page() -> None:
    """Print the page."""
    write(pages.page(_namespace()))


def _namespace() -> str:
    return connection().get("namespace") or "default"
