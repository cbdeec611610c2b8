"""Which metrics the rules and the dashboard name, and which are really told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.watching.scrape import Sample

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
RULE_TESTS = tuple(sorted(DEPLOY.glob("prometheus/*_test.yml")))
RUNBOOK = DEPLOY.parent / "docs" / "operate" / "runbook.md"
DASHBOARD = DEPLOY / "grafana" / "vangnet.json"

_METRIC = re.compile(r"\b((?:vangnet|temporal)_[a-z_]+)\b(?!-)")
_OF_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")
_EXPRESSION = re.compile(r"^ +expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)", re.MULTILINE)


def rules() -> dict[str, str]:
    """The expression of each alert."""
    parts = RULES.read_text(encoding="utf-8").split("- alert: ")[1:]
    found = {}
    for part in parts:
        expression = _EXPRESSION.search(part)
        assert expression, part
        found[part.split()[0]] = " ".join((expression[1] or expression[2]).split())
    return found


def queries() -> Iterator[tuple[str, str]]:
    """Each query of the dashboard, with its panel's title."""
    for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def named(expressions: Iterable[str]) -> set[str]:
    """The metrics that expressions name, a histogram by its own name; ``up`` is Prometheus's own."""
    return {_OF_HISTOGRAM.sub("", name) for expression in expressions for name in _METRIC.findall(expression)}


def exported(samples: Iterable[Sample]) -> set[str]:
    """The metrics that are told, named in the same way."""
    return {_OF_HISTOGRAM.sub("", sample.name) for sample in samples}
