"""`nightdesk doctor`: looks at everything that has to be right, and says of each whether it is and what to do."""

from __future__ import annotations

import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import sqlalchemy as sa
from rich.console import Console
from rich.text import Text
from ruamel.yaml import YAML

from bot import bootstrap
from bot.ports import NightdeskError
from bot.training import model_path

LEAST_FREE = 1.0
"""Gigabytes."""

AHEAD = timedelta(minutes=5)
"""How far a message's time may be ahead of ours."""


@dataclass(frozen=True)
class Finding:
    """What was found of one thing. `said`, `do`: entries of doctor.yml, with what goes into their placeholders."""

    about: str
    right: bool = True
    said: str = ""
    do: str = "do"
    told: dict[str, object] = field(default_factory=dict)


def well(about: str, said: str = "well", **told: object) -> Finding:
    return Finding(about, True, said, told=told)


def wrong(about: str, said: str = "wrong", do: str = "do", **told: object) -> Finding:
    return Finding(about, False, said, do, told)


def examine(language: str, console: Console) -> int:
    """Prints a line for each check; gives 1 where something is to be mended."""
    words = YAML(typ="safe").load(Path(__file__).with_suffix(".yml"))
    problems = 0
    for finding in findings():
        entry = words[finding.about]
        line = entry[finding.said][language].format(**finding.told)
        console.print(Text("ok  " if finding.right else "BAD ", "green" if finding.right else "bold red") + line)
        if not finding.right:
            problems += 1
            console.print(Text(f"    → {entry[finding.do][language].format(**finding.told)}", "yellow"), soft_wrap=True)
    last = words["summary"]["wrong" if problems else "well"][language].format(count=problems)
    console.print(Text(last, "bold red" if problems else "bold green"))
    return 1 if problems else 0


def findings() -> Iterator[Finding]:
    """One of each check, in order. A check that cannot be made is a finding too; without settings there are no others."""
    try:
        yield _settings()
    except NightdeskError as error:
        yield wrong("setting", error=error)
        return
    for check in CHECKS:
        try:
            yield check()
        except Exception as error:
            yield wrong("broken", error=f"{check.__name__.strip('_')}: {type(error).__name__}: {error}")


def _settings() -> Finding:
    settings = bootstrap.settings()
    for read in ("robots_file", "public_address", "path", "frame_ancestors", "chatwoot_teams_by_queue", "proxies"):
        getattr(settings, read)
    for read in ("redis_url", "workers", "actions_url", "is_private", "endpoints_file"):
        getattr(settings, read)
    _ = settings.log_format
    names = bootstrap.unknown_settings()
    return wrong("settings", names=", ".join(names)) if names else well("settings")


def _data() -> Finding:
    folder = bootstrap.settings().data
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return wrong("data", path=folder, why=error.strerror)
    free = shutil.disk_usage(folder).free / 1e9
    told: dict[str, Any] = {"path": folder, "free": f"{free:.1f}"}
    return well("data", **told) if free >= LEAST_FREE else wrong("data", why=f"{free:.1f} GB", **told)


