"""The rules by which somebody is called: each was seen to fire and to keep quiet, and says what to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.watching.naming import DASHBOARD, RULE_TESTS, RULES, RUNBOOK, queries, rules

_FIRES = re.compile(r'alertname="(\w+)".*exp_samples')
_QUIET = re.compile(r'alertname="(\w+)"(?!.*exp_samples)')
_PARTS = ("**Means**", "**Look**", "**Do**", "**Never**")
_SEVERITIES = {"critical", "warning", "info"}


@pytest.fixture(scope="module")
def promtool() -> str:
    """Prometheus's own tool."""
    found = os.environ.get("PROMTOOL") or shutil.which("promtool")
    assert found, "The tests of the alerts need promtool. On Debian or Ubuntu: apt install prometheus"
    return found


def _ran(*command: str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("file", RULE_TESTS, ids=lambda file: file.stem)
def test_the_rules_do_what_they_say(promtool: str, file: Path) -> None:
    """Prometheus's own engine, on series that were made up: quiet, firing, quiet again."""
    assert "SUCCESS" in _ran(promtool, "test", "rules", file.name, folder=file.parent)


def test_the_example_of_a_configuration_is_one(promtool: str) -> None:
    """What Prometheus is given as an example, it takes, with the rules that it names."""
    assert f"{len(rules())} rules found" in _ran(promtool, "check", "config", "prometheus.yml", folder=RULES.parent)


def test_every_severity_reaches_somebody() -> None:
    """By the example of Alertmanager: each of its ways leads to a receiver, and what has none of its own to a mailbox."""
    example = yaml.safe_load((RULES.parent / "alertmanager.yml").read_text(encoding="utf-8"))
    ways = {each["matchers"][0]: each["receiver"] for each in example["route"]["routes"]}
    there = {each["name"]: each.keys() - {"name"} for each in example["receivers"]}

    assert {f'severity="{each}"' for each in _SEVERITIES - {"warning"}} == ways.keys()
    assert {example["route"]["receiver"], *ways.values()} == there.keys()
    assert {"email_configs", "webhook_configs"} == there[ways['severity="critical"']]
    assert all("email_configs" in kinds for kinds in there.values())


def test_pods_are_found_by_a_configuration_that_is_one(promtool: str, tmp_path: Path) -> None:
    """All of it but the asking of Kubernetes, which Debian's Prometheus is built without."""
    example = yaml.safe_load((RULES.parent / "kubernetes.yml").read_text(encoding="utf-8"))
    del example["scrape_configs"][0]["kubernetes_sd_configs"]
    (tmp_path / "kubernetes.yml").write_text(yaml.safe_dump(example), encoding="utf-8")

    assert "SUCCESS" in _ran(promtool, "check", "config", "kubernetes.yml", folder=tmp_path)


def test_each_rule_is_shown_to_fire_and_not_to_fire() -> None:
    """No rule is there of which only one half was tried, and no test is of a rule that is gone."""
    tests = "".join(file.read_text(encoding="utf-8") for file in RULE_TESTS)
    assert rules().keys() == set(_FIRES.findall(tests))
    assert rules().keys() == set(_QUIET.findall(tests))


def test_each_rule_has_a_severity_a_sentence_and_a_place_in_the_runbook() -> None:
    """Who is called is told how urgent it is, what is wrong, and where to read on."""
    for part in RULES.read_text(encoding="utf-8").split("- alert: ")[1:]:
        name = part.split()[0]
        assert set(re.findall(r"severity: (\w+)", part)) <= _SEVERITIES
        assert "summary:" in part, name
        assert f"runbook: docs/operate/runbook.md#{name.lower()}\n" in part


def test_the_runbook_has_an_entry_for_each_alert() -> None:
    """What it means for a child's case, what to look at, what to do, and what never to do."""
    entries = re.split(r"^### ", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = {entry.split()[0]: entry for entry in entries}
    assert rules().keys() == found.keys()
    assert [] == [name for name, entry in found.items() if not all(part in entry for part in _PARTS)]


def test_every_query_of_the_dashboard_can_be_asked(promtool: str, tmp_path: Path) -> None:
    """Prometheus reads each; a panel has a title and a query, and all ask the same source."""
    asked = list(queries())
    assert all(title for title, _ in asked)
    groups = [{"name": "all", "rules": [{"record": f"a:{n}", "expr": expr} for n, (_, expr) in enumerate(asked)]}]
    (tmp_path / "queries.yml").write_text(json.dumps({"groups": groups}), encoding="utf-8")
    assert f"{len(asked)} rules found" in _ran(promtool, "check", "rules", "queries.yml", folder=tmp_path)


def test_the_dashboard_can_be_imported() -> None:
    """No two panels are one, none lies over another, and each asks the source that is chosen on import."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    panels = dashboard["panels"]
    assert len(panels) == len({panel["id"] for panel in panels})
    squares = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(squares) == len(set(squares))
    assert {"${source}"} == {panel["datasource"]["uid"] for panel in panels if panel["type"] != "row"}
    assert ["source"] == [each["name"] for each in dashboard["templating"]["list"]]
