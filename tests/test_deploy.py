"""The files in deploy/ say what the program knows: its settings, commands, ports, addresses and limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.front.guard import LARGEST_BODY, LARGEST_PICTURE
from bot.front.metrics import STEP_SECONDS, STEPS
from bot.settings import PREFIX, Settings, read_settings
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
PORTS = {"front": Settings().port, "rasa": Settings().rasa_port, "actions": Settings().actions_port}
HEALTH = {"front": "/healthz", "rasa": "/webhooks/front/", "actions": "/health"}
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))  # Rasa changes what ruamel.yaml reads


def compose() -> Any:
    (found,) = documents(DEPLOY / "compose.yml")
    return found["services"]


def objects(kind: str) -> dict[str, Any]:
    """The Kubernetes objects of a kind, by name."""
    found = [one for path in sorted((DEPLOY / "kubernetes").glob("*.yml")) for one in documents(path)]
    return {one["metadata"]["name"]: one for one in found if one.get("kind") == kind}


def containers() -> Iterator[Any]:
    for kind in ("Deployment", "Job"):
        for one in objects(kind).values():
            yield from one["spec"]["template"]["spec"]["containers"]


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    known = {PREFIX + entry.name.upper() for entry in fields(Settings)}
    assert set(re.findall(rf"{PREFIX}\w+", path.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".yml"], ids=lambda path: path.name)
def test_every_file_can_be_read(path: Path) -> None:
    assert all(documents(path))


def test_the_settings_are_right() -> None:
    given = [compose()["front"]["environment"], objects("ConfigMap")["nightdesk"]["data"]]
    for environment in given:
        settings = read_settings({name: re.sub(r"\$\{.*?\}", "", str(value)) for name, value in environment.items()})
        assert settings.workers == (f"http://rasa:{PORTS['rasa']}",)
        assert settings.actions_url == f"http://actions:{PORTS['actions']}"
        assert settings.redis_url and settings.proxies and not settings.is_private and not settings.is_alone


def test_images_have_versions() -> None:
    images = [service["image"] for service in compose().values()] + [one["image"] for one in containers()]
    images += re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.M)
    assert all(re.search(r":\d+\.\d+(\.\d+)?", image) for image in images), images
    ours = {image for image in images if image.startswith("nightdesk:")}
    assert ours == {f"nightdesk:{re.search(r'version = .(.+?).$', (ROOT / 'pyproject.toml').read_text(), re.M)[1]}"}  # type: ignore[index]


@pytest.mark.parametrize("part", PORTS)
def test_a_part_is_started_and_asked_as_it_is(part: str) -> None:
    service, deployment, address = compose()[part], objects("Deployment")[part], objects("Service")[part]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert service["command"] == container["args"] == ["run", "--part", part]
    assert f"127.0.0.1:{PORTS[part]}{HEALTH[part]}" in service["healthcheck"]["test"][-1]
    assert container["ports"] == [{"name": "http", "containerPort": PORTS[part]}]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": HEALTH[part], "port": "http"}
    assert address["spec"]["ports"][0]["port"] == PORTS[part]
    assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert part in objects("PodDisruptionBudget")


def test_the_parts_and_addresses_are_the_programs() -> None:
    cli = (ROOT / "bot" / "cli.py").read_text()
    assert 'choices=("front", "rasa", "actions")' in cli and 'add_parser("migrate"' in cli
    assert 'Route("/healthz"' in (ROOT / "bot" / "front" / "app.py").read_text()
    assert '"/health"' in (ROOT / "bot" / "skill" / "server.py").read_text()
    assert "/webhooks/front/" in (ROOT / "bot" / "adapters" / "rasa_client.py").read_text()


def test_nobody_is_root_and_nothing_secret_is_in_the_image() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert re.findall(r"^USER (\S+)", dockerfile, re.M) == ["10001"]
    assert not re.search(r"(?i)(token|password|secret)=(?!/secrets)", dockerfile)
    for one in containers():
        assert one["securityContext"]["allowPrivilegeEscalation"] is False
        assert one["securityContext"]["readOnlyRootFilesystem"] is True
        assert {"requests", "limits"} <= set(one["resources"])
    for name in (*PORTS, "migrate"):
        assert compose()[name]["read_only"] and compose()[name]["cap_drop"] == ["ALL"]


def test_rasa_and_the_actions_are_reached_by_their_own_alone() -> None:
    assert all("ports" not in compose()[name] for name in compose() if name != "nginx")
    assert compose()["rasa"]["networks"] == ["inside"]
    allowed = {name.removeprefix("nightdesk-"): one["spec"] for name, one in objects("NetworkPolicy").items()}
    assert "ingress" not in allowed["nobody"]
    for part, callers in {"rasa": {"front"}, "actions": {"front", "rasa"}}.items():
        (rule,) = allowed[part]["ingress"]
        found = {one["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for one in rule["from"]}
        assert (found, rule["ports"]) == (callers, [{"port": PORTS[part]}])


def test_nginx_knows_the_limits_and_the_streams() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text()
    assert f"client_max_body_size {LARGEST_BODY // 1024}k;" in nginx
    assert f"client_max_body_size {LARGEST_PICTURE // 1024 // 1024}m;" in nginx
    assert f"server front:{PORTS['front']} resolve" in nginx
    assert "X-Forwarded-For $remote_addr;" in nginx
    assert re.search(r"location ~ /events\$ \{\s+proxy_buffering off;", nginx)
    assert nginx.count("{") == nginx.count("}")


def test_the_autoscalers_ask_for_what_there_is() -> None:
    (values,) = documents(DEPLOY / "kubernetes" / "prometheus-adapter.yml")
    told = {rule["name"]["as"]: rule["seriesQuery"] for rule in values["rules"]["custom"]}
    for query in told.values():
        assert query.startswith(f"{STEP_SECONDS._name}_bucket{{")
        assert re.search(r'step="(\w+)"', query)[1] in STEPS  # type: ignore[index]
    for part, scaler in objects("HorizontalPodAutoscaler").items():
        assert scaler["spec"]["scaleTargetRef"]["name"] == part in objects("Deployment")
        asked = {one["object"]["metric"]["name"] for one in scaler["spec"]["metrics"] if one["type"] == "Object"}
        assert "nightdesk_queue_seconds" in asked <= set(told)
