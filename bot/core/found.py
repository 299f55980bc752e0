"""What the finders of measures share: the value they give, and the units that say what a number counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Found:
    """A measure: `name` as the entity is called, `value` in our units, and its span."""

    name: str
    value: Any
    start: int
    end: int
    extra: dict[str, Any] | None = None

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def overlaps(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    """Whether the span shares a character with any of the others."""
    return any(span[0] < end and start < span[1] for start, end in taken)


PIECES = "件|台|套|条|只|双|把|箱|包|盒|瓶|份|支|张|床|部|个|单|本|袋|罐|根|对"
"""Counter words of goods."""

_UNITS_ZH = (
    "公分|厘米|釐米|毫米|米|寸|公斤|千克|斤|克|毫克|磅|升|毫升|瓦|千瓦|伏|安|赫兹|分贝|毫安|度|摄氏|人|口|位|岁|天|日|号|月|年|周|星期|礼拜|小时|钟头|钟|分钟|"
    "分|秒|点|时|期|折|码|层|档|片|次|遍|回|寸|支|楼|路|栋|室|倍|圈|转|帕|种|款|色|家|元店|多|颗|粒|枚|页|目|针|股|孔|档|平"
)
_UNITS_EN = (
    r"cm|mm|m|km|kgs?|g|mg|lbs?|oz|ounces?|pounds?|stone|st|ft|feet|foot|inch(?:es)?|in(?=\s*(?:wide|tall|long|high))|l|ml|lit(?:re|er)s?|w|kw|watts?|v|volts?|"
    r"hz|db|decibels?|mah|degrees?|c|f|k|p|gb|h|hours?|hrs?|mins?|minutes?|secs?|seconds?|days?|weeks?|months?|years?|"
    r"yrs?|nights?|am|pm|th|nd|rd|people|persons?|adults|kids|guests|of us|pax|times|percent|cups?|servings?|xl"
)
UNIT = rf"(?:(?:{_UNITS_ZH})|(?:{_UNITS_EN})(?![a-z])|[%°℃:：/'\"′″]|[-–~]\d)"
"""A unit right behind a number that makes it neither money nor pieces nor a size by number."""
