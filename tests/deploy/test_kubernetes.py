"""What Kubernetes gets: rendered by its own tool, held to its own schemas and to what we promise."""

from __future__ import annotations

import re
from typing import cast

import pytest
import yaml
from kubernetes_validate import ValidationError, latest_version, validate

from tests.deploy.tools import DEPLOY, judge, unknown

_OVERLAY = DEPLOY / "kubernetes" / "voorbeeld"
_TRIGGER = {"endpoint", "namespace", "taskQueue", "queueTypes", "targetQueueSize"}
"""Of KEDA's trigger `temporal`, as its documentation names them since 2.17."""
_CONNECTIONS, _FOR_OTHERS = 100, 10
"""What PostgreSQL takes unless it is told, and how many of those are not for pods that last."""
Object = dict[str, object]


@pytest.fixture(scope="module")
def objects() -> list[Object]:
    """Everything that `kubectl apply -k` sends."""
    rendered = judge("kubectl", "kustomize", _OVERLAY)
    assert 0 == rendered.code, rendered.said
    return [each for each in yaml.safe_load_all(rendered.said) if each]


def _of(objects: list[Object], kind: str) -> dict[str, Object]:
    return {cast("str", _at(each, "metadata", "name")): each for each in objects if each["kind"] == kind}


def _at(thing: object, *path: str | int) -> object:
    for step in path:
        thing = cast("dict[str | int, object]", thing)[step]
    return thing


def _pods(objects: list[Object]) -> dict[str, Object]:
    lasting = _of(objects, "Deployment") | _of(objects, "Job")
    return {name: cast("Object", _at(each, "spec", "template")) for name, each in lasting.items()}


def test_each_object_is_one(objects: list[Object]) -> None:
    """By Kubernetes' schemas, which take no field that they do not know; KEDA's own kind is looked at below."""
    for each in objects:
        if each["kind"] != "ScaledObject":
            validate(each, latest_version(), strict=True)
    deployment = dict(next(iter(_of(objects, "Deployment").values()))) | {"no-such-field": 1}
    with pytest.raises(ValidationError):
        validate(deployment, latest_version(), strict=True)


def test_a_pod_can_do_no_more_than_it_has_to(objects: list[Object]) -> None:
    """Not root, nothing to write on, no rights, no token; bounds on what it takes."""
    pods = _pods(objects)
    assert {"vangnet-worker", "vangnet-web", "vangnet-codec", "vangnet-migrate", "vangnet-temporal-setup"} == set(pods)
    for name, pod in pods.items():
        assert _at(pod, "spec", "automountServiceAccountToken") is False, name
        about = cast("Object", _at(pod, "spec", "securityContext"))
        assert (True, 10001, {"type": "RuntimeDefault"}) == (
            about["runAsNonRoot"],
            about["runAsUser"],
            about["seccompProfile"],
        )
        container = _at(pod, "spec", "containers", 0)
        inside = cast("Object", _at(container, "securityContext"))
        assert (False, True) == (inside["allowPrivilegeEscalation"], inside["readOnlyRootFilesystem"]), name
        assert {"drop": ["ALL"]} == inside["capabilities"], name
        assert {"cpu", "memory"} == set(cast("Object", _at(container, "resources", "limits"))), name
        assert "/vangnet:" in cast("str", _at(container, "image")), name


def test_what_lasts_is_probed_and_never_gone_at_once(objects: list[Object]) -> None:
    """Each has its three probes and a budget that keeps one; more than one runs."""
    for name in ("vangnet-worker", "vangnet-web", "vangnet-codec"):
        container = cast("Object", _at(_pods(objects)[name], "spec", "containers", 0))
        probes = {each: _at(container, each, "httpGet", "path") for each in container if each.endswith("Probe")}
        assert {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"} == probes
        budget = _of(objects, "PodDisruptionBudget")[name]
        assert 1 == _at(budget, "spec", "minAvailable")
        assert _labels(_pods(objects)[name]).items() >= _chosen(_at(budget, "spec", "selector")).items()


def test_nobody_reaches_anybody_unless_it_is_written(objects: list[Object]) -> None:
    """All of the namespace is closed; what opens a way is for pods that there are."""
    policies = _of(objects, "NetworkPolicy")
    closed = policies.pop("vangnet-nobody")
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} == closed["spec"]
    labels = [_labels(pod) for pod in _pods(objects).values()]
    for name, policy in policies.items():
        chosen = _chosen(_at(policy, "spec", "podSelector"))
        assert any(each.items() >= chosen.items() for each in labels), name


