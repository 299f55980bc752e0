"""Starts front, Rasa and actions, says when they are ready and where, and keeps them running (bot/supervisor.py)."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from errno import EADDRINUSE

import requests
from rich.console import Console

from bot import bootstrap
from bot.adapters.logs import set_up
from bot.adapters.processes import ONE_THREAD, QUIET_AND_FAST
from bot.ports import SettingError
from bot.settings import CHANNELS_HOST, PREFIX, WORK, unknown
from bot.supervisor import Program, Supervisor, listen_to_signals, printer
from bot.training import train_if_needed

READY_WITHIN = 180
FREE_WITHIN = 5.0
"""Seconds in which what ran before may give its ports back."""


def run() -> int:
    """Blocks until everything has ended: by a signal, or because a process cannot be started at all, whose exit code it
    gives. Raises SettingError where a port cannot be listened on."""
    console = Console(highlight=False)
    settings = bootstrap.settings()
    for name in unknown(os.environ):
        console.print(f"[yellow]{name} is no setting; `nightdesk settings` lists them.[/yellow]")
    if settings.is_alone:
        bootstrap.workbench().recover()
    _check_ports()
    model = str(train_if_needed(settings.models))
    set_up(settings.log_format, "run", "bot.supervisor")
    programs = _programs(model)
    supervisor = Supervisor(programs, process_environment(), printer([program.name for program in programs]))
    listen_to_signals(supervisor)
    threading.Thread(target=_announce, args=(console,), daemon=True).start()
    return supervisor.run()


def _programs(first_model: str) -> list[Program]:
    """Rasa is kept by a process of its own, which ends with it. Started again, it takes the model of what is live then."""
    settings, standby = bootstrap.settings(), bootstrap.standby()
    addresses = {
        "front": lambda: f"{settings.front_url}/healthz",
        "rasa": lambda: f"{standby.url()}/webhooks/front/",
        "actions": lambda: f"{settings.private_url(settings.actions_port)}/health",
    }
    found = {**commands(first_model), "rasa": [sys.executable, "-m", "bot.keeper", first_model]}
    return [Program(name, command, addresses.get(name)) for name, command in found.items()]


def _check_ports() -> None:
    """Raises SettingError with the port and its setting where it cannot be listened on, or where two name the same."""
    until = time.monotonic() + FREE_WITHIN
    seen: dict[tuple[str, int], str] = {}
    for setting, host, port in _ports():
        if other := seen.get((host, port)):
            raise SettingError(f"Port {port} is both {other} and {setting}; choose another one for one of them.")
        seen[host, port] = setting
        while (error := _cannot_listen(host, port)) and error.errno == EADDRINUSE and time.monotonic() < until:
            time.sleep(0.2)
        if error and error.errno == EADDRINUSE:
            raise SettingError(f"Port {port} belongs to another program; end that, or choose another one by {setting}.")
        if error:
            raise SettingError(f"Nothing can listen on port {port} ({setting}) of {host}: {error.strerror}.")


def _ports() -> Iterator[tuple[str, str, int]]:
    """What the processes will listen on: the setting of the port, the host and the port."""
    settings = bootstrap.settings()
    private = ("rasa_port", "rasa_second_port", "actions_port")
    hosts = {"port": settings.host, **dict.fromkeys(private, settings.private_host)}
    if settings.channels_file.is_file():
        hosts["channels_port"] = CHANNELS_HOST
    for name, host in hosts.items():
        yield f"{PREFIX}{name.upper()}", host, getattr(settings, name)


def _cannot_listen(host: str, port: int) -> OSError | None:
    """Why nothing can listen there now."""
    try:
        (family, kind, _, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None


def process_environment() -> dict[str, str]:
    """What the processes share, the secret of their private line among it."""
    settings = bootstrap.settings()
    return {
        **os.environ,
        **QUIET_AND_FAST,
        "RASA_ACTIONS_URL": settings.actions_url,
        "RASA_LINE_TOKEN": bootstrap.rasa_token(),
        "RASA_LINE_LOGS": settings.log_format,
        "SANIC_HOST": settings.private_host,
        "PYTHONUNBUFFERED": "1",
        **ONE_THREAD,
    }


def commands(model: str) -> dict[str, list[str]]:
    """The processes by name. The front alone listens to more than this machine. `channels`: where channels.yml is."""
    settings = bootstrap.settings()
    found = {
        "front": [sys.executable, "-m", "bot.serve"],
        "rasa": rasa_command(model, settings.rasa_port),
        "actions": [sys.executable, "-m", "bot.skill.server", str(settings.actions_port)],
    }
    if settings.channels_file.is_file():
        found["channels"] = [sys.executable, "-m", "bot.channels"]
    return found


def rasa_command(model: str, port: int) -> list[str]:
    settings = bootstrap.settings()
    where = [settings.private_host, str(settings.endpoints_file)]
    return [sys.executable, "-m", "bot.engine.serve", model, str(port), *where]


def run_part(part: str) -> None:
    """Becomes one of the processes, where each runs by itself, as in a container. Rasa's model is trained if need be."""
    settings = bootstrap.settings()
    model = train_if_needed(settings.models) if part == "rasa" else settings.models
    environment = process_environment()
    os.chdir(WORK)
    command = commands(str(model))[part]
    os.execve(command[0], command, environment)


def wait_until_ready(seconds: float) -> bool:
    """Whether /readyz answered 200 within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if requests.get(f"{bootstrap.settings().front_url}/readyz", timeout=2).ok:
                return True
        except requests.RequestException:
            pass
        time.sleep(0.3)
    return False


def _announce(console: Console) -> None:
    began = time.monotonic()
    with console.status("starting …"):
        ready = wait_until_ready(READY_WITHIN)
    if not ready:
        console.print("[red]It did not become ready; the lines above say why.[/red]")
        return
    settings = bootstrap.settings()
    address = settings.front_url
    password = _shown(console, "desk_password", bootstrap.first_password())
    token = _shown(console, "api_token", bootstrap.api_token())
    demo = f"  shop    {address}/demo        (the widget on a page of the demo shop)\n" if settings.demo else ""
    console.print(
        f"\n[green]Nightdesk is ready[/green] ({time.monotonic() - began:.0f} s)\n"
        f"  chat    {address}/chat\n"
        f"{demo}"
        f"  desk    {address}/desk        (name: lead, password: {password})\n"
        f"  API     {address}/api/messages  token: {token}\n"
        "Ctrl-C stops everything.\n",
        soft_wrap=True,
    )


def _shown(console: Console, name: str, secret: str) -> str:
    """Secrets are shown to who sits at the terminal; where the output is kept, as a service's is, only where they stand."""
    if console.is_terminal:
        return secret
    file = bootstrap.settings().data / f"{name}.secret"
    return f"in {file}" if file.is_file() else f"NIGHTDESK_{name.upper()}"
