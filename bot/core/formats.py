"""Facts as they read in a sentence: money, days, lists, goods. Formats only, no words of the shop's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from bot.core.shop import Product, Shop
from bot.core.types import Language

_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR = {"zh": ("今天", "明天", "后天"), "en": ("today", "tomorrow")}


def money(amount: Decimal) -> str:
    """¥129, ¥12.50."""
    plain = amount.quantize(Decimal("0.01"))
    return f"¥{plain.to_integral_value()}" if plain == plain.to_integral_value() else f"¥{plain}"


def money_range(amounts: Iterable[Decimal]) -> str:
    """¥129, or ¥129–¥189 where they differ."""
    ends = sorted(set(amounts))
    return "–".join(money(amount) for amount in (ends[:1] + ends[1:][-1:]))


def day(value: date, today: date, language: Language) -> str:
    """A day as people say it: 明天, 11月24日周二, tomorrow, Tue 24 Nov."""
    ahead = (value - today).days
    if 0 <= ahead < len(_NEAR[language]):
        return _NEAR[language][ahead]
    weekday = _WEEKDAYS[language][value.weekday()]
    if language == "zh":
        return f"{value.month}月{value.day}日（周{weekday}）"
    return f"{weekday} {value.day} {_MONTHS[value.month - 1]}"


def moment(value: datetime, now: datetime, language: Language) -> str:
    """A moment as people say it: 明早 9:00, 11月23日（周一）9:00, tomorrow at 9:00."""
    clock = f"{value.hour}:{value.minute:02d}"
    if language == "zh" and (value.date() - now.date()).days == 1 and value.hour < 12:
        return f"明早 {clock}"
    said = day(value.date(), now.date(), language)
    return f"{said} {clock}" if language == "zh" else f"{said} at {clock}"


def listing(items: Iterable[str], language: Language, last: str = "and") -> str:
    """A、B、C or A, B and C, each once; `last` is the English word before the last."""
    listed = list(dict.fromkeys(items))
    if language == "zh" or len(listed) < 2:
        return "、".join(listed)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}"


def size_name(size: str, language: Language) -> str:
    if language == "zh" and (size.isdigit() or size.strip("X") in ("S", "M", "L", "X", "")):
        return f"{size}码"
    return size


def sizes(listed: list[str], language: Language) -> str:
    """S、M; 26、27码; 26 and 27."""
    joined = listing(listed, language)
    return f"{joined}码" if language == "zh" and listed and listed[-1].isdigit() else joined


def variant_name(shop: Shop, colour: str | None, size: str | None, language: Language) -> str:
    """黑色 M码, black M; empty where neither is given."""
    parts = []
    if colour:
        parts.append(shop.colours[colour].name[language] if colour in shop.colours else colour)
    if size:
        parts.append(size_name(size, language))
    return " ".join(parts)


def item(shop: Shop, product: Product, colour: str | None, size: str | None, language: Language) -> str:
    """The product's name with what was chosen of it."""
    chosen = variant_name(shop, colour, size, language)
    if not chosen:
        return product.name[language]
    return f"{product.name[language]} {chosen}" if language == "zh" else f"{product.name[language]} ({chosen})"


def number(value: float) -> str:
    return f"{value:g}"