def test_services_lead_to_pods(objects: list[Object]) -> None:
    """By labels and by the name of the port; the ingress leads to services, and for what is not the world's to nobody."""
    services = _of(objects, "Service")
    assert "selector" not in cast("Object", services.pop("vangnet-nobody")["spec"])
    for name, service in services.items():
        assert _labels(_pods(objects)[name]).items() >= cast("dict[str, str]", _at(service, "spec", "selector")).items()
        ports = cast("list[dict[str, str]]", _at(_pods(objects)[name], "spec", "containers", 0, "ports"))
        assert _at(service, "spec", "ports", 0, "targetPort") in {port["name"] for port in ports}
    rules = cast("list[Object]", _at(_of(objects, "Ingress")["vangnet"], "spec", "rules"))
    assert set(services) == {_at(rule, "http", "paths", 0, "backend", "service", "name") for rule in rules}
    for rule in rules:
        closed = cast("list[Object]", _at(rule, "http", "paths"))[1:]
        assert [("/healthz", "Exact"), ("/readyz", "Exact")] == [(path["path"], path["pathType"]) for path in closed]
        assert {"vangnet-nobody"} == {_at(path, "backend", "service", "name") for path in closed}


def test_workers_follow_the_backlog(objects: list[Object]) -> None:
    """Of the deployment that there is, by what KEDA's trigger takes; never fewer than two."""
    scaled = _of(objects, "ScaledObject")["vangnet-worker"]
    trigger = cast("Object", _at(scaled, "spec", "triggers", 0))
    assert "vangnet-worker" == _at(scaled, "spec", "scaleTargetRef", "name")
    assert "temporal" == trigger["type"]
    assert set(cast("Object", trigger["metadata"])) == _TRIGGER
    assert all(isinstance(value, str) for value in cast("Object", trigger["metadata"]).values())
    assert "replicas" not in cast("Object", _of(objects, "Deployment")["vangnet-worker"]["spec"])
    assert 2 == _at(scaled, "spec", "minReplicaCount")


def test_all_pods_together_fit_the_database(objects: list[Object]) -> None:
    """Also while each kind is replaced, one pod at a time; some are left for commands, backups and the superuser."""
    (settings,) = _of(objects, "ConfigMap").values()
    each = int(cast("dict[str, str]", settings["data"])["VANGNET_DATABASE_CONNECTIONS"])
    deployments = _of(objects, "Deployment")
    pods = 0
    for name, deployment in deployments.items():
        scaled = _of(objects, "ScaledObject").get(name)
        many = _at(scaled, "spec", "maxReplicaCount") if scaled else _at(deployment, "spec", "replicas")
        pods += cast("int", many) + cast("int", _at(deployment, "spec", "strategy", "rollingUpdate", "maxSurge"))

    assert pods * each <= _CONNECTIONS - _FOR_OTHERS


def test_prometheus_finds_every_process_by_its_job(objects: list[Object]) -> None:
    """The example for a cluster gives pods the names by which the rules know them; without, all would be away."""
    (found,) = yaml.safe_load((DEPLOY / "prometheus" / "kubernetes.yml").read_text(encoding="utf-8"))["scrape_configs"]
    chosen, job, _ = found["relabel_configs"]
    example = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    jobs = set()
    for pod in _pods(objects).values():
        for port in cast("list[dict[str, str]]", cast("Object", _at(pod, "spec", "containers", 0)).get("ports", [])):
            labels = _labels(pod)
            if re.fullmatch(chosen["regex"], f"{labels['app.kubernetes.io/name']};{port['name']}"):
                jobs.add(job["replacement"].replace("$1", labels["app.kubernetes.io/component"]))

    assert {each["job_name"] for each in example if each["job_name"].startswith("vangnet-")} == jobs
    assert ["vangnet"] == found["kubernetes_sd_configs"][0]["namespaces"]["names"]


def test_every_setting_exists(objects: list[Object]) -> None:
    """A name with a slip of the pen would end the process that gets it."""
    (settings,) = _of(objects, "ConfigMap").values()
    assert set() == unknown(iter(cast("dict[str, str]", settings["data"])))
    for pod in _pods(objects).values():
        variables = cast("list[dict[str, str]]", _at(pod, "spec", "containers", 0, "env"))
        assert set() == unknown(variable["name"] for variable in variables)


def _labels(pod: object) -> dict[str, str]:
    return cast("dict[str, str]", _at(pod, "metadata", "labels"))


def _chosen(selector: object) -> dict[str, str]:
    """What a selector asks of labels; of several values the first."""
    asked = cast("Object", selector)
    several = cast("list[dict[str, list[str]]]", asked.get("matchExpressions", []))
    return cast("dict[str, str]", asked["matchLabels"]) | {str(each["key"]): each["values"][0] for each in several}
