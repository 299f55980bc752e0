"""Connections that end after so many seconds in all, whatever the other side does."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

for name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(name).setLevel(logging.ERROR)  # its warnings show the whole address, and with it the key


class PrivateAddress(HTTPError):
    """The address leads to a machine of one's own network."""


class Bounded(HTTPAdapter):
    """Ends a connection after so many seconds in all. The time-out of requests counts anew with every byte, so that
    a service which sends one every few seconds would hold the line for hours."""

    def __init__(self, seconds: float, public: bool = False):
        """`public`: nothing is said to a machine of one's own network, whatever its name leads to."""
        self._seconds, self._public = seconds, public
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._seconds, self._public)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _pools(self._seconds, False)  # the proxy is of one's own network
        return manager


def _pools(seconds: float, public: bool) -> dict[str, type]:
    class Http(_Ending, HTTPConnection):
        lasts, wants_public = seconds, public

    class Https(_Ending, HTTPSConnection):
        lasts, wants_public = seconds, public

    class HttpPool(HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = Https

    return {"http": HttpPool, "https": HttpsPool}


class _Ending(HTTPConnection):
    """A connection that is cut off `lasts` seconds after it was made."""

    lasts: float
    wants_public: bool
    _end: threading.Timer | None = None

    def _new_conn(self) -> socket.socket:
        """Looks at whom it reached, not at the name, which may lead elsewhere the next moment."""
        line = super()._new_conn()
        if self.wants_public and not ip_address(line.getpeername()[0].partition("%")[0]).is_global:
            line.close()
            raise PrivateAddress
        return line

    def connect(self) -> None:
        super().connect()
        self._end = threading.Timer(self.lasts, _cut, [self.sock])
        self._end.daemon = True
        self._end.start()

    def close(self) -> None:
        if self._end is not None:
            self._end.cancel()
        super().close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it has ended already
        line.shutdown(socket.SHUT_RDWR)
