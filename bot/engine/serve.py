"""Starts Rasa: `python -m bot.engine.serve MODEL PORT HOST ENDPOINTS` (bot/run.py: rasa_command).

It is `rasa run` without what a server of one channel does not use: the commands, the HTTP API, the channels of others,
TensorFlow (bot/engine/lean.py). `rasa run` itself works in this folder as well.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
from pathlib import Path
from typing import Any

from bot.engine.lean import import_less, work_less
from bot.settings import ROOT

IDLE_SECONDS = 3600
"""The front's connections stay open through quiet hours."""


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    import_less()
    model, port, host, endpoints = sys.argv[1:]
    app = make_app(Path(model), Path(endpoints))
    app.run(host, int(port), workers=1, access_log=False, motd=False)


def make_app(model: Path, endpoints_file: Path) -> Any:
    """The Sanic application over the channels of credentials.yml and the endpoints of a file."""
    from rasa.core.agent import load_agent
    from rasa.core.channels.channel import register
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.utils.common import class_from_module_path
    from rasa.shared.utils.io import read_config_file
    from sanic import Sanic

    from bot.engine.calling import ActionsEndpoint

    work_less()
    endpoints = AvailableEndpoints.read_endpoints(str(endpoints_file))
    endpoints.action = ActionsEndpoint(endpoints.action)
    app = Sanic("rasa", configure_logging=False)
    app.config.KEEP_ALIVE_TIMEOUT = IDLE_SECONDS
    channels = read_config_file(ROOT / "credentials.yml")
    register(
        [class_from_module_path(name).from_credentials(told) for name, told in channels.items()], app, "/webhooks/"
    )

    @app.before_server_start
    async def load(app: Sanic, loop: Any) -> None:
        app.ctx.agent = await load_agent(str(model), endpoints=endpoints, loop=loop)
        if not app.ctx.agent.is_ready():
            raise SystemExit(f"The model {model.name} could not be loaded; the lines above say why.")
        give_back()

    @app.after_server_stop
    async def close(*_: Any) -> None:
        await endpoints.action.close()

    return app


def give_back() -> None:
    """Hands the memory that loading took and does not need any more back to the system, where its library can (glibc)."""
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


if __name__ == "__main__":
    main()
