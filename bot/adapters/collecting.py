"""Python's collector of garbage, kept away from the tables of a large shop."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_builders = 0


@contextmanager
def large_tables() -> Iterator[None]:
    """For the building of tables that stay. The collector would look at their millions of objects again and again (with
    100,000 products that took three quarters of the time, and pauses of 70 ms afterwards): it waits until they are
    built, and passes over what is there then. They hold no cycles, so they go with their last reference.
    """
    global _builders
    with _lock:
        _builders += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _builders -= 1
            if not _builders:
                gc.freeze()
                gc.enable()
