"""The handoff card (version 1), built from the turn records of an episode alone. Its form: `card.schema.json`.

Nothing on it is inferred: every value is the buyer's words, a fact that the buyer was told, or the shop's list price.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.core import dates
from bot.core.formats import listing, size_name
from bot.core.labels import AFTER_SALE, BUYING, HANDED_OVER, TALK
from bot.core.orders import order_number
from bot.core.shop import Shop
from bot.core.types import Language
from bot.core.wants import Want
from bot.core.wants import wants as wants_of
from bot.core.when import gravest

STATES = {"answered": "answered", "clarify": "open", "unknown": "unknown", "handed_over": "open", "refused": "refused"}

_DEADLINE = re.compile(
    r"前|要用|急|来得及|赶|要穿|[得要想].{0,6}(?:拿到|收到|到货|到手)|by |before|need|deadline|must|has to|have to"
)
_RUSH = re.compile(r"加急|急用|急着|赶时间|尽快|马上要|\brush\b|urgent|asap|in a hurry")
_PLACEHOLDER = re.compile(r"{(\w+)}")
FILLED_IN = ("wants", "offer", "about")
"""What may stand in braces in the words of shop/card.yml."""
LONGEST_WORDS = 30
"""Characters of the buyer's words in a headline."""

_GIFT = re.compile(
    r"送礼|送人|礼物|礼品|生日|送(?:给)?(?:我|俺)?(?:妈|爸|爷|奶|外|姥|公|婆|老[公婆师人板]|女|男|朋友|同事|同学|长辈|领导|客户|爱人|对象|媳妇|孩子|闺蜜)|gift|present|birthday"
)
_WARMTH = re.compile(r"怕冷|暖和|保暖|够暖|御寒|抗冻|冷不冷|\bcold\b|\bwarm")


@dataclass(frozen=True)
class TurnRecord:
    """One turn of an episode: what the buyer wrote, when, what was sent along, and the record of it."""

    text: str
    at: datetime
    record: Mapping[str, Any]
    pictures: tuple[str, ...] = ()


def build_card(episode: str, turns: Sequence[TurnRecord], shop: Shop, promised: str) -> dict[str, Any]:
    """The card of an episode whose turns so far are `turns`, the handing-over one among them.

    `promised` is when people are there, as the buyer was told.
    """
    reason = _reason(turns)
    language = turns[-1].record["language"]
    wants = wants_of(turns, shop)
    offer = _offer(turns, wants, shop)
    card = {
        "version": 1,
        "episode": episode,
        "reason": reason,
        "queue": shop.people.queue(reason),
        "priority": _priority(reason, offer, turns),
        "language": language,
        "opened_at": _opened(turns).isoformat(timespec="seconds"),
        "waiting_since": _opened(turns).isoformat(timespec="seconds"),
        "promised": promised,
        "wants": [_want_json(want, shop, "zh") for want in wants],
        "about": _about(turns, shop) if reason not in BUYING else None,
        "order": _last(order_number(turn.text) for turn in turns),
        "offer": offer,
        "destination": _destination(turns),
        "needed_by": _needed_by(turns),
        "buyer": _buyer(turns),
        "cares_about": _cares_about(turns),
        "mood": "angry" if any(label == "complaint" for label, _ in _questions(turns)) else "neutral",
        "questions": _question_list(turns),
        "notes": [q["text"] for label, q in _questions(turns) if label == "order_note"],
        "pictures": [picture for turn in turns for picture in turn.pictures],
    }
    return card | _sentences(card, shop)


def _questions(turns: Sequence[TurnRecord]):
    """(label, question) of all that was understood; what the bot was not sure of counts for nothing."""
    for turn in turns:
        for question in turn.record["questions"]:
            if question["outcome"] != "clarify" or question["label"] not in HANDED_OVER:
                yield question["label"], question


def _reason(turns: Sequence[TurnRecord]) -> str:
    reasons = [turn.record["reason"] for turn in turns if turn.record.get("reason")]
    return gravest(reasons)


def _opened(turns: Sequence[TurnRecord]) -> datetime:
    return next(turn.at for turn in turns if turn.record.get("reason"))


def _priority(reason: str, offer: Mapping | None, turns: Sequence[TurnRecord]) -> str:
    needed = _needed_by(turns)
    if reason == "complaint" or (needed and needed["date"] == turns[-1].at.date().isoformat()):
        return "urgent"
    if offer or reason in ("purchase_intent", "negotiate_price", "bulk_order"):
        return "high"
    return "low" if reason == "repeated_misunderstanding" else "normal"


# --- what the buyer wants ----------------------------------------------------------------------------------------


