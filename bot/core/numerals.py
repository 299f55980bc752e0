"""Numbers as buyers write them: digits, Chinese numerals, and the shortened forms of speech (一百三 = 130)."""

from __future__ import annotations

import re

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5}
_DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_ENGLISH = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip

ENGLISH = f"(?:{'|'.join(_ENGLISH)})(?![a-z])"
CHINESE = "[零〇一二两俩三仨四五六七八九十百千万半]"
NUMBER = (
    rf"(?:(?<!\d)(?<!\d\.)\d{{1,9}}(?:\.\d{{1,4}})?(?!\d)|(?<!{CHINESE})(?<![几数]){CHINESE}{{1,12}}|"
    rf"(?<![a-z]){ENGLISH})"
)
"""A pattern for one whole number in folded text. It begins nowhere within a number, so that reading stays linear."""


def parse_number(text: str) -> float | None:
    """The value of a number that `NUMBER` matches, or None where the characters make none."""
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if text in _ENGLISH:
        return float(_ENGLISH[text])
    if text == "半":
        return 0.5
    if text.endswith("半"):
        whole = parse_number(text[:-1])
        return None if whole is None else whole + 0.5
    if is_about(text):
        return None
    if all(c in _DIGITS for c in text):
        return float("".join(str(_DIGITS[c]) for c in text)) if text else None
    return _with_units(text)


def is_about(text: str) -> bool:
    """Whether two neighbouring digits name no one number (两三个, 五六人): the second is the first and one."""
    return len(text) == 2 and all(c in _DIGITS for c in text) and _DIGITS[text[1]] - _DIGITS[text[0]] == 1


def _with_units(text: str) -> float | None:
    total, digit, last_unit = 0, 0, 10
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
            if character in "零〇":
                last_unit = 10
        elif character in _UNITS:
            last_unit = _UNITS[character]
            if last_unit == 10000:
                total = (total + digit or 1) * last_unit
            else:
                total += (digit or 1) * last_unit
            digit = 0
        else:
            return None
    shortened = digit and last_unit >= 100 and "零" not in text and "〇" not in text
    return float(total + (digit * last_unit // 10 if shortened else digit))
