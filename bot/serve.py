"""Starts the front: `python -m bot.serve`."""

from __future__ import annotations

import logging

import uvicorn

from bot import bootstrap


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    settings = bootstrap.settings()
    uvicorn.run(
        bootstrap.front_app(),
        host=settings.host,
        port=settings.port,
        root_path=settings.path,
        log_level="warning",
        access_log=False,
        proxy_headers=True,
        server_header=False,
        ws="none",
    )


if __name__ == "__main__":
    main()
