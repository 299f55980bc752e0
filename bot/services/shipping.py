"""When it is sent and arrives, what postage costs, which courier, and whether a place is served."""

from __future__ import annotations

from datetime import date

from bot.core import formats
from bot.core.opening import in_spring_festival
from bot.core.sending import arrival, postage, sending_day
from bot.core.shop import DeliveryWay
from bot.core.types import Answer, Ask, Fact, Reply
from bot.services.common import Desk, answered, mentions, ordered, the_product, totals, unknown

SOURCE = "shop/shipping"


def answer_shipping_time(ask: Ask, desk: Desk) -> Answer:
    """The sending day for an order paid now, and the arrival window where a place is known."""
    if _not_served(ask, desk):
        return _refused(ask, desk)
    shipping, today = desk.shop.shipping, desk.now.date()
    sent = sending_day(shipping, desk.now, lambda day: in_spring_festival(day, desk.calendar))
    facts = [desk.fact("sent_on", sent.isoformat(), SOURCE)]
    said = {
        "sent": formats.day(sent, today, ask.language),
        "cut_off": f"{shipping.cut_off:%H:%M}",
        "origin": shipping.origin[ask.language],
    }
    place = ask.details.region
    replies = [] if ask.follow_up and place else [Reply(_sending_reply(sent, today, desk), said)]
    if place is None:
        replies.append(Reply("utter_arrival_zones", {"zones": _zones(ask, desk)}))
        return answered(replies, *facts)
    window = arrival(shipping, place["province"], sent)
    if window is None:
        return answered([*replies, Reply("utter_unknown", {})], *facts, outcome="unknown", missing="person")
    said = {
        "place": _place(ask),
        "days": _days(window.days),
        "earliest": formats.day(window.earliest, today, ask.language),
        "latest": formats.day(window.latest, today, ask.language),
    }
    facts.append(desk.fact("days", _days(window.days), SOURCE))
    facts.append(desk.fact("arrives", f"{window.earliest.isoformat()}/{window.latest.isoformat()}", SOURCE))
    return answered([*replies, Reply("utter_arrival", said)], *facts)


def _sending_reply(sent: date, today: date, desk: Desk) -> str:
    if sent == today:
        return "utter_sent_today"
    festival = in_spring_festival(today, desk.calendar) or (sent - today).days > 1
    return "utter_sent_after_festival" if festival else "utter_sent_tomorrow"


def _zones(ask: Ask, desk: Desk) -> str:
    days = {"zh": "天", "en": " days"}[ask.language]
    return formats.listing(
        (f"{z.name[ask.language]} {_days(z.days)}{days}" for z in desk.shop.shipping.zones), ask.language
    )


def _days(days: tuple[int, int]) -> str:
    return f"{days[0]}–{days[1]}"


def _place(ask: Ask) -> str:
    region = ask.details.region or {}
    return region.get(f"name_{ask.language}") or region.get("said", "")


def _not_served(ask: Ask, desk: Desk) -> bool:
    region = ask.details.region
    return region is not None and region["province"] in desk.shop.shipping.not_served


def _refused(ask: Ask, desk: Desk) -> Answer:
    fact = desk.fact("served", "no", SOURCE)
    return answered(Reply("utter_area_no", {"place": _place(ask)}), fact, outcome="refused")


def answer_delivery_area(ask: Ask, desk: Desk) -> Answer:
    """Whether the shop sends there at all."""
    way = next((way for way in desk.shop.shipping.ways if mentions(ask.question.text, way.words)), None)
    if way is not None and not _not_served(ask, desk):
        return _handed_over(way, ask, desk)
    if ask.details.region is None:
        return answered(Reply("utter_area_all", {}), desk.fact("served", "mainland", SOURCE))
    if _not_served(ask, desk):
        return _refused(ask, desk)
    province = ask.details.region["province"]
    zone = desk.shop.shipping.zone(province) or desk.shop.shipping.zone("rest")
    facts = [desk.fact("served", "yes", SOURCE)]
    if zone is None:
        return answered(Reply("utter_area_yes", {"place": _place(ask)}), *facts)
    facts.append(desk.fact("days", _days(zone.days), SOURCE))
    replies = [Reply("utter_area_yes_days", {"place": _place(ask), "days": _days(zone.days)})]
    special = desk.shop.shipping.postage_by_province.get(province)
    if special is not None:
        replies.append(Reply("utter_fee_province", {"place": _place(ask), "postage": formats.money(special)}))
        facts.append(desk.fact("postage", str(special), SOURCE))
    return answered(replies, *facts)


