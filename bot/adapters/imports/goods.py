"""What a source states of its products, in its own words, before any of it becomes the shop's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser

from bot.adapters.inventories.reading import SAME_CURRENCY, number
from bot.core.shop import CURRENCY
from bot.core.text import is_foreign, language_of
from bot.ports import NightdeskError

LONGEST_FACT = 80
"""Characters; what is longer is a text and no plain field."""

LONGEST_TEXT = 4000
_LARGEST_PRICE = 10**7
_MONEY = re.compile(r"(?P<before>[^\d.,+-]*?)\s*(?P<number>[+-]?[\d.,]+)\s*(?P<behind>[^\d.,]*)")
_FOREIGN = re.compile(r"[A-Z]{3}|[A-Z]{0,3}[$€£₩₹฿₫₽]")
_TAG = re.compile(r"</?[A-Za-z][^>]*>")
_BLOCKS = ("p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol")


class NotImported(NightdeskError):
    """A source that cannot be imported: the message says where, why, and what to do. Nothing was written."""


@dataclass(frozen=True)
class Gap:
    """Something that a person has to fill in or look at. `kind` stands in words.yml; `product`: empty if it is the
    shop's. `values` fill the kind's braces."""

    kind: str
    product: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """What can be bought. `options`: the names and values that tell it apart. Empty: the source does not say."""

    sku: str
    options: tuple[tuple[str, str], ...] = ()
    price: str = ""
    stock: str = ""
    weight: str = ""
    where: str = ""


@dataclass(frozen=True)
class Good:
    """A product. `names`: by language. `categories`: paths, the broadest part first. `facts`: names and values of plain
    fields. `text`: the description, for people alone."""

    id: str
    names: Mapping[str, str]
    items: tuple[Item, ...]
    categories: tuple[tuple[str, ...], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    text: str = ""
    where: str = ""
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """All of a source. `currency`: None where it names none. `columns`: which column was read as what."""

    system: str
    goods: tuple[Good, ...]
    currency: str | None = None
    gaps: tuple[Gap, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    not_read: tuple[str, ...] = ()


def left_out_gap(names: Sequence[str]) -> tuple[Gap, ...]:
    """What the source holds and does not sell; none where that is nothing."""
    if not names:
        return ()
    shown = ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
    return (Gap("left_out", values={"count": str(len(names)), "names": shown}),)


def named(text: str) -> dict[str, str]:
    """A name by the language that it is in; one without words (a model number) is in both."""
    text = plain_text(text)
    language = language_in(text)
    return {language: text} if language else {"zh": text, "en": text} if text else {}


def language_in(text: str) -> str | None:
    """zh, en, or other (kana, Cyrillic, …); None where no word stands (a model number, 4.6 kg). Other than in buyers'
    messages, “crew-neck T-shirt” is English here, and a unit no word."""
    if is_foreign(text):
        return "other"
    if language_of(text) == "zh":
        return "zh"
    return "en" if re.search("[A-Za-z]{3}", text) else None


def one_line(text: object) -> str:
    """A cell's text on one line; a mark that makes a spreadsheet calculate is no part of it."""
    line = " ".join(str("" if text is None else text).replace("\0", "").split())
    return line.lstrip("=@") if line[:1] in "=@" else line


def without_marks(text: str) -> str:
    """An HTML text as plain lines, LONGEST_TEXT characters at most."""
    if "<" not in text and "&" not in text:
        return text.strip()[:LONGEST_TEXT]
    reader = _Plain()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return "\n".join(line for line in lines if line)[:LONGEST_TEXT]


def plain_text(text: str) -> str:
    """A name or a value on one line, without HTML."""
    return one_line(unescape(_TAG.sub(" ", text))) if "<" in text or "&" in text else one_line(text)


def price(text: str) -> tuple[Decimal | None, str | None]:
    """The amount, None where it is none, and the currency that is written beside it, None where none is."""
    found = _MONEY.fullmatch(one_line(text))
    if found is None:
        return None, None
    amount = number(found["number"])
    right = amount is not None and 0 < amount < _LARGEST_PRICE
    beside = f"{found['before']}{found['behind']}".strip()
    if not beside or currency_of(beside) is not None:
        return (amount if right else None), currency_of(beside)
    return None, None


def currency_of(text: str) -> str | None:
    """The shop's currency or another one; None where the text names none."""
    word = one_line(text).upper()
    if word in SAME_CURRENCY:
        return CURRENCY
    return word if _FOREIGN.fullmatch(word) else None


def amount_text(amount: Decimal) -> str:
    """As the shop's tables write it: 399, 12.5."""
    return f"{amount.normalize():f}"


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in ("script", "style")
        self.found.append("\n" if tag in _BLOCKS else "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style") and self._silent > 0
        self.found.append("\n" if tag in _BLOCKS else "")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)