def _want_json(want: Want, shop: Shop, language: Language) -> dict[str, Any]:
    product = shop.products.get(want.product)
    price = _list_price(want, shop)
    return {
        "product": want.product,
        "name": product.name[language] if product else want.product,
        "colour": want.colour,
        "size": want.size,
        "quantity": want.quantity,
        "list_price": str(price) if price is not None else None,
        "words": want.words,
    }


def _list_price(want: Want, shop: Shop) -> Decimal | None:
    product = shop.products.get(want.product)
    variants = product.matching(want.colour, want.size) if product else ()
    prices = {variant.list_price for variant in variants}
    return prices.pop().quantize(Decimal("0.01")) if len(prices) == 1 else None


def _offer(turns: Sequence[TurnRecord], wants: list[Want], shop: Shop) -> dict[str, Any] | None:
    total = _list_total(wants, shop)
    offered = [q for turn in turns for q in turn.record["questions"] if q["details"].get("amount")]
    offered = [q for q in offered if q["label"] in BUYING and not _names_list_price(q["details"], wants, total, shop)]
    if not offered:
        return None
    question = offered[-1]
    details = question["details"]
    return {
        "kind": details.get("amount_kind") or "price",
        "amount": details["amount"],
        "per": details.get("amount_per") or _per(details, wants),
        "list_total": str(total) if total is not None else None,
        "words": question["text"],
    }


def _names_list_price(details: Mapping[str, Any], wants: list[Want], total: Decimal | None, shop: Shop) -> bool:
    """Who names what it costs anyway (两条58，差一块就包邮) offers nothing."""
    prices = {total, *(_list_price(want, shop) for want in wants)}
    return details.get("amount_kind") != "reduction" and Decimal(details["amount"]) in prices


def _per(details: Mapping[str, Any], wants: list[Want]) -> str:
    """An amount named without “each” or “in all” is for all the pieces named with it, else for the one piece."""
    pieces = details.get("quantity") or sum(want.quantity or 1 for want in wants)
    return "order" if pieces > 1 else "piece"


def _list_total(wants: list[Want], shop: Shop) -> Decimal | None:
    total = Decimal(0)
    for want in wants:
        price = _list_price(want, shop)
        if price is None:
            return None
        total += price * (want.quantity or 1)
    return total if wants else None


# --- what else was said ------------------------------------------------------------------------------------------


def _about(turns: Sequence[TurnRecord], shop: Shop) -> dict[str, Any] | None:
    """The product of the matter; where it was told only afterwards (是台灯那单), the one told then."""
    asked = list(_questions(turns))
    product = _last(q["details"].get("product") for label, q in asked if label in AFTER_SALE)
    if not product and any(label in AFTER_SALE for label, _ in asked):
        product = _last(q["details"].get("product") for label, q in asked if label == "inform")
    if not product:
        return None
    return {"product": product, "name": shop.products[product].name["zh"] if product in shop.products else product}


def _destination(turns: Sequence[TurnRecord]) -> str | None:
    """The place as far as it was said, the last one that was."""
    for turn in reversed(turns):
        said = [s["text"] for s in turn.record.get("said", ()) if s["entity"] == "region"]
        if said:
            return said[-1]
    return None


def _needed_by(turns: Sequence[TurnRecord]) -> dict[str, Any] | None:
    for turn in reversed(turns):
        said = [s for s in turn.record.get("said", ()) if s["entity"] == "date"]
        if said and _DEADLINE.search(turn.text.lower()):
            day = dates.resolve(said[-1]["value"], turn.at.date())
            return {"date": day.isoformat() if day else None, "words": said[-1]["text"]}
    return None


def _buyer(turns: Sequence[TurnRecord]) -> dict[str, Any]:
    def said(name: str, but: tuple[str, ...] = ()) -> Any:
        spoken = [s for turn in turns for s in turn.record.get("said", ()) if s["entity"] == name]
        return _last(s["value"] for s in spoken if s["text"] not in but)

    return {
        "height_cm": said("height", but=_lengths_of_goods(turns)),
        "weight_kg": said("weight"),
        "household": said("household"),
        "contact": said("contact"),
    }


def _lengths_of_goods(turns: Sequence[TurnRecord]) -> tuple[str, ...]:
    """Words that may be a person's height and were taken as a size (1.8米, of a bed)."""
    return tuple(
        s["text"]
        for turn in turns
        for s in turn.record.get("said", ())
        if s["entity"] == "size" and any(q["details"].get("size") == s["value"] for q in turn.record["questions"])
    )


