"""Starts front, Rasa and actions, says when they are ready and where, and stops them together."""

from __future__ import annotations

import os
import shlex
import sys
import threading
import time

import requests
from honcho.manager import Manager
from honcho.printer import Printer
from rich.console import Console

from bot import bootstrap
from bot.adapters.processes import ONE_THREAD, QUIET_AND_FAST
from bot.settings import WORK, unknown
from bot.training import train_if_needed

READY_WITHIN = 180


def run() -> int:
    """Blocks until everything has ended. Gives the exit code of the first process that failed, else 0."""
    console = Console(highlight=False)
    settings = bootstrap.settings()
    for name in unknown(os.environ):
        console.print(f"[yellow]{name} is no setting; `nightdesk settings` lists them.[/yellow]")
    bootstrap.workbench().recover()
    model = train_if_needed(settings.models)
    environment = process_environment()
    manager = Manager(Printer(sys.stdout))
    kept = {**commands(str(model)), "rasa": [sys.executable, "-m", "bot.keeper", str(model)]}
    for name, command in kept.items():
        manager.add_process(name, " ".join(map(shlex.quote, command)), env=environment, cwd=str(WORK))
    threading.Thread(target=_announce, args=(console,), daemon=True).start()
    manager.loop()
    return manager.returncode or 0


def process_environment() -> dict[str, str]:
    """What the three processes share, the secret of their private line among it."""
    settings = bootstrap.settings()
    return {
        **os.environ,
        **QUIET_AND_FAST,
        "RASA_ACTIONS_PORT": str(settings.actions_port),
        "RASA_LINE_TOKEN": bootstrap.secret("rasa_token"),
        "RASA_LINE_LOGS": settings.log_format,
        "SANIC_HOST": "127.0.0.1",
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
    return [sys.executable, "-m", "bot.engine.serve", model, str(port)]


def wait_until_ready(seconds: float) -> bool:
    """Whether /readyz answered 200 within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if requests.get(f"http://127.0.0.1:{bootstrap.settings().port}/readyz", timeout=2).ok:
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
    address = f"http://127.0.0.1:{settings.port}"
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
