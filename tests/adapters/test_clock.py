"""The clock: real, fixed, or in a file."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.adapters.clock import SetClock, SystemClock
from bot.ports import SettingError

TIME = "2026-11-21T21:30:00+08:00"


def test_the_real_clock_is_aware_and_now() -> None:
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(timezone.utc)) < timedelta(minutes=1)


def test_a_fixed_time_stands() -> None:
    clock = SetClock(TIME)
    assert clock.now() == clock.now() == datetime.fromisoformat(TIME)


def test_a_file_is_read_at_each_use(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text(f" {TIME}\n")
    clock = SetClock(str(path))
    assert clock.now().hour == 21
    path.write_text("2026-11-22T09:00:00+08:00")
    assert clock.now().hour == 9


@pytest.mark.parametrize("wrong", ["soon", "", "2026-13-01T00:00:00+08:00", "21:30"])
def test_a_wrong_time_is_said_with_its_value(wrong: str) -> None:
    with pytest.raises(SettingError, match="NIGHTDESK_CLOCK") as caught:
        SetClock(wrong)
    assert wrong in str(caught.value)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(SettingError, match=r"\+08:00"):
        SetClock("2026-11-21T21:30:00")


def test_a_file_that_turns_wrong_is_said(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    path.write_text(TIME)
    clock = SetClock(str(path))
    path.write_text("later")
    with pytest.raises(SettingError, match="later"):
        clock.now()