def _secrets() -> Finding:
    """The folder holds what buyers wrote, the secrets open everything; the robots' file is looked at with the robots."""
    folder = bootstrap.settings().data
    if folder.stat().st_mode & stat.S_IRWXO:
        return wrong("secrets", "folder", "folder_do", names=folder)
    readable = [str(one) for one in folder.glob("*.secret") if one.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    return wrong("secrets", names=" ".join(readable)) if readable else well("secrets")


# --- the database ------------------------------------------------------------------------------------------------


def _database() -> Finding:
    """Changes nothing: it is the start that brings a database up to date."""
    from bot.adapters.migrations import latest, present

    if _no_database_yet():
        return well("database", "new")
    try:
        with _raw_database().reading() as connection:
            form = present(connection)
    except NightdeskError as error:
        return wrong("database", error=error)
    return well("database", form=form) if form == latest() else wrong("form", form=form or "–", wanted=latest())


def _no_database_yet() -> bool:
    settings = bootstrap.settings()
    return not settings.database and not (settings.data / "nightdesk.sqlite").is_file()


def _raw_database() -> Any:
    from bot.adapters.database import Database

    return Database(bootstrap.settings().database_url)


def _clock() -> Finding:
    from bot.adapters.tables import messages

    now = bootstrap.desk().now
    told: dict[str, Any] = {"now": f"{now:%Y-%m-%d %H:%M %Z}", "zone": now.tzinfo}
    if bootstrap.settings().clock:
        return wrong("clock", "set", "set_do", **told)
    if not _no_database_yet():
        with _raw_database().reading() as connection:
            newest = connection.execute(sa.select(sa.func.max(messages.c.at))).scalar()
        if newest and datetime.fromisoformat(newest) > now + AHEAD:
            last = datetime.fromisoformat(newest).astimezone(now.tzinfo)
            return wrong("clock", **told, last=f"{last:%Y-%m-%d %H:%M}")
    return well("clock", **told)


def _outbox() -> Finding:
    from bot.adapters.outbox import Outbox

    if _no_database_yet():
        return well("outbox")
    stuck = Outbox(_raw_database()).unsent()
    if not stuck:
        return well("outbox")
    return wrong("outbox", count=len(stuck), robot=stuck[0]["robot"], error=stuck[0]["error"] or "")


# --- the shop ----------------------------------------------------------------------------------------------------


def _shop() -> Finding:
    try:
        shop = bootstrap.live_shop().current()
    except NightdeskError as error:
        return wrong("shop", error=error)
    return well("shop", products=len(shop.products), skus=len(shop.by_sku))


def _stock() -> Finding:
    try:
        inventory, skus = bootstrap.inventory(), tuple(bootstrap.live_shop().current().by_sku)[:3]
        inventory.stock(skus)
    except NightdeskError as error:
        return wrong("stock", error=error)
    return well("stock", source=inventory.source)


def _model() -> Finding:
    path = model_path(bootstrap.settings().models)
    return well("model", name=path.name) if path.is_file() else wrong("model", name=path.name)


def _robots() -> Finding:
    from bot.adapters.robots import Robots
    from bot.adapters.robots.addresses import Addresses

    known = bootstrap.live_shop().current().robots
    try:
        robots = Robots(Addresses(bootstrap.settings().robots_file))
    except NightdeskError as error:
        return wrong("robots", error=error)
    lacking = [f"{robot.name} ({lack})" for robot in known if (lack := robots.lacks(robot))]
    return wrong("robots", error=", ".join(lacking)) if lacking else well("robots", count=len(known))


def _chatwoot() -> Finding:
    if not bootstrap.settings().chatwoot_url:
        return well("chatwoot", "none")
    try:
        allowed = bootstrap.chatwoot_client().probe()
    except NightdeskError as error:
        return wrong("chatwoot", error=error)
    lacking = [call for call in ("message", "status") if not allowed.get(call)]
    return wrong("chatwoot", error=", ".join(lacking)) if lacking else well("chatwoot")


# --- the processes -----------------------------------------------------------------------------------------------


def _ports() -> Finding:
    """A port is ours where what answers there does so as we do."""
    settings = bootstrap.settings()
    ours = {
        settings.port: f"{settings.front_url}/healthz",
        settings.rasa_port: f"{settings.rasa_url}/webhooks/front/",
        settings.rasa_second_port: f"{settings.private_url(settings.rasa_second_port)}/webhooks/front/",
        settings.actions_port: f"{settings.private_url(settings.actions_port)}/health",
    }
    for port, address in ours.items():
        if _taken(address) and not _answers(address):
            return wrong("ports", port=port)
    return well("ports", ports=", ".join(map(str, ours)))


def _taken(url: str) -> bool:
    where = urlsplit(url)
    with suppress(OSError), socket.create_connection((where.hostname, where.port or 80), timeout=1):
        return True
    return False


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False


def _loopback() -> Finding:
    settings = bootstrap.settings()
    for address, port in listening() if settings.is_private else ():
        ours = (settings.rasa_port, settings.rasa_second_port, settings.actions_port)
        if port in ours and not ip_address(address).is_loopback:
            return wrong("loopback", port=port, address=address)
    return well("loopback")


def listening(folder: Path = Path("/proc/net")) -> Iterator[tuple[str, int]]:
    """The addresses and ports at which something listens, as Linux tells them; none elsewhere."""
    for name, family, size in (("tcp", socket.AF_INET, 4), ("tcp6", socket.AF_INET6, 16)):
        file = folder / name
        for line in file.read_text().splitlines()[1:] if file.is_file() else ():
            local, state = line.split()[1], line.split()[3]
            if state == "0A":
                host, port = local.split(":")
                words = [bytes.fromhex(host[i : i + 8])[::-1] for i in range(0, size * 2, 8)]
                yield socket.inet_ntop(family, b"".join(words)), int(port, 16)


def _redis() -> Finding:
    from redis import Redis, RedisError

    url = bootstrap.settings().redis_url
    if not url:
        return well("redis", "none")
    try:
        Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3).ping()
    except (RedisError, OSError) as error:
        return wrong("redis", error=type(error).__name__)
    return well("redis")


def _workers() -> Finding:
    away = [url for url in bootstrap.settings().workers if not _answers(f"{url}/webhooks/front/")]
    return wrong("workers", names=" ".join(away)) if away else well("workers")


def _running() -> Finding:
    try:
        told = requests.get(f"{bootstrap.settings().front_url}/readyz", timeout=5).json()
    except (requests.RequestException, ValueError):
        return well("running", "off")
    if told.get("ready"):
        return well("running")
    parts = [f"{name} {state}" for name, state in told.get("parts", {}).items() if state != "ready"]
    return wrong("running", parts=", ".join(parts))


CHECKS: tuple[Callable[[], Finding], ...] = (
    _data,
    _secrets,
    _database,
    _shop,
    _clock,
    _stock,
    _model,
    _robots,
    _outbox,
    _chatwoot,
    _ports,
    _loopback,
    _redis,
    _workers,
    _running,
)
