"""Refusals in the words of `problems.json`: {"error": {"code", "message": {"zh", "en"}}}."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from starlette.responses import JSONResponse

WORDS = json.loads((Path(__file__).parent / "problems.json").read_text(encoding="utf-8"))


class Problem(Exception):
    """A request that is refused. `detail` names what was wrong, for whoever writes the client."""

    def __init__(self, status: int, code: str, detail: str = "", headers: Mapping[str, str] | None = None):
        super().__init__(code)
        self.status, self.code, self.detail, self.headers = status, code, detail, dict(headers or {})


def problem(status: int, code: str, detail: str = "") -> JSONResponse:
    error = {"code": code, "message": WORDS[code]}
    if detail:
        error["detail"] = detail
    return JSONResponse({"error": error}, status_code=status)
