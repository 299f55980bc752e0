"""Starts the front: `python -m bot.serve`."""

from __future__ import annotations

import uvicorn

from bot import bootstrap
from bot.adapters.logs import set_up


def main() -> None:
    settings = bootstrap.settings()
    set_up(settings.log_format, "front")
    uvicorn.run(
        bootstrap.front_app(),
        host=settings.host,
        port=settings.port,
        root_path=settings.path,
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.proxies,
        server_header=False,
        ws="none",
    )


if __name__ == "__main__":
    main()