_CARES = {
    "ask_price": "price",
    "ask_promotion": "price",
    "negotiate_price": "price",
    "ask_shipping_time": "delivery",
    "track_parcel": "delivery",
    "ask_authenticity": "quality",
    "ask_warranty": "warranty",
    "ask_return_policy": "returns",
}


def _cares_about(turns: Sequence[TurnRecord]) -> list[str]:
    found = [_CARES[label] for label, _ in _questions(turns) if label in _CARES]
    said = [turn.text.lower() for turn in turns]
    found += ["delivery" for text in said if _RUSH.search(text)] + ["delivery"] * bool(_needed_by(turns))
    found += ["warmth" for text in said if _WARMTH.search(text)] + ["gift" for text in said if _GIFT.search(text)]
    return list(dict.fromkeys(found))


def _question_list(turns: Sequence[TurnRecord]) -> list[dict[str, Any]]:
    """Every question in order; asked twice it stands once, in its last state, and so does one that was asked back about."""
    found: dict[tuple, dict[str, Any]] = {}
    for turn in turns:
        for question in turn.record["questions"]:
            if question["label"] == "unknown_answer" or (question["label"] in TALK and not question["facts"]):
                continue
            asked_back = (question["label"], question["text"])
            found.pop(asked_back, None)
            if question["details"].get("region"):
                found.pop(_key(_without_place(question)), None)
            key = asked_back if question["outcome"] == "clarify" else _key(question)
            entry = {"label": question["label"], "text": question["text"], "state": STATES[question["outcome"]]}
            found[key] = entry | _told(question)
    return list(found.values())


def _key(question: Mapping[str, Any]) -> tuple:
    details = question["details"]
    subject = [
        str(details.get(name)) for name in ("product", "capability", "attribute", "topic", "colour", "size", "region")
    ]
    return (question["label"], *subject)


def _without_place(question: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same as it was asked before the place was told."""
    details = {name: value for name, value in question["details"].items() if name != "region"}
    return {**question, "details": details}


def _told(question: Mapping[str, Any]) -> dict[str, Any]:
    if question["outcome"] not in ("answered", "refused") or not question["facts"]:
        return {"told": None, "fact": None, "as_of": None}
    facts = question["facts"]
    told = ": ".join(fact["value"] for fact in facts[:2] if fact is facts[0] or fact["name"] == "limit")
    return {"told": told, "fact": facts[0]["name"], "as_of": facts[0]["as_of"]}


def _last(values) -> Any:
    found = [value for value in values if value]
    return found[-1] if found else None


# --- the sentences on it -----------------------------------------------------------------------------------------


def _sentences(card: Mapping[str, Any], shop: Shop) -> dict[str, str]:
    language = card["language"]
    suggested = _filled(
        shop.card.suggested[card["reason"]][language], card, shop, language, shop.card.unnamed[language]
    )
    return {"suggested_reply": suggested, "headline": _headline(card, shop, "zh")}


def headline(card: Mapping[str, Any], shop: Shop, language: Language) -> str:
    """The card in one line, in the reader's language."""
    return str(card["headline"]) if language == "zh" else _headline(card, shop, language)


def _headline(card: Mapping[str, Any], shop: Shop, language: Language) -> str:
    """Where no product was named, the buyer's own words stand for it."""
    words = next((q["text"] for q in reversed(card["questions"]) if q["label"] == card["reason"]), "")
    said = f"“{words[:LONGEST_WORDS]}”" if words else shop.card.nothing_said[language]
    return _filled(shop.card.headline[card["reason"]][language], card, shop, language, said)


def _filled(words: str, card: Mapping[str, Any], shop: Shop, language: Language, unnamed: str) -> str:
    wants = listing((_want_words(want, shop, language) for want in card["wants"]), language)
    about = card["about"] and shop.products.get(card["about"]["product"])
    named = about.name[language] if about else card["about"]["name"] if card["about"] else ""
    haggling = (q["text"] for q in reversed(card["questions"]) if q["label"] == "negotiate_price")
    values = {
        "wants": wants or unnamed,
        "about": named or wants or unnamed,
        "offer": card["offer"]["words"] if card["offer"] else next(haggling, ""),
    }
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), words)


def _want_words(want: Mapping[str, Any], shop: Shop, language: Language) -> str:
    product = shop.products.get(want["product"])
    parts = [product.name[language] if product else want["name"]]
    if want["colour"] in shop.colours:
        parts.append(shop.colours[want["colour"]].name[language])
    if want["size"]:
        parts.append(size_name(want["size"], language))
    if want["quantity"]:
        parts.append(f"× {want['quantity']}")
    return " ".join(parts)
