"""Buyers' pictures: what they are is read from their bytes, never from what the sender says."""

from __future__ import annotations

import logging
import shutil
from datetime import datetime
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from bot.adapters.store import Store
from bot.front.problems import Problem

log = logging.getLogger(__name__)
KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
MOST_PIXELS = 40_000_000


LEAST_FREE = 300_000_000
"""Bytes that pictures leave free on the disk, so that messages can still be kept."""


class Pictures:
    """Kept as files under `folder` by unguessable ids, so that a picture is seen only by whom it was shown to."""

    def __init__(self, folder: Path, store: Store):
        self._folder, self._store = folder, store

    def add(self, conversation: str, body: bytes, now: datetime) -> str:
        """The new picture's id. Raises Problem where the bytes are no picture that browsers show."""
        kind = _kind(body)
        self._folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free < LEAST_FREE:
            log.error("picture_not_kept why=disk_full")
            raise Problem(503, "not_kept")
        picture = self._store.add_picture(conversation, kind, now)
        (self._folder / picture).write_bytes(body)
        return picture

    def find(self, picture: str) -> tuple[Path, str] | None:
        """The file of a picture and its media type."""
        known = self._store.picture(picture)
        path = self._folder / picture
        return (path, known["kind"]) if known and path.is_file() else None

    def belongs(self, picture: str, conversation: str) -> bool:
        known = self._store.picture(picture)
        return known is not None and known["conversation"] == conversation


def _kind(body: bytes) -> str:
    try:
        with Image.open(BytesIO(body)) as picture:
            width, height = picture.size
            kind = KINDS.get(picture.format or "")
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Problem(415, "not_a_picture") from None
    if kind is None or width * height > MOST_PIXELS:
        raise Problem(415, "not_a_picture")
    return kind
