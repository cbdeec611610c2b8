"""The page that brings columns and views to a browser: the console keeps them there, for its own address only."""

from __future__ import annotations

import json
from html import escape
from importlib import resources
from string import Template

from starter.console.views import look


def page(namespace: str, codec: str | None = None) -> str:
    """The page, to be served at the console's own address.

    Args:
        namespace: The cases' namespace.
        codec: Where payloads are opened for who is logged in at the pages under the same host name; None where the
            console is configured to do so itself.
    """
    found = look()
    ready = {
        "namespace": namespace,
        "columns": [{"label": column.label} for column in found.columns],
        "views": [
            {"id": f"vangnet-{number}", "name": view.name, "query": view.query, "type": "user"}
            for number, view in enumerate(found.views, start=1)
        ],
        "first": found.views[0].path(namespace),
        "codec": codec,
    }
    template = Template(resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        ready=json.dumps(ready).replace("<", "\\u003c"),
        views="".join(
            f'<dt><a href="{escape(view.path(namespace))}">{escape(view.name)}</a></dt>'
            f"<dd>{escape(view.means)}<br><code>{escape(view.query)}</code></dd>"
            for view in found.views
        ),
        columns="".join(f"<dt>{escape(each.label)}</dt><dd>{escape(each.means)}</dd>" for each in found.columns),
    )
