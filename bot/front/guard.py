"""What every request passes: a limit to its size, and headers that keep a browser from harm."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.front.problems import Problem

LARGEST_BODY = 256 * 1024
LARGEST_PICTURE = 8 * 1024 * 1024
LARGEST_SPREADSHEET = 21 * 1024 * 1024
_LARGER = {"/chat/pictures": LARGEST_PICTURE, "/workbench/upload": LARGEST_SPREADSHEET}
"""By the end of the path."""

_POLICY = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {}"


class SmallBodies:
    """Refuses a body over the limit, whatever its header says."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = next((most for end, most in _LARGER.items() if scope["path"].endswith(end)), LARGEST_BODY)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise Problem(413, "too_large")
            return message

        await self._app(scope, counted, send)


class SecurityHeaders:
    """The chat may be framed by `ancestors` (sources as a content security policy writes them); nothing else may."""

    def __init__(self, app: ASGIApp, ancestors: str):
        self._app, self._ancestors = app, ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = security_headers(scope, self._ancestors)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                pairs = ((name.encode(), value.encode()) for name, value in headers.items())
                message["headers"] = [*message.get("headers", []), *pairs]
            await send(message)

        await self._app(scope, receive, with_headers)


def security_headers(scope: Scope, ancestors: str) -> dict[str, str]:
    """What every answer tells the browser. Other sites may load the widget's script and show the chat; nothing else."""
    path = scope.get("path", "")
    chat = path.endswith("/chat")
    headers = {
        "content-security-policy": _POLICY.format(ancestors if chat else "'none'"),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "cross-origin" if chat or path.endswith("/widget.js") else "same-origin",
    }
    if not chat:
        headers["x-frame-options"] = "DENY"  # for browsers that know no frame-ancestors
    if scope.get("scheme") == "https":
        headers["strict-transport-security"] = "max-age=31536000"
    return headers
