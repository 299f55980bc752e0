"""Handoffs, cards and messages as the pages show them: the shop's names for ids, its time, the agent's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.core import formats
from bot.core.card import headline
from bot.core.masking import mask
from bot.core.opening import presence
from bot.core.shop import Shop
from bot.core.types import Language
from bot.desk.rendering import words
from bot.ports import Calendar

if TYPE_CHECKING:
    from bot.front.app import Front

OPEN_QUESTIONS = ("open", "unknown")
SEEN_ELSEWHERE = {"purchase_intent": "wants", "bulk_order": "wants", "negotiate_price": "offer", "order_note": "notes"}
"""Open questions that the card tells by another field, where that is filled."""

FIGURES = ("yes", "limited", "no")
"""Verdicts, which stand first in what was told of a capability."""


OF_ONE = ("quantity", "available", "list_price")
"""Facts that stand behind the SKU or product that they are of, where there are several."""


@dataclass(frozen=True)
class Sight:
    """By what things are shown. `now` is in the shop's zone."""

    shop: Shop
    calendar: Calendar
    now: datetime
    language: Language

    @property
    def words(self) -> dict[str, str]:
        return words(self.language)

    def local(self, moment: str | datetime) -> datetime:
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return at.astimezone(self.now.tzinfo)

    def when(self, moment: str | None) -> dict[str, str] | None:
        """{"iso", "text"}: 21:04, on another day with its date, in the shop's time."""
        if not moment:
            return None
        at = self.local(moment)
        text = f"{at:%H:%M}"
        if at.date() != self.now.date():
            text = f"{at.month}-{at.day} {text}" if self.language == "zh" else f"{at.day} {at:%b} {text}"
        return {"iso": at.isoformat(timespec="seconds"), "text": text}

    def say(self, key: str, otherwise: str | None = None, **values: str) -> str:
        """A word of the desk's, its placeholders filled; an id that has no word stands for itself."""
        text = self.words.get(key, otherwise if otherwise is not None else key)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return text


def sight_of(front: Front, language: Language) -> Sight:
    shop = front.shop.current()
    return Sight(shop, front.calendar, front.clock.now().astimezone(ZoneInfo(shop.timezone)), language)


# --- a handoff ---------------------------------------------------------------------------------------------------


