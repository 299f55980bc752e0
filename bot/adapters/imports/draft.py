"""Puts what a source states into the tables of a shop's folder: what is there already stays, and what differs is told."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.adapters.imports.folder import Table
from bot.adapters.imports.goods import LONGEST_FACT, Catalogue, Gap, Good, Item, amount_text, language_in, price
from bot.adapters.imports.headings import headings, plain
from bot.adapters.imports.vocabulary import Finder, Vocabulary, size_of, usable_id, without_remark
from bot.adapters.imports.words import ATTRIBUTES
from bot.adapters.inventories.reading import whole
from bot.core.shop import FIT

OF_THE_VARIANTS = {"colour": "colour", "size": "size", "capacity": "size"}
"""Attributes that tell variants apart, and what they are of a variant."""

FOR_PEOPLE = (FIT, "functions")
"""Attributes that are answered from elsewhere: how sizes run, what it can do. Only a person can say that."""

LONG_NAME = 30
"""Characters; a name that long is a page's title."""


@dataclass
class Counts:
    new_products: int = 0
    known_products: int = 0
    new_variants: int = 0
    known_variants: int = 0
    specs: int = 0
    filled: int = 0


@dataclass(frozen=True)
class Choice:
    """A variant as it was understood."""

    item: Item
    colour: str
    size: str


