"""Starts the action server: `python -m bot.skill.server PORT`. It listens to this machine alone, unless
NIGHTDESK_PRIVATE_HOST says otherwise. It offers the skill's action and those
of a package `actions` in the folder where it is started."""

from __future__ import annotations

import hmac
import sys
from collections.abc import Callable
from importlib.util import find_spec

from rasa_sdk.endpoint import create_app
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot import bootstrap
from bot.adapters.logs import set_up
from bot.skill import actions


def main() -> None:
    set_up(bootstrap.settings().log_format, "actions")
    bootstrap.desk()
    app = create_app("actions" if find_spec("actions") else actions.__name__, cors_origins="")
    app.register_middleware(for_rasa_alone(bootstrap.rasa_token()), "request")
    app.run(bootstrap.settings().private_host, int(sys.argv[1]), workers=1, access_log=False, motd=False)


def for_rasa_alone(token: str) -> Callable[[Request], HTTPResponse | None]:
    """Refuses other programs of this machine; whether it is there, everybody may ask."""

    def check(request: Request) -> HTTPResponse | None:
        given = request.headers.get("authorization", "").encode("utf-8", "replace")
        if request.path == "/health" or hmac.compare_digest(given, f"Bearer {token}".encode()):
            return None
        return json({"error": "the token is missing or wrong"}, status=401)

    return check


if __name__ == "__main__":
    main()
