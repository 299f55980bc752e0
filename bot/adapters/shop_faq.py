"""Reads the shop's FAQ, and what handover.yml says of it and of facts past their review date."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TypedDict

from bot.adapters.shop_rules import Rules
from bot.adapters.shop_tables import Problems, Row, read_table
from bot.core.shop import Faq
from bot.core.text import fold

FILE = "faq.csv"
COLUMNS = ("id", "product", "question_zh", "question_en", "answer_zh", "answer_en", "also_asked_zh", "also_asked_en")
MOST_ENTRIES = 5000
"""More would cost each message more than 2 ms; so many questions asked often no shop has."""

LONGEST_QUESTION = 200
STALE = ("answer", "check")


def read_faq(folder: Path, products: Collection[str], problems: Problems) -> tuple[Faq, ...]:
    """The entries of faq.csv; none where there is no such file."""
    if not (folder / FILE).is_file():
        return ()
    found: dict[str, Faq] = {}
    asked: dict[tuple[str | None, str], str] = {}
    for row in read_table(folder, FILE, COLUMNS, problems):
        entry = _entry(row, products)
        if entry.id in found:
            row.wrong(f"the id “{entry.id}” stands twice; give this row another one.")
        for question in entry.questions:
            _check_question(row, question, entry, asked)
        found[entry.id] = entry
        if len(found) > MOST_ENTRIES:
            row.wrong(f"there are more than {MOST_ENTRIES} entries; keep those that are asked often.")
            break
    return tuple(found.values())


def _entry(row: Row, products: Collection[str]) -> Faq:
    product = row.text("product", needed=False) or None
    if product and product not in products:
        row.wrong(
            f"the product “{product}” is not in products.csv; correct the id, or leave it empty for all products."
        )
    return Faq(
        id=row.text("id"),
        product=product,
        question=row.pair("question"),
        answer=row.pair("answer"),
        also_asked=row.words("also_asked"),
        origin=row.origin(),
    )


def _check_question(row: Row, question: str, entry: Faq, asked: dict[tuple[str | None, str], str]) -> None:
    if len(question) > LONGEST_QUESTION:
        row.wrong(
            f"a question has {len(question)} characters; write it as a buyer would, in at most {LONGEST_QUESTION}."
        )
    other = asked.setdefault((entry.product, fold(question).text), entry.id)
    if question and other != entry.id:
        row.wrong(f"“{question}” is asked in the entry “{other}” already; keep it in one of the two.")


class FaqRules(TypedDict, total=False):
    faq_from: float
    faq_over: float
    stale_facts: str


def read_faq_rules(rules: Rules) -> FaqRules:
    """What stands there; what does not keeps its default."""
    found: FaqRules = {}
    if rules.has("faq_from"):
        found["faq_from"] = _share(rules, "faq_from")
    if rules.has("faq_over"):
        found["faq_over"] = _share(rules, "faq_over")
    if rules.has("stale_facts"):
        found["stale_facts"] = rules.text("stale_facts")
        if found["stale_facts"] not in STALE:
            rules.wrong("stale_facts", f"`stale_facts` is “{found['stale_facts']}”; write answer or check.")
    return found


def _share(rules: Rules, key: str) -> float:
    value = rules.number(key)
    if not 0 <= value <= 1:
        rules.wrong(key, f"`{key}` is {value:g}; write a number from 0 to 1.")
    return value
