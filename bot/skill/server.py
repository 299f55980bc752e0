"""Starts the action server on this machine only: `python -m bot.skill.server PORT`. It offers the skill's action and those
of a package `actions` in the folder where it is started."""

from __future__ import annotations

import logging
import sys
from importlib.util import find_spec

from rasa_sdk.endpoint import create_app

from bot import bootstrap
from bot.skill import actions


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for noisy in ("rasa_sdk", "sanic", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    bootstrap.desk()
    package = "actions" if find_spec("actions") else actions.__name__
    create_app(package, cors_origins="").run("127.0.0.1", int(sys.argv[1]), workers=1, access_log=False, motd=False)


if __name__ == "__main__":
    main()
