"""Loads a shop's folder into one `Shop`, or says what is wrong with it. The format: docs/shop-files.md."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.adapters.shop_faq import read_faq, read_faq_rules
from bot.adapters.shop_robots import read_robots, read_telling
from bot.adapters.shop_rules import Rules, read_rules
from bot.adapters.shop_tables import Problems, Row, read_table
from bot.core import shop as s
from bot.core.card import FILLED_IN
from bot.core.digest_words import WORDS as DIGEST_WORDS
from bot.core.labels import HANDED_OVER
from bot.core.when import REASONS
from bot.ports import ShopFileError

VERDICTS = ("yes", "limited", "no")
KINDS = ("trait",)
FITS = ("true", "small", "large")
NAMES = ("name_zh", "name_en")
WORDS = ("words_zh", "words_en")


def fingerprint(folder: Path) -> str:
    """A value that changes when any file of the folder does."""
    parts = [f"{p.name}:{p.stat().st_mtime_ns}:{p.stat().st_size}" for p in _files(folder)]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*.*") if p.suffix in (".csv", ".yml"))


def load_shop(folder: Path) -> s.Shop:
    """The shop in `folder`. Raises ShopFileError with every problem found, one sentence each."""
    if not folder.is_dir():
        raise ShopFileError([f"{folder}: there is no such folder; NIGHTDESK_SHOP names the shop's folder."])
    problems = Problems()
    version = fingerprint(folder)
    shop = _Loader(folder, problems).load(version)
    if problems:
        raise ShopFileError(list(problems))
    return shop


class _Standing(TypedDict):
    """What policies.yml holds, by the shop's fields."""

    policies: s.Policies
    payment: s.Payment


