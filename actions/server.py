"""Starts the action server on this machine only: `python -m actions.server PORT`."""

from __future__ import annotations

import logging
import sys

from rasa_sdk.endpoint import create_app

from bot import bootstrap


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for noisy in ("rasa_sdk", "sanic", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    bootstrap.desk()
    create_app("actions", cors_origins="").run("127.0.0.1", int(sys.argv[1]), workers=1, access_log=False, motd=False)


if __name__ == "__main__":
    main()