def handoff_shown(handoff: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """A row of the queue, and the head of a handoff's page. `since`: milliseconds since 1970, None where nobody waits."""
    since = handoff["waiting_since"]
    return {
        "id": handoff["id"],
        "state": handoff["state"],
        "queue": sight.say(f"queue_{handoff['queue']}", handoff["queue"]),
        "queue_id": handoff["queue"],
        "agent": handoff["agent"],
        "buyer": buyer_label(handoff["conversation"]),
        "since": int(datetime.fromisoformat(since).timestamp() * 1000) if since else None,
        "people_there": people_there(handoff["queue"], sight),
        "opened": sight.when(handoff["opened_at"]),
        "closed": sight.when(handoff["closed_at"]),
        "ending": ending_shown(handoff["ending"], sight) if handoff["ending"] else None,
        "outcome": (handoff["ending"] or {}).get("outcome"),
        "card": card_shown(handoff["card"], sight),
    }


def buyer_label(conversation: str) -> str:
    return f"#{conversation[-6:]}"


def people_there(queue: str, sight: Sight) -> bool:
    """Whether the queue has people now, by the shop's hours."""
    openings = sight.shop.people.openings
    opening = openings.get(queue) or next(iter(openings.values()))
    return presence(opening, sight.now, sight.calendar).now


def ending_shown(ending: Mapping[str, Any], sight: Sight) -> str:
    """已成交 ¥600；没成：价格没谈拢（备注）."""
    outcome, reason = ending["outcome"], ending.get("reason")
    pair = sight.shop.desk.reasons.get(outcome, {}).get(reason or "")
    parts = {
        "outcome": sight.say(f"outcome_is_{outcome}", outcome),
        "amount": formats.money(Decimal(ending["amount"])) if ending.get("amount") else "",
        "reason": pair[sight.language] if pair else sight.say(f"reason_is_{reason}", "") if reason else "",
    }
    joint = "：" if sight.language == "zh" else ": "
    said = joint.join(filter(None, (parts["outcome"], parts["amount"] or parts["reason"])))
    return f"{said} · {ending['note']}" if ending.get("note") else said


# --- the card ----------------------------------------------------------------------------------------------------


def card_shown(card: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """The card with every id named in the agent's language."""
    open_ones = [question for question in card["questions"] if question["state"] in OPEN_QUESTIONS]
    told = [question for question in card["questions"] if question["state"] not in OPEN_QUESTIONS]
    left = [question for question in open_ones if not card.get(SEEN_ELSEWHERE.get(question["label"], ""))]
    about = card["about"]
    return {
        "headline": headline(card, sight.shop, sight.language),
        "priority": card["priority"],
        "reason": sight.say(f"reason_{card['reason']}", card["reason"]),
        "language": card["language"],
        "promised": card["promised"],
        "wants": [_want(want, sight) for want in card["wants"]],
        "goods": formats.listing((goods(want, sight) for want in card["wants"]), sight.language),
        "offer": _offer(card, sight) if card["offer"] else None,
        "about": _name(about["product"], about["name"], sight) if about else None,
        "order": card["order"],
        "destination": card["destination"],
        "needed_by": _needed_by(card["needed_by"], sight) if card["needed_by"] else None,
        "measures": _measures(card["buyer"], sight),
        "contact": card["buyer"]["contact"],
        "cares_about": [sight.say(f"cares_{care}", care) for care in card["cares_about"]],
        "mood": card["mood"],
        "open": [_question(question, sight) for question in left],
        "told": [_question(question, sight) for question in told],
        "asks": left[0]["text"] if left else None,
        "notes": [{"text": note, "rush": _is_rush(note, sight)} for note in card["notes"]],
        "pictures": [picture_shown({"id": picture}) for picture in card["pictures"]],
        "suggested_reply": card["suggested_reply"],
    }


def goods(want: Mapping[str, Any], sight: Sight) -> str:
    """轻薄羽绒服 W05 黑色 M码 × 2."""
    variant = formats.variant_name(sight.shop, want["colour"], want["size"], sight.language)
    count = f"× {want['quantity']}" if want["quantity"] else ""
    return " ".join(filter(None, (_name(want["product"], want["name"], sight), variant, count)))


def _name(product: str, otherwise: str, sight: Sight) -> str:
    known = sight.shop.products.get(product)
    return known.name[sight.language] if known else otherwise


def _want(want: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    colour = formats.variant_name(sight.shop, want["colour"], None, sight.language)
    size = formats.variant_name(sight.shop, None, want["size"], sight.language)
    return {
        "name": _name(want["product"], want["name"], sight),
        "variant": [part for part in (colour, size) if part],
        "quantity": want["quantity"],
        "price": formats.money(Decimal(want["list_price"])) if want["list_price"] else None,
        "words": want["words"],
    }


def _offer(card: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """What the buyer offers, against the list price of the same thing: the order, or one piece of the one thing wanted."""
    offer = card["offer"]
    amount, listed = Decimal(offer["amount"]), _list_price(card)
    shown = {
        "amount": sight.say(f"offer_{offer['kind']}", "{amount}", amount=formats.money(amount)),
        "per": sight.say(f"per_{offer['per']}", ""),
        "listed": None,
        "asked": None,
        "gap": None,
        "words": offer["words"],
    }
    if listed is None:
        return shown
    asked = amount if offer["kind"] == "price" else listed - amount
    below = listed - asked
    shown["listed"] = sight.say(f"listed_{offer['per']}", "{amount}", amount=formats.money(listed))
    if offer["kind"] == "reduction" and asked > 0:
        shown["asked"] = sight.say("comes_to", amount=formats.money(asked))
    if below and asked > 0:
        key = "below_list" if below > 0 else "above_list"
        percent = f"{abs(below) * 100 / listed:.1f}".removesuffix(".0")
        shown["gap"] = sight.say(key, amount=formats.money(abs(below)), percent=percent)
    return shown


def _list_price(card: Mapping[str, Any]) -> Decimal | None:
    prices = [want["list_price"] for want in card["wants"]]
    piece = prices[0] if len(prices) == 1 else None
    price = piece if card["offer"]["per"] == "piece" else card["offer"]["list_total"]
    return Decimal(price) if price and Decimal(price) > 0 else None


def _needed_by(needed: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    if not needed["date"]:
        return {"day": None, "words": needed["words"], "soon": False}
    day = date.fromisoformat(needed["date"])
    soon = (day - sight.now.date()).days <= 1
    return {"day": formats.day(day, sight.now.date(), sight.language), "words": needed["words"], "soon": soon}


def _measures(buyer: Mapping[str, Any], sight: Sight) -> str:
    parts = [
        f"{formats.number(buyer['height_cm'])} cm" if buyer.get("height_cm") else "",
        f"{formats.number(buyer['weight_kg'])} kg" if buyer.get("weight_kg") else "",
        sight.say("household", count=str(buyer["household"])) if buyer.get("household") else "",
    ]
    return " · ".join(filter(None, parts))


def _question(question: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    told = _told(question, sight)
    return {
        "label": sight.say(f"label_{question['label']}", question["label"]),
        "text": question["text"],
        "state": question["state"],
        "state_word": sight.say(f"question_{question['state']}", question["state"]),
        "told": told,
        "as_of": sight.when(question["as_of"]) if told else None,
    }


def _told(question: Mapping[str, Any], sight: Sight) -> str:
    """What was told, in words: a bare figure says nothing. Cards of before have no `fact`, and show the value."""
    told, fact = question["told"] or "", question.get("fact")
    colon = "：" if sight.language == "zh" else ": "
    first, _, rest = told.partition(": ")
    if question["label"] == "ask_capability" and first in FIGURES:
        said = sight.say(f"verdict_{first}")
        return f"{said}{colon}{rest}" if rest else said
    of, value = (first, rest) if fact in OF_ONE and rest else ("", told)
    key = next((key for key in (f"fact_{fact}_{value}", f"fact_{fact}") if key in sight.words), None)
    if not told or key is None:
        return told
    product = sight.shop.products.get(value)
    said = sight.say(key, value=product.name[sight.language] if product else value)
    return f"{of}{colon}{said}" if of else said


def _is_rush(note: str, sight: Sight) -> bool:
    return any(rush in note.lower() for rush in sight.words["rush_words"].split())


# --- messages and deeds --------------------------------------------------------------------------------------------


def picture_shown(attachment: Mapping[str, str]) -> dict[str, Any]:
    """A picture kept here is shown; one at another's address is only named, for a page there would learn who looks."""
    address = attachment.get("url") or attachment["id"]
    parts = urlsplit(address)
    if parts.scheme in ("http", "https"):
        return {"elsewhere": parts.hostname or address, "address": address}
    return {"elsewhere": None, "address": f"pictures/{address.rsplit('/', 1)[-1]}"}


def message_shown(message: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """A line of the conversation; contacts in it are masked."""
    record = message["record"] or {}
    return {
        "kind": "message",
        "id": message["id"],
        "message_id": message["message_id"] if message["sender"] == "agent" else None,
        "from": message["sender"],
        "name": message["name"],
        "text": mask(message["text"]),
        "episode": message["episode"],
        "sort": message["at"],
        "at": sight.when(message["at"]),
        "pictures": [picture_shown(one) for one in message["attachments"] if isinstance(one, dict)],
        "understood": [_understood(question, sight) for question in record.get("questions", ())],
    }


def _understood(question: Mapping[str, Any], sight: Sight) -> str:
    label = sight.say(f"label_{question['label']}", question["label"])
    outcome = sight.say(f"outcome_{question['outcome']}", question["outcome"])
    return f"{label} · {outcome}"


def deed_shown(deed: Mapping[str, Any], episode: int, sight: Sight) -> dict[str, Any]:
    """What was done to a handoff, as a line between the messages."""
    told = deed["told"]
    values = {"agent": deed["agent"] or "", "to": "", "from": told.get("from") or ""}
    if to := told.get("to"):
        values["to"] = sight.say(f"queue_{to}", to)
    text = sight.say(f"deed_{deed['action']}", deed["action"], **values)
    if deed["action"] in ("close", "settle", "expire"):
        text = f"{text} · {ending_shown(told, sight)}"
    remark = mask(told.get("remark") or "")
    sort, at = deed["at"], sight.when(deed["at"])
    return {
        "kind": "deed",
        "id": deed["id"],
        "text": text,
        "remark": remark,
        "sort": sort,
        "at": at,
        "episode": episode,
    }


def in_order(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages and deeds as they happened; at the same moment the deed follows the message that brought it."""
    return sorted(lines, key=lambda line: (line["sort"], line["kind"] == "deed", line["id"]))