class _Loader:
    """One pass over the folder; the tables that others refer to come first."""

    def __init__(self, folder: Path, problems: Problems):
        self.folder, self.problems = folder, problems

    def rows(self, file: str, *columns: str):
        return read_table(self.folder, file, columns, self.problems)

    def load(self, version: str) -> s.Shop:
        self.categories = self.vocabulary("categories.csv")
        self.colours = self.vocabulary("colours.csv")
        self.capability_names = self.vocabulary("capability_names.csv")
        self.attributes = self.vocabulary("attributes.csv")
        self.topics = self.vocabulary("topics.csv")
        self.products = self.read_products()
        about = read_rules(self.folder, "shop.yml", self.problems)
        desk = read_rules(self.folder, "desk.yml", self.problems)
        people = self.read_people()
        return s.Shop(
            name=about.pair("name"),
            about=about.pair("about"),
            genuine=about.pair("genuine"),
            timezone=self.zone(about),
            products=self.products,
            categories=self.categories,
            colours=self.colours,
            capability_names=self.capability_names,
            attributes=self.attributes,
            topics=self.topics,
            capabilities=self.read_capabilities(),
            specs=tuple(self.read_specs()),
            size_rows=self.read_size_guide(),
            usage=self.read_usage(),
            faq=read_faq(self.folder, self.products, self.problems),
            shipping=self.read_shipping(),
            offers=self.read_offers(),
            **self.read_policies(),
            people=people,
            handover=self.read_handover(),
            card=self.read_card(),
            desk=self.read_desk(desk),
            digest=self.read_digest(),
            robots=read_robots(desk, people.openings),
            telling=read_telling(self.folder, self.problems),
            version=version,
        )

    def zone(self, about: Rules) -> str:
        name = about.text("timezone")
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            about.wrong("timezone", f"`timezone` is “{name}”; write a name such as Asia/Shanghai.")
        return name

    def vocabulary(self, file: str) -> dict[str, s.Word]:
        found: dict[str, s.Word] = {}
        owners: dict[str, str] = {}
        for row in self.rows(file, "id", *NAMES, *WORDS):
            kind = row.one_of("kind", KINDS, "kind", needed=False)
            word = s.Word(row.text("id"), row.pair("name"), row.words("words"), kind)
            if word.id in found:
                row.wrong(f"the id “{word.id}” stands twice; give this row another one.")
            for spoken in word.words:
                owner = owners.setdefault(spoken.casefold(), word.id)
                if owner != word.id:
                    row.wrong(f"the word “{spoken}” already belongs to “{owner}”; keep it in one row.")
            found[word.id] = word
        return found

    def read_products(self) -> dict[str, s.Product]:
        variants = self.read_variants()
        found: dict[str, s.Product] = {}
        known: dict[str, Row] = {}
        for row in self.rows("products.csv", "id", *NAMES, "also_called_zh", "also_called_en", "category", "fit"):
            product_id = row.text("id")
            if product_id in known:
                row.wrong(f"the id “{product_id}” stands twice; give this row another one.")
            if product_id not in variants:
                row.wrong(f"“{product_id}” has no row in variants.csv; add what can be bought of it.")
            known[product_id] = row
            found[product_id] = s.Product(
                id=product_id,
                name=row.pair("name"),
                also_called=row.words("also_called"),
                category=row.one_of("category", self.categories, "category") or "",
                fit=row.one_of("fit", FITS, "fit", needed=False),
                variants=tuple(variants[product_id][1]) if product_id in variants else (),
            )
        for product_id, (first, _) in variants.items():
            if product_id not in found:
                first.wrong(f"the product “{product_id}” is not in products.csv; add it there or correct the id.")
        return found

    def read_variants(self) -> dict[str, tuple[Row, list[s.Variant]]]:
        """The variants of each product, with the first of their rows."""
        found: dict[str, tuple[Row, list[s.Variant]]] = {}
        seen: set[str] = set()
        columns = ("sku", "product", "colour", "size", "list_price", "stock", "back_in_days", "discontinued")
        for row in self.rows("variants.csv", *columns):
            variant = s.Variant(
                sku=row.text("sku"),
                product=row.text("product"),
                colour=row.one_of("colour", self.colours, "colour", needed=False),
                size=row.text("size", needed=False) or None,
                list_price=row.money("list_price"),
                opening_stock=row.whole("stock", needed=True) or 0,
                back_in_days=row.whole("back_in_days"),
                discontinued=row.one_of("discontinued", ("yes", "no"), "answer", needed=False) == "yes",
            )
            if variant.sku in seen:
                row.wrong(f"the sku “{variant.sku}” stands twice; give this row another one.")
            seen.add(variant.sku)
            found.setdefault(variant.product, (row, []))[1].append(variant)
        return found

    def product_of(self, row: Row, size: str | None = None) -> str:
        product = row.one_of("product", self.products, "product") or ""
        if size and product and size not in self.products[product].sizes:
            sizes = ", ".join(self.products[product].sizes) or "none"
            row.wrong(f"`size` is “{size}”, but {product} comes in: {sizes}.")
        return product

    def read_capabilities(self) -> dict[tuple[str, str], s.Capability]:
        found: dict[tuple[str, str], s.Capability] = {}
        for row in self.rows("capabilities.csv", "product", "capability", "verdict", "limit_zh", "limit_en", "instead"):
            product = self.product_of(row)
            capability = row.one_of("capability", self.capability_names, "capability") or ""
            verdict = row.one_of("verdict", VERDICTS, "verdict") or "no"
            instead = row.values("instead")
            for other in instead:
                if other not in self.products:
                    row.wrong(f"`instead` names “{other}”, which is no product; correct the id.")
            if (product, capability) in found:
                row.wrong(f"{product} and {capability} stand twice; keep one verdict.")
            limit = row.pair("limit", needed=verdict != "yes")
            instead_for = row.one_of("instead_for", self.capability_names, "capability", needed=False)
            if instead_for and not instead:
                row.wrong("`instead_for` stands without `instead`; name the products, or clear the cell.")
            held = s.Capability(product, capability, verdict, limit, instead, instead_for, row.origin())
            found[product, capability] = held
        return found

    def read_specs(self):
        for row in self.rows("specs.csv", "product", "size", "attribute", "value_zh", "value_en"):
            size = row.text("size", needed=False) or None
            attribute = row.one_of("attribute", self.attributes, "attribute") or ""
            yield s.Spec(self.product_of(row, size), size, attribute, row.pair("value"), row.origin())

    def read_size_guide(self) -> dict[str, tuple[s.SizeRow, ...]]:
        found: dict[str, tuple[s.SizeRow, ...]] = {}
        columns = [f"{name}_{end}" for name in ("height", "weight", "people") for end in ("min", "max")]
        for row in self.rows("size_guide.csv", "product", "size", *columns, "note_zh", "note_en"):
            size = row.text("size")
            product = self.product_of(row, size)
            people = row.span("people")
            guide = s.SizeRow(
                product=product,
                size=size,
                height=row.span("height"),
                weight=row.span("weight"),
                people=(int(people[0]), int(people[1])) if people else None,
                note=row.pair("note", needed=False),
                origin=row.origin(),
            )
            found[product] = (*found.get(product, ()), guide)
        return found

    def read_usage(self) -> dict[tuple[str, str], s.Usage]:
        found: dict[tuple[str, str], s.Usage] = {}
        for row in self.rows("usage.csv", "product", "topic", "answer_zh", "answer_en"):
            key = (self.product_of(row), row.one_of("topic", self.topics, "topic") or "")
            if key in found:
                row.wrong(f"{key[0]} and {key[1]} stand twice; put both answers into one row.")
            found[key] = s.Usage(*key, row.pair("answer"), row.origin())
        return found

    def known_products(self, rules: Rules, key: str, products: tuple[str, ...]) -> tuple[str, ...]:
        for product in products:
            if product not in self.products:
                rules.wrong(key, f"“{product}” is not in products.csv; correct the id.")
        return products

    def read_shipping(self) -> s.Shipping:
        rules = read_rules(self.folder, "shipping.yml", self.problems)
        postage = rules.part("postage")
        by_province = postage.part("by_province")
        return s.Shipping(
            origin=rules.pair("from"),
            cut_off=rules.clock_time("cut_off"),
            zones=tuple(self.read_zone(zone) for zone in rules.parts("arrival")),
            couriers=tuple(
                s.Courier(
                    id=courier.text("id"),
                    name=courier.pair("name"),
                    words=courier.texts("words"),
                    extra=courier.money("extra") if courier.has("extra") else None,
                )
                for courier in rules.parts("couriers")
            ),
            couriers_not_used=rules.texts("couriers_not_used"),
            free_from=postage.money("free_from"),
            postage=postage.money("otherwise"),
            postage_by_province={code: by_province.money(code) for code in by_province.names()},
            not_served=rules.texts("not_served"),
            ways=tuple(
                s.DeliveryWay(
                    name=way.pair("name"),
                    words=way.texts("words"),
                    answer=way.pair("answer") if way.has("answer") else None,
                )
                for way in rules.parts("delivery_ways")
            ),
        )

    def read_zone(self, zone: Rules) -> s.Zone:
        days = zone.raw("days", list, "two numbers such as [2, 4]", [0, 0])
        if len(days) != 2 or not all(isinstance(day, int) for day in days) or days[0] > days[1]:
            zone.wrong("days", f"`days` is {list(days)}; write the fewest and the most days, such as [2, 4].")
            days = [0, 0]
        provinces = zone.raw("provinces", (list, str), 'a list of province codes, or "rest"', [])
        rest = provinces == "rest"
        return s.Zone(zone.pair("name"), ("rest",) if rest else tuple(map(str, provinces)), (days[0], days[1]))

    def read_offers(self) -> s.Offers:
        rules = read_rules(self.folder, "offers.yml", self.problems)
        money_off = rules.part("money_off")
        gifts = []
        for gift in rules.parts("gifts"):
            (product,) = self.known_products(gift, "product", (gift.text("product"),))
            gifts.append(s.Gift(product, gift.pair("gift")))
        other_sales = rules.texts("other_sales") if rules.has("other_sales") else ()
        return s.Offers(money_off.money("from"), money_off.money("off"), tuple(gifts), other_sales)

    def read_policies(self) -> _Standing:
        rules = read_rules(self.folder, "policies.yml", self.problems)
        returns, warranty, payment = (rules.part(key) for key in ("returns", "warranty", "payment"))
        exceptions, years = returns.part("exceptions"), warranty.part("years_by_category")
        parts = tuple(
            s.PartWarranty(p.pair("part"), p.whole("years"), self.known_products(p, "products", p.texts("products")))
            for p in warranty.parts("parts")
        )
        self.known_products(returns, "exceptions", tuple(exceptions.names()))
        invoice = rules.part("invoice")
        policies = s.Policies(
            return_days=returns.whole("days"),
            return_exceptions={name: exceptions.pair(name) for name in exceptions.names()},
            warranty_years={name: years.whole(name) for name in years.names()},
            warranty_parts=parts,
            fault_days=warranty.whole("fault_days"),
            invoice_days=invoice.whole("days"),
            special_invoice_words=invoice.texts("special_words") if invoice.has("special_words") else (),
        )
        return {"policies": policies, "payment": self.read_payment(payment)}

    def read_payment(self, payment: Rules) -> s.Payment:
        def words(key: str) -> tuple[s.Word, ...]:
            return tuple(s.Word(w.text("id"), w.pair("name"), w.texts("words")) for w in payment.parts(key))

        instalments = payment.part("instalments")
        counts = tuple(instalments.raw("counts", list, "numbers such as [3, 6]", []))
        return s.Payment(
            accepted=words("accepted"),
            refused=words("refused"),
            instalments=s.Instalments(instalments.pair("name"), counts, instalments.money("free_from")),
        )

    def read_people(self) -> s.People:
        rules = read_rules(self.folder, "hours.yml", self.problems)
        queues, labels, promise = (rules.part(key) for key in ("queues", "labels", "promise"))
        closed = rules.raw("nobody_at_spring_festival", bool, "true or false", False)
        openings = {name: self.read_opening(queues.part(name), closed) for name in queues.names()}
        for label in labels.names():
            if label not in HANDED_OVER:
                labels.wrong(
                    label, f"“{label}” is no label that a person takes over; write one of {', '.join(HANDED_OVER)}."
                )
            if labels.text(label) not in openings:
                labels.wrong(label, f"there is no queue “{labels.text(label)}”; add it under `queues`.")
        if "sales" not in openings:
            rules.wrong("queues", "the queue `sales` is missing; what is not listed goes there.")
        return s.People(
            queue_of={label: labels.text(label) for label in labels.names()},
            openings=openings,
            promise_now=promise.pair("now"),
            promise_later=promise.pair("later"),
        )

    def read_opening(self, rules: Rules, closed_at_spring_festival: bool) -> s.Opening:
        days = rules.text("days")
        if days not in ("daily", "working_days"):
            rules.wrong("days", f"`days` is “{days}”; write daily or working_days.")
        opens, closes = rules.clock_time("from"), rules.clock_time("to")
        if opens >= closes:
            rules.wrong("to", f"it closes at {closes:%H:%M}, before it opens at {opens:%H:%M}; correct the times.")
        return s.Opening(days, opens, closes, closed_at_spring_festival)

    def read_desk(self, rules: Rules) -> s.DeskRules:
        reasons, remind, close = (rules.part(key) for key in ("reasons", "remind", "close"))
        groups = {outcome: reasons.part(outcome) for outcome in ("lost", "settled")}
        for outcome, part in groups.items():
            if reasons.has(outcome) and not part.names():
                reasons.wrong(outcome, f"`{outcome}` names no reason; an agent could not close with it. Write one.")
        return s.DeskRules(
            reasons={outcome: {name: part.pair(name) for name in part.names()} for outcome, part in groups.items()},
            remind_waiting_minutes=remind.whole("waiting_minutes"),
            remind_silent_hours=remind.whole("silent_hours"),
            close_silent_hours=close.whole("silent_hours"),
            close_waiting_days=close.whole("waiting_days"),
            forget_after_days=rules.part("forget").whole("after_days") if rules.has("forget") else 0,
            digest_at=rules.part("digest").clock_time("at"),
        )

    def read_digest(self) -> dict[str, s.Pair]:
        rules = read_rules(self.folder, "digest.yml", self.problems)
        return {name: rules.filled_pair(name, allowed) for name, allowed in DIGEST_WORDS.items()}

    def read_handover(self) -> s.Handover:
        rules = read_rules(self.folder, "handover.yml", self.problems)
        return s.Handover(
            bulk_from=rules.whole("bulk_from"),
            misunderstandings=rules.whole("misunderstandings"),
            sure_enough=rules.number("sure_enough"),
            few_left=rules.whole("few_left"),
            **read_faq_rules(rules),
        )

    def read_card(self) -> s.CardWords:
        rules = read_rules(self.folder, "card.yml", self.problems)
        headline, suggested = rules.part("headline"), rules.part("suggested")
        return s.CardWords(
            headline={reason: headline.filled_pair(reason, FILLED_IN) for reason in REASONS},
            suggested={reason: suggested.filled_pair(reason, FILLED_IN) for reason in REASONS},
            nothing_said=rules.pair("nothing_said"),
            unnamed=rules.pair("unnamed"),
        )
