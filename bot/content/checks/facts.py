"""Rules on the facts: what is missing, what is out of date, what contradicts something else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath

from bot.content.checks.faults import Fault, Told, data
from bot.content.checks.reading import Content
from bot.content.checks.said import OF_THE_TEAM, all_pairs
from bot.content.checks.settings import Settings
from bot.content.csv_text import Row
from bot.core.shop import Pair

_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)\s*(毫升|厘米|毫米|升|米|公斤|千克|克|寸|ml|cm|mm|kg|l|m|g)(?![a-z])")
_UNITS = {"毫升": "ml", "厘米": "cm", "毫米": "mm", "升": "l", "米": "m", "公斤": "kg", "千克": "kg", "克": "g"}
_NO_REASON = re.compile(
    r"(?:这个)?(?:不行|不能|不可以|不支持|不会|没有|有限制|受限|一般|有限|可以|能|行|no|not possible|limited|it can't|cannot|not really|so-so)"
    r"(?:的|哦|哈|了)?[。.!！～~]*",
    re.IGNORECASE,
)
_FEWEST_OTHERS = 4
"""Of fewer products nobody can say what is common."""


def check_facts(content: Content, settings: Settings, today: date) -> Iterator[Fault]:
    yield from _one_language(content)
    yield from _figures(content)
    yield from _common_questions(content, settings)
    yield from _no_reason(content)
    yield from _measures(content)
    yield from _twice(content)
    yield from _instead(content)
    yield from _variants(content)
    yield from _size_guide(content)
    yield from _out_of_date(content, today)


def _at(rule: str, table: str, row: Row, content: Content, column: str = "", words: str = "", **told: Told) -> Fault:
    return Fault(rule, f"shop/{table}", row.line, content.place_of(table, row, column), words, told)


def _one_language(content: Content) -> Iterator[Fault]:
    for pair in all_pairs(content):
        if bool(pair.zh) != bool(pair.en):
            lacks = data("names.yml")["en" if pair.zh else "zh"]
            yield Fault("one_language", pair.file, pair.line, pair.place, pair.zh or pair.en, {"lacks": lacks})


def _figures(content: Content) -> Iterator[Fault]:
    """The two languages tell other figures: each has one that the other has not. One that only one of them writes (两层) is fine."""
    for pair in all_pairs(content):
        zh, en = ({float(f) for f in _FIGURE.findall(text)} for text in (pair.zh, pair.en))
        if pair.file not in OF_THE_TEAM and zh - en and en - zh:
            told = {"zh_has": _told(zh - en), "en_has": _told(en - zh)}
            yield Fault("figures_differ", pair.file, pair.line, pair.place, told["zh_has"], told)


def _told(figures: set[float]) -> str:
    return ", ".join(f"{figure:g}" for figure in sorted(figures))


# --- common questions ------------------------------------------------------------------------------------------------

_ANSWERS = (("capabilities.csv", "capability"), ("specs.csv", "attribute"), ("usage.csv", "topic"))


def _common_questions(content: Content, settings: Settings) -> Iterator[Fault]:
    """What most other products of the category answer, and this one does not."""
    answered: dict[str, dict[str, Pair]] = defaultdict(dict)
    for table, column in _ANSWERS:
        for row in content.table(table):
            value = row.cells.get(column, "").strip()
            if value:
                answered[row.cells.get("product", "").strip()][value] = content.name_of(column, value)
    for row in content.table("size_guide.csv"):
        answered[row.cells.get("product", "").strip()][_SIZE] = content.name_of("attribute", _SIZE)
    sizes: dict[str, set[str]] = defaultdict(set)
    for row in content.table("variants.csv"):
        sizes[row.cells.get("product", "").strip()].add(row.cells.get("size", "").strip())
    by_category: dict[str, list[Row]] = defaultdict(list)
    for row in content.table("products.csv"):
        by_category[row.cells.get("category", "").strip()].append(row)
    for rows in by_category.values():
        asked = {name: told for row in rows for name, told in answered[row.cells.get("id", "").strip()].items()}
        for name, told in asked.items():
            about = [row for row in rows if name != _SIZE or len(sizes[row.cells.get("id", "").strip()]) > 1]
            yield from _unanswered(name, told, about, answered, settings.limits["asked_of_a_category"])


_SIZE = "size"


def _unanswered(
    name: str, told: Pair, about: list[Row], answered: dict[str, dict[str, Pair]], most: float
) -> Iterator[Fault]:
    """The products among `about` that lack what `most` of the others have."""
    if len(about) <= _FEWEST_OTHERS:
        return
    have = sum(name in answered[row.cells.get("id", "").strip()] for row in about)
    share = have / (len(about) - 1)
    for row in about:
        product = row.cells.get("id", "").strip()
        if share >= most and name not in answered[product]:
            place = {language: f"{product} · {name}" for language, name in told.items()}
            yield Fault(
                "no_common_answer",
                "shop/products.csv",
                row.line,
                place,
                told["zh"],
                {"share": f"{share:.0%}", "product": product, "words": told},
            )


# --- contradictions --------------------------------------------------------------------------------------------------


def _no_reason(content: Content) -> Iterator[Fault]:
    for row in content.table("capabilities.csv"):
        if row.cells.get("verdict", "").strip() not in ("limited", "no"):
            continue
        for column in ("limit_zh", "limit_en"):
            text = row.cells.get(column, "").strip()
            if text and _NO_REASON.fullmatch(text):
                yield _at("no_reason", "capabilities.csv", row, content, column, text)


def _measures(content: Content) -> Iterator[Fault]:
    """A row of one size that tells another size in the same unit: R30 4L with a capacity of 5 L."""
    for table, columns in (("specs.csv", ("value_zh", "value_en")), ("size_guide.csv", ("note_zh", "note_en"))):
        for row in content.table(table):
            size = _measured(row.cells.get("size", ""))
            if len(size) != 1:
                continue
            (amount, unit) = size[0]
            for column in columns:
                same = [told for told, of in _measured(row.cells.get(column, "")) if of == unit]
                if same and amount not in same:
                    told = {"size": row.cells["size"].strip(), "value": row.cells[column].strip()}
                    yield _at("contradiction_size", table, row, content, column, f"{same[0]:g} {unit}", **told)


def _measured(text: str) -> list[tuple[float, str]]:
    return [(float(m[1]), _UNITS.get(m[2], m[2])) for m in _MEASURE.finditer(text.lower())]


_ONCE = {
    "specs.csv": ("product", "size", "attribute"),
    "size_guide.csv": ("product", "size"),
    "faq.csv": ("product", "question_zh"),
}


def _twice(content: Content) -> Iterator[Fault]:
    """Two rows of one product, size and thing that say different things, or the same."""
    for table, columns in _ONCE.items():
        seen: dict[tuple[str, ...], Row] = {}
        for row in content.table(table):
            first = seen.setdefault(tuple(row.cells.get(column, "").strip() for column in columns), row)
            if first is not row:
                yield _at("fact_twice", table, row, content, line=str(first.line))


def _instead(content: Content) -> Iterator[Fault]:
    """What is named instead must itself be able to."""
    verdicts = {
        (row.cells.get("product", "").strip(), row.cells.get("capability", "").strip()): row.cells.get(
            "verdict", ""
        ).strip()
        for row in content.table("capabilities.csv")
    }
    for row in content.table("capabilities.csv"):
        wanted = row.cells.get("instead_for", "").strip() or row.cells.get("capability", "").strip()
        for other in filter(None, (part.strip() for part in row.cells.get("instead", "").split("|"))):
            if verdicts.get((other, wanted)) not in ("yes", "limited"):
                verdict = verdicts.get((other, wanted)) or "?"
                what = content.name_of("capability", wanted)
                yield _at(
                    "instead_cannot", "capabilities.csv", row, content, "instead", other, what=what, verdict=verdict
                )


def _variants(content: Content) -> Iterator[Fault]:
    for row in content.table("variants.csv"):
        stock, back, gone = (row.cells.get(name, "").strip() for name in ("stock", "back_in_days", "discontinued"))
        if back and stock.isdigit() and int(stock) > 0:
            yield _at("contradiction_stock", "variants.csv", row, content, "back_in_days", back, stock=stock)
        if gone == "yes" and back:
            yield _at("contradiction_gone", "variants.csv", row, content, "back_in_days", back)


def _size_guide(content: Content) -> Iterator[Fault]:
    """From one size to the next nothing shrinks; the order is that of the rows."""
    by_product: dict[str, list[Row]] = defaultdict(list)
    for row in content.table("size_guide.csv"):
        by_product[row.cells.get("product", "").strip()].append(row)
    for rows in by_product.values():
        for before, row in zip(rows, rows[1:]):
            for column in ("height_min", "height_max", "weight_min", "weight_max", "people_min", "people_max"):
                low, high = (_number(one.cells.get(column, "")) for one in (before, row))
                if low is not None and high is not None and high < low:
                    told = {"size": row.cells["size"], "other": before.cells["size"], "low": f"{low:g}"}
                    yield _at("contradiction_guide", "size_guide.csv", row, content, column, f"{high:g}", **told)


def _number(text: str) -> float | None:
    return float(text) if _FIGURE.fullmatch(text.strip()) else None


# --- dates -----------------------------------------------------------------------------------------------------------


def _out_of_date(content: Content, today: date) -> Iterator[Fault]:
    """Facts whose `review_by` (YYYY-MM-DD) is in the past."""
    for file in content.shop_files(".csv"):
        name = PurePosixPath(file).name
        for row in content.table(name):
            told = row.cells.get("review_by", "").strip()
            if not told:
                continue
            day = _day(told)
            if day is None:
                yield _at("review_unreadable", name, row, content, "review_by", told)
            elif day < today:
                owner = row.cells.get("owner", "").strip()
                yield _at(
                    "stale", name, row, content, "review_by", told, days=str((today - day).days), owner=owner or "—"
                )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