@dataclass
class Draft:
    """`tables` are added to. `category`: of products whose source names none. `take_prices`: prices that differ are the
    source's from now on. `asked`: what buyers ask of which kind of goods (category, capability)."""

    tables: Mapping[str, Table]
    category: str = ""
    take_prices: bool = False
    asked: Sequence[tuple[str, str]] = ()
    gaps: list[Gap] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    touched: dict[str, Good] = field(default_factory=dict)
    products: dict[str, dict[str, str]] = field(init=False, repr=False)
    variants: dict[str, list[dict[str, str]]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.colours = Vocabulary(self.tables["colours.csv"], "colour")
        self.categories = Vocabulary(self.tables["categories.csv"], "category")
        self.attributes = Vocabulary(self.tables["attributes.csv"], "attribute")
        self.products = {row["id"].strip(): row for row in self.tables["products.csv"].rows}
        skus = {row["sku"].strip(): row for row in self.tables["variants.csv"].rows}
        for row in skus.values():
            self.variants.setdefault(row["product"].strip(), []).append(row)
        self.specs: dict[tuple[str, str], list[dict[str, str]]] = {}
        for row in self.tables["specs.csv"].rows:
            self.specs.setdefault((row["product"].strip(), row["attribute"].strip()), []).append(row)
        self._known_products, self._known_skus = Finder(dict(self.products)), Finder(skus)
        self.before = {product: list(rows) for product, rows in self.variants.items()}
        self._skus: dict[str, str] = {sku: row["product"].strip() for sku, row in skus.items()}
        self._matched: set[int] = set()
        self._numbers: dict[str, int] = {}

    def put(self, catalogue: Catalogue) -> None:
        for good in catalogue.goods:
            self._put(good)
        self.gaps += catalogue.gaps

    def not_in_source(self, product: str) -> list[str]:
        """SKUs that the shop has of a product and the source has not."""
        return [row["sku"].strip() for row in self.before.get(product, ()) if id(row) not in self._matched]

    def _tell(self, kind: str, product: str, **values: str) -> None:
        self.gaps.append(Gap(kind, product, values))

    def _free(self, name: str, taken: Container[str]) -> str:
        """The name, or with a number behind it one that nothing has yet."""
        free = name
        while free in taken:
            self._numbers[name] = self._numbers.get(name, 1) + 1
            free = f"{name.removesuffix('-1')}-{self._numbers[name]}"
        return free

    # --- products ----------------------------------------------------------------------------------------------------

    def _put(self, good: Good) -> None:
        owners = dict.fromkeys(
            row["product"].strip() for item in good.items if (row := self._known_skus.find(item.sku))
        )
        known = self._known_products.find(good.id) or self._known_products.find(usable_id(good.id))
        if len(owners) > 1:
            self._tell("two_owners", next(iter(owners)), where=good.where, products=", ".join(owners))
            return
        product = next(iter(owners), None) or (known["id"].strip() if known else None)
        if product in self.products and (owners or product not in self.touched):
            self.counts.known_products += product not in self.touched
            self._fill(self.products[product], good, product)
        else:
            product = self._new_product(good)
        self.touched.setdefault(product, good)
        self.gaps += [Gap(gap.kind, product, gap.values) for gap in good.gaps]
        choices, spoken_for = self._choices(good, product)
        for choice in choices:
            self._put_item(choice, product, len(choices) == 1)
        self._put_facts(product, [fact for fact in good.facts if fact not in spoken_for])
        self._put_weights(product, choices)

    def _new_product(self, good: Good) -> str:
        product = self._free(usable_id(good.id) or "p-1", self.products)
        if product != good.id:
            self._tell("made_id", product, id=good.id or "–", where=good.where)
        names = {language: good.names.get(language) or next(iter(good.names.values()), "") for language in ("zh", "en")}
        row = {"id": product, "name_zh": names["zh"], "name_en": names["en"], "category": self._category(good)}
        self.tables["products.csv"].add(**row)
        self.products[product] = row
        self.variants[product] = []
        self.counts.new_products += 1
        if max(len(name) for name in names.values()) > LONG_NAME:
            self._tell("long_name", product, name=max(names.values(), key=len))
        return product

    def _category(self, good: Good) -> str:
        """The first of the source's categories that the shop knows, else a new one: its broadest."""
        paths = [path for path in good.categories if path and plain(path[0]) not in headings()["no_category"]]
        for part in (part for path in paths for part in path):
            if found := self.categories.find(part):
                return found
        if not paths:
            return self.category
        new = self.categories.add(paths[0][0])
        self._tell("new_category", "", category=paths[0][0], id=new)
        return new

    def _fill(self, row: dict[str, str], good: Good, product: str) -> None:
        """What is empty, or stands there in the other language until somebody translates it, is filled in."""
        if not row["category"].strip() and (category := self._category(good)):
            self.tables["products.csv"].change(row, category=category)
        for language, name in good.names.items():
            if language_in(row[f"name_{language}"]) not in (None, language) and language_in(name) == language:
                self.tables["products.csv"].change(row, **{f"name_{language}": name})
                self.counts.filled += 1

    # --- variants ----------------------------------------------------------------------------------------------------

    def _choices(self, good: Good, product: str) -> tuple[list[Choice], list[tuple[str, str]]]:
        """Each item with its colour and size, and the facts that were one: a colour or size that is the same for all
        variants may stand beside them."""
        colour_option = self._colour_option(good.items)
        for_all: dict[str, tuple[str, str]] = {}
        for name, value in good.facts:
            kind = OF_THE_VARIANTS.get(self._kind(name) or "")
            if kind and "," not in value:
                for_all.setdefault(kind, (name, value))
        found, spoken_for = [], []
        for item in good.items:
            own = {"colour": next((v for n, v in item.options if plain(n) == colour_option), "")}
            others = [(name, value) for name, value in item.options if plain(name) != colour_option]
            own["size"] = " / ".join(value for _, value in others)
            if len(others) > 1:
                self._tell("joined_options", product, options=", ".join(name for name, _ in others), size=own["size"])
            for kind, fact in for_all.items():
                if not own[kind]:
                    own[kind] = fact[1]
                    spoken_for.append(fact)
            found.append(Choice(item, own["colour"], size_of(own["size"])))
        return self._short_sizes(found, product), spoken_for

    def _colour_option(self, items: Iterable[Item]) -> str | None:
        """The option that is the colour: by its name, else the one whose every value is a colour that is known."""
        values: dict[str, list[str]] = {}
        for item in items:
            for name, value in item.options:
                values.setdefault(plain(name), []).append(value)
        named = [name for name in values if name in headings()["options"]["colour"] or self._kind(name) == "colour"]
        known = [name for name, held in values.items() if all(self.colours.find(value) for value in held)]
        return next(iter((*named, *known)), None)

    def _kind(self, name: str) -> str | None:
        """The attribute that a field's name means, the names of options among them."""
        for kind in ("colour", "size"):
            if plain(name) in headings()["options"][kind]:
                return self.attributes.find(name) or kind
        return self.attributes.find(name)

    def _short_sizes(self, choices: list[Choice], product: str) -> list[Choice]:
        """Sizes without the remarks behind them (M（建议100-115斤）), where they tell the variants apart without."""
        short = [size_of(without_remark(choice.size)) for choice in choices]
        pairs = {(plain(choice.colour), size) for choice, size in zip(choices, short)}
        remarks = [choice.size for choice, size in zip(choices, short) if size != choice.size]
        if not remarks or len(pairs) < len(choices):
            return choices
        self._tell("size_remark", product, remarks=", ".join(dict.fromkeys(remarks)))
        return [Choice(c.item, c.colour, size) for c, size in zip(choices, short)]

    def _put_item(self, choice: Choice, product: str, only: bool) -> None:
        """`only`: whether nothing else can be bought of the product."""
        item = choice.item
        row = self._known_skus.find(item.sku)
        if row is None or id(row) in self._matched:
            row = self._same_choice(choice, product, only)
        if row is not None:
            self._compare(row, item, product)
            return
        colour = (self.colours.find(choice.colour) or self._new_colour(choice.colour)) if choice.colour else ""
        sku = " ".join(item.sku.split()) or self._made_sku(product, colour, choice.size)
        if sku in self._skus:
            self._tell("same_sku", product, sku=sku, other=self._skus[sku], where=item.where)
        self._skus[sku] = product
        new = {"sku": sku, "product": product, "colour": colour, "size": choice.size, "list_price": "", "stock": ""}
        new.update(self._stated(item))
        self.tables["variants.csv"].add(**new)
        self.variants.setdefault(product, []).append(new)
        self.counts.new_variants += 1
        if item.price and not new["list_price"]:
            self._tell("bad_price", product, sku=sku, price=item.price, where=item.where)

    @staticmethod
    def _stated(item: Item) -> dict[str, str]:
        """Price and stock of an item, as far as they are numbers."""
        amount, stock = price(item.price)[0], whole(item.stock)
        found = {
            "list_price": amount_text(amount) if amount else "",
            "stock": str(max(stock, 0)) if stock is not None else "",
        }
        return {column: value for column, value in found.items() if value}

    def _same_choice(self, choice: Choice, product: str, only: bool) -> dict[str, str] | None:
        """The shop's variant of this colour and size, or its one variant where the source has one too and tells neither;
        told where the SKUs differ."""
        colour = self.colours.find(choice.colour) if choice.colour else ""
        before = self.before.get(product, ())
        one_each = only and len(before) == 1 and not (choice.colour or choice.size)
        for row in before:
            fits = (row["colour"].strip(), size_of(row["size"].strip())) == (colour, choice.size)
            if (fits or one_each) and id(row) not in self._matched:
                if choice.item.sku:
                    self._tell("sku_differs", product, ours=row["sku"], theirs=choice.item.sku)
                return row
        return None

    def _compare(self, row: dict[str, str], item: Item, product: str) -> None:
        """Fills in what the shop's row lacks; a price that differs is told, and taken only if that was asked for."""
        self._matched.add(id(row))
        self.counts.known_variants += 1
        stated = self._stated(item)
        filled = {column: value for column, value in stated.items() if not row[column].strip()}
        ours, theirs = price(row["list_price"])[0], price(item.price)[0]
        if ours and theirs and ours != theirs:
            self._tell(
                "price_taken" if self.take_prices else "price_differs",
                product,
                sku=row["sku"],
                ours=amount_text(ours),
                theirs=amount_text(theirs),
            )
            if self.take_prices:
                self.tables["variants.csv"].change(row, list_price=stated["list_price"])
        if filled:
            self.tables["variants.csv"].change(row, **filled)
            self.counts.filled += 1

    def _new_colour(self, colour: str) -> str:
        new = self.colours.add(colour)
        self._tell("new_colour", "", colour=colour, id=new)
        return new

    def _made_sku(self, product: str, colour: str, size: str) -> str:
        sku = self._free("-".join(part for part in (product, colour, usable_id(size)) if part), self._skus)
        self._tell("made_sku", product, sku=sku)
        return sku

    # --- values ------------------------------------------------------------------------------------------------------

    def _put_facts(self, product: str, facts: Iterable[tuple[str, str]]) -> None:
        for name, value in facts:
            attribute = self._kind(name)
            if len(value) > LONGEST_FACT:
                self._tell("long_value", product, attribute=name)
            elif attribute in FOR_PEOPLE:
                self._tell("stated", product, attribute=name, value=value)
            elif attribute not in ("colour", "size") and plain(name) not in headings()["not_a_fact"]:
                self._put_value(product, attribute or self._new_attribute(name), "", value)

    def _new_attribute(self, name: str) -> str:
        ours = ATTRIBUTES.get(name)
        new = self.attributes.add(name, ours)
        if ours is None:
            self._tell("new_attribute", "", attribute=name, id=new)
        return new

    def _put_weights(self, product: str, choices: list[Choice]) -> None:
        """One weight for all, or one by size; weights that differ otherwise are nobody's."""
        weights = {choice.item.weight for choice in choices}
        by_size: dict[str, set[str]] = {}
        for choice in choices:
            by_size.setdefault(choice.size, set()).add(choice.item.weight)
        if weights == {""} or not weights:
            return
        if len(weights) == 1:
            self._put_value(product, self._weight(), "", weights.pop())
        elif all(size and len(some) == 1 for size, some in by_size.items()):
            for size, some in by_size.items():
                if weight := some.pop():
                    self._put_value(product, self._weight(), size, weight)
        else:
            self._tell("weights_differ", product, weights=", ".join(sorted(weights - {""})))

    def _weight(self) -> str:
        return self.attributes.find("weight") or self._new_attribute("weight")

    def _put_value(self, product: str, attribute: str, size: str, value: str) -> None:
        held = self.specs.get((product, attribute), [])
        same = [row for row in held if row["size"].strip() in ("", size)]
        if not held:
            row = {"product": product, "size": size, "attribute": attribute, "value_zh": value, "value_en": value}
            self.tables["specs.csv"].add(**row)
            self.counts.specs += 1
            if not size:
                self.specs[product, attribute] = [row]
        elif size and not same:
            return
        elif language := next((one for one in self._untranslated(same[0]) if language_in(value) == one), None):
            self.tables["specs.csv"].change(same[0], **{f"value_{language}": value})
            self.counts.filled += 1
        elif plain(value) not in {plain(row[f"value_{one}"]) for row in held for one in ("zh", "en")}:
            language = language_in(value)
            ours = (same or held)[0]["value_en" if language == "en" else "value_zh"]
            if language in (None, language_in(ours)):
                self._tell("value_differs", product, attribute=attribute, ours=ours, theirs=value)

    def _untranslated(self, row: Mapping[str, str]) -> Iterator[str]:
        return (one for one in ("zh", "en") if language_in(row[f"value_{one}"]) not in (None, one))
