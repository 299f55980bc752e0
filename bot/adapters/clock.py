"""The clock: the real one, a fixed time, or a time in a file, so that tests and trials can be at any hour."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from bot.ports import SettingError


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(timezone.utc)


class SetClock:
    """Stands at the time that `setting` is, or that the file it names holds, read at each use."""

    def __init__(self, setting: str):
        self._setting = setting
        self.now()

    def now(self) -> datetime:
        path = Path(self._setting)
        text = path.read_text(encoding="utf-8").strip() if path.is_file() else self._setting
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise SettingError(
                f"NIGHTDESK_CLOCK is “{text}”; a time such as 2026-11-21T21:30:00+08:00, or a file that holds one, is wanted."
            ) from None
        if moment.tzinfo is None:
            raise SettingError(f"NIGHTDESK_CLOCK is “{text}”; it has no time zone, write +08:00 behind it.")
        return moment
