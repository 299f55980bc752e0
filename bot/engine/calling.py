"""How Rasa asks the actions: over connections that stay open, with the latest message instead of all events."""

from __future__ import annotations

import json
from typing import Any, Optional

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig, concat_url


class ActionsEndpoint(EndpointConfig):
    """Rasa's opens a session, and so a connection, for each call."""

    def __init__(self, endpoint: EndpointConfig) -> None:
        super().__init__(**{name: getattr(endpoint, name) for name in _KEPT}, **endpoint.kwargs)
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Optional[Any]:
        """As the parent's; raises ClientResponseError for a status of 400 and above."""
        given = kwargs.get("json")
        if isinstance(given, dict) and "tracker" in given:
            kwargs["json"] = {**given, "tracker": {**given["tracker"], "events": []}}
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers=self.headers,
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_OPEN_FOR),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        url = concat_url(self.url, subpath)
        async with self._session.request(method, url, params=self.combine_parameters(kwargs), **kwargs) as response:
            body = await response.read()
            if response.status >= 400:
                raise ClientResponseError(response.status, response.reason, body)
            return json.loads(body)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


_OPEN_FOR = 4
"""Seconds that an idle connection is kept: less than the actions keep it (Sanic: 5), so that none is used as it closes."""

_KEPT = ("url", "params", "headers", "basic_auth", "token", "token_name", "cafile")