def _handed_over(way: DeliveryWay, ask: Ask, desk: Desk) -> Answer:
    """To the door, upstairs, picked up: only as the shop says; else unknown."""
    if way.answer is None:
        return unknown(ask, desk, way.name[ask.language])
    said = {"name": way.name[ask.language], "answer": way.answer[ask.language]}
    return answered(Reply("utter_usage", said), desk.fact("delivery", way.answer[ask.language], SOURCE))


def answer_shipping_fee(ask: Ask, desk: Desk) -> Answer:
    """Postage by list price, quantity and province; the extra for a courier where one is named."""
    if _not_served(ask, desk):
        return _refused(ask, desk)
    shipping = desk.shop.shipping
    courier = next((c for c in shipping.couriers if c.id == ask.details.courier), None)
    replies, facts, refused = [], [], []
    if ask.details.courier and courier is None:
        refused.append(Reply("utter_courier_other", {"usual": _usual(ask, desk)}))
    if courier is not None and courier.extra is not None:
        said = {"courier": courier.name[ask.language], "extra": formats.money(courier.extra)}
        replies.append(Reply("utter_fee_courier", said))
        facts.append(desk.fact("courier_extra", str(courier.extra), SOURCE))
    base, fact = _base_fee(ask, desk)
    return answered([*refused, base, *replies], fact, *facts)


def _base_fee(ask: Ask, desk: Desk) -> tuple[Reply, Fact]:
    shipping = desk.shop.shipping
    province = ask.details.region["province"] if ask.details.region else None
    rule = {"free_from": formats.money(shipping.free_from), "postage": formats.money(shipping.postage)}
    if province is not None and province in shipping.postage_by_province:
        fee = shipping.postage_by_province[province]
        said = {"place": _place(ask), "postage": formats.money(fee)}
        return Reply("utter_fee_province", said), desk.fact("postage", str(fee), SOURCE)
    product = the_product(ask, desk)
    sums = totals(product, ask, desk) if product else []
    fees = {postage(shipping, province, total) for total in sums}
    if product is None or len(fees) != 1:
        special = {f"{formats.money(fee)}" for fee in shipping.postage_by_province.values()}
        said = rule | {"special": formats.listing(sorted(special), ask.language)}
        return Reply("utter_fee_rule", said), desk.fact("free_from", str(shipping.free_from), SOURCE)
    (fee,) = fees
    said = rule | {"total": formats.money_range(sums), "item": ordered(product, ask)}
    return Reply("utter_fee_free" if fee == 0 else "utter_fee_flat", said), desk.fact("postage", str(fee), SOURCE)


def _usual(ask: Ask, desk: Desk) -> str:
    """The couriers that the shop chooses from at no extra cost."""
    usual = (c.name[ask.language] for c in desk.shop.shipping.couriers if c.extra is None)
    return formats.listing(usual, ask.language, "or")


def answer_courier(ask: Ask, desk: Desk) -> Answer:
    """Which couriers the shop uses; another one where it can be chosen, and what that costs."""
    shipping = desk.shop.shipping
    usual = _usual(ask, desk)
    extra = next((c for c in shipping.couriers if c.extra is not None), None)
    asked = next((c for c in shipping.couriers if c.id == ask.details.courier), None)
    facts = [desk.fact("couriers", usual, SOURCE)]
    if ask.details.courier and asked is None:
        return answered(Reply("utter_courier_other", {"usual": usual}), *facts, outcome="refused")
    if asked is not None and asked.extra is not None:
        said = {"courier": asked.name[ask.language], "extra": formats.money(asked.extra)}
        facts.append(desk.fact("courier_extra", str(asked.extra), SOURCE))
        return answered(Reply("utter_courier_extra", said), *facts)
    if asked is not None:
        return answered(
            Reply("utter_courier_usual_named", {"courier": asked.name[ask.language], "usual": usual}), *facts
        )
    if extra is None or extra.extra is None:
        return answered(Reply("utter_courier_usual", {"usual": usual}), *facts)
    said = {"usual": usual, "courier": extra.name[ask.language], "extra": formats.money(extra.extra)}
    return answered(Reply("utter_courier_usual_or", said), *facts)
