"""Refusals in the words of `problems.json`: {"error": {"code", "message": {"zh", "en"}}}."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.responses import JSONResponse

WORDS = json.loads((Path(__file__).parent / "problems.json").read_text(encoding="utf-8"))


class Problem(Exception):
    """A request that is refused. `detail` names what was wrong, for whoever writes the client."""

    def __init__(self, status: int, code: str, detail: str = ""):
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


def problem(status: int, code: str, detail: str = "") -> JSONResponse:
    error = {"code": code, "message": WORDS[code]}
    if detail:
        error["detail"] = detail
    return JSONResponse({"error": error}, status_code=status)
