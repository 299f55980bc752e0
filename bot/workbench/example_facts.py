"""Real facts of the shop for the names in braces of a reply, as the buyer of a first product would hear them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional

from ruamel.yaml import YAML

from bot.core import formats
from bot.core.shop import Product, Shop
from bot.core.types import Language

FEW, SEVERAL = 2, 3
"""Items of a list; products that are named together."""


@lru_cache(maxsize=1)
def said() -> Mapping[str, Any]:
    return YAML(typ="safe").load(Path(__file__).with_name("example_facts.yml"))


def example_facts(shop: Shop, name: str, language: Language) -> dict[str, str]:
    """What a reply might be filled with: each placeholder that any reply has, by the reply's own product."""
    told = {placeholder: pair[language] for placeholder, pair in said().items() if placeholder != "groups"}
    of = _Examples(shop, name, language)
    for part in (of.capability, of.stock, of.sizes, of.sending, of.money, of.policies, of.lists):
        told.update({placeholder: str(value) for placeholder, value in part().items() if value})
    return told


class _Examples:
    """`reply`: its name says of what kind the product is to be."""

    def __init__(self, shop: Shop, reply: str, language: Language):
        self.shop, self.reply, self.language = shop, reply, language
        self.product = self._product()

    def _product(self) -> Product:
        """One of which there is something to say in this reply; else the first."""
        products = self.shop.products
        if self.reply.startswith("utter_size_fit_"):
            fits = [p for p in products.values() if p.fit and self.reply.endswith(p.fit)]
            return fits[0] if fits else next(iter(products.values()))
        found: Optional[str] = None
        if "notes" in self.reply:
            found = _first(p for p, rows in self.shop.size_rows.items() if rows[0].note[self.language])
        elif "size" in self.reply:
            body = "people" not in self.reply
            found = _first(p for p, rows in self.shop.size_rows.items() if bool(rows[0].height) == body)
        elif "gift" in self.reply:
            found = _first(gift.product for gift in self.shop.offers.gifts)
        elif "warranty" in self.reply:
            found = _first(product for part in self.shop.policies.warranty_parts for product in part.products)
        elif held := self._held():
            found = held.product
        return products.get(found or "") or next(iter(products.values()))

    def _held(self) -> Any:
        """A capability with the verdict that the reply is about."""
        verdict = next((one for one in ("limited", "yes", "no") if f"_{one}" in self.reply), "limited")
        trait = self.reply.startswith("utter_trait_")
        known = self.shop.capability_names
        fits = [
            held
            for held in self.shop.capabilities.values()
            if held.verdict == verdict and held.capability in known and bool(known[held.capability].kind) == trait
        ]
        return _first(held for held in fits if bool(held.limit[self.language]) != self.reply.endswith("_plain"))

    def capability(self) -> dict[str, str]:
        at, held = self.language, self._held()
        spec = _first(spec for spec in self.shop.specs if spec.product == self.product.id)
        usage = _first(self.shop.usage.values())
        told = {"name": self.product.name[at], "about": self.shop.about[at], "shop": self.shop.name[at]}
        if held and "spec" not in self.reply:
            told |= {"what": self.shop.capability_names[held.capability].name[at], "limit": held.limit[at]}
        elif spec:
            told["what"] = self.shop.attributes[spec.attribute].name[at]
        others = held.instead if held and held.instead else [p for p in self.shop.products if p != self.product.id]
        told["instead"] = self._names(list(others)[:1])
        told["products"] = told["options"] = self._names(list(self.shop.products)[:SEVERAL], "or")
        told["answer"] = usage.answer[at] if usage else ""
        if self.reply == "utter_faq" and self.shop.faq:
            told["answer"] = self.shop.faq[0].answer[at]
        return told | {"value": spec.value[at] if spec else "", "specs": self._specs(), "count": str(SEVERAL)}

    def stock(self) -> dict[str, str]:
        variants = self.product.variants
        named = [formats.variant_name(self.shop, v.colour, v.size, self.language) for v in variants]
        named = [name for name in named if name] or [self.product.name[self.language]]
        first = variants[0] if variants else None
        item = formats.item(self.shop, self.product, first.colour, first.size, self.language) if first else ""
        listed = formats.listing(named[:FEW], self.language)
        days = _first(v.back_in_days for p in self.shop.products.values() for v in p.variants if v.back_in_days)
        return {
            "item": item,
            "available": listed,
            "offered": listed,
            "others": listed,
            "missing": named[-1],
            "returns": f"{named[-1]} {said()['date'][self.language]}",
            "days": str(days or ""),
        }

    def sizes(self) -> dict[str, str]:
        rows = self.shop.size_rows.get(self.product.id, ())
        names = [formats.size_name(row.size, self.language) for row in rows] or ["M", "L"]
        chart = [f"{row.size} {_range(row.height or row.people)}" for row in rows[:SEVERAL]]
        pair = (names * FEW)[:FEW]
        return {
            "size": names[0],
            "smaller": pair[0],
            "larger": pair[1],
            "towards": pair[1],
            "sizes": formats.listing(pair, self.language),
            "chart": "；".join(chart) if self.language == "zh" else "; ".join(chart),
            "notes": rows[0].note[self.language] if rows else "",
        }

    def sending(self) -> dict[str, str]:
        shipping, at = self.shop.shipping, self.language
        usual = formats.listing((one.name[at] for one in shipping.couriers if not one.extra), at)
        other = _first(one for one in shipping.couriers if one.extra)
        zones = [f"{zone.name[at]} {zone.days[0]}–{zone.days[1]}" for zone in shipping.zones]
        special = _first(shipping.postage_by_province.values())
        told = {
            "origin": shipping.origin[at],
            "cut_off": f"{shipping.cut_off:%H:%M}",
            "zones": formats.listing(zones, at),
            "free_from": formats.money(shipping.free_from),
            "postage": formats.money(shipping.postage),
            "special": formats.money(special) if special else "",
            "usual": usual,
        }
        if other:
            told |= {"courier": other.name[at], "extra": formats.money(other.extra)}
        zone = shipping.zones[0] if shipping.zones else None
        return told | ({"days": f"{zone.days[0]}–{zone.days[1]}"} if zone and "stock" not in self.reply else {})

    def money(self) -> dict[str, str]:
        prices, offers = [v.list_price for v in self.product.variants], self.shop.offers
        if not prices:
            return {}
        total = max(prices[0], offers.off_from)
        gift = _first(one for one in offers.gifts if one.product == self.product.id) or _first(offers.gifts)
        return {
            "price": formats.money(prices[0]),
            "prices": formats.money_range(prices),
            "total": formats.money(total),
            "till": formats.money(total - offers.off),
            "from": formats.money(offers.off_from),
            "off": "" if self.reply.startswith("utter_contact_") else formats.money(offers.off),
            "gift": gift.gift[self.language] if gift else "",
        }

    def policies(self) -> dict[str, Any]:
        told, at, payment = self.shop.policies, self.language, self.shop.payment
        part = _first(told.warranty_parts)
        exception = _first(told.return_exceptions.values())
        opening = _first(self.shop.people.openings.values())
        instalments = payment.instalments
        found = {
            "years": _first(told.warranty_years.values()) or "",
            "fault_days": told.fault_days,
            "exception": exception[at] if exception else "",
            "genuine": self.shop.genuine[at],
            "accepted": formats.listing((word.name[at] for word in payment.accepted), at),
            "method": instalments.name[at],
            "counts": formats.listing(map(str, instalments.counts), at),
            "promised": self.shop.people.promise_now[at],
        }
        if part:
            found |= {"part": part.part[at], "part_years": part.years}
        if opening:
            found |= {"opens": f"{opening.opens:%H:%M}", "closes": f"{opening.closes:%H:%M}"}
        own: dict[str, Callable[[], dict[str, Any]]] = {
            "utter_return_": lambda: {"days": told.return_days},
            "utter_genuine": lambda: {"days": told.return_days},
            "utter_invoice": lambda: {"days": told.invoice_days},
            "utter_payment_": lambda: {
                "from": formats.money(instalments.free_from),
                "method": _first(word.name[at] for word in payment.refused)
                if self.reply.endswith("refused")
                else instalments.name[at],
            },
        }
        for beginning, more in own.items():
            found |= more() if self.reply.startswith(beginning) else {}
        return found

    def lists(self) -> dict[str, str]:
        """A line a product, as a comparison or a recommendation has them."""
        lines = []
        for product in list(self.shop.products.values())[:FEW]:
            price = formats.money_range(v.list_price for v in product.variants)
            lines.append(f"{product.name[self.language]} {price}")
        return {"lines": "\n".join(lines), "facts": self._specs()}

    def _specs(self) -> str:
        own = [spec.value[self.language] for spec in self.shop.specs if spec.product == self.product.id]
        return formats.listing(own[:FEW], self.language)

    def _names(self, ids: Iterable[str], last: str = "and") -> str:
        return formats.listing((self.shop.products[one].name[self.language] for one in ids), self.language, last)


def _first(found: Iterable[Any]) -> Any:
    return next(iter(found), None)


def _range(ends: Optional[tuple[float, float]]) -> str:
    return f"{ends[0]:g}–{ends[1]:g}" if ends else ""
