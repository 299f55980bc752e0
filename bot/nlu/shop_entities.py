"""Recognises the shop's own things by spaCy, from `shop/` at load time: a new product needs no training."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Dict, List, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.bootstrap import live_shop
from bot.core.found import Found
from bot.core.measures import find_measures
from bot.core.text import language_of
from bot.nlu.goods import PHRASES, LiveGoods
from bot.nlu.normalise import fold_text, folded
from bot.nlu.phrases import Phrase, PhraseIndex, inside, longest
from bot.nlu.places import ABROAD, Place, place_words, settle_places, without_other_words
from bot.nlu.typos import SecondLook
from bot.nlu.words import Vocabulary

Span = Tuple[int, int]

_NAMING = re.compile(r"(?:号码?|同号|id|是|is|[:：\s])*")
_MODEL = re.compile(r"\d[a-z]*$")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ShopEntities(EntityExtractorMixin, GraphComponent):
    """Entities by phrase: products, kinds, colours, capabilities, attributes, topics, couriers, ways to pay, places."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {}

    def __init__(self) -> None:
        places = place_vocabulary()
        self._places = PhraseIndex(places)
        self._places_heard = SecondLook({word: meant for word, meant in places.items() if _is_well_known(word, meant)})
        self._goods = LiveGoods()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ShopEntities:
        component = cls()
        component._goods.of(live_shop().current())
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            found = self._entities(message)
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _entities(self, message: Message) -> List[Dict[str, Any]]:
        text = folded(message)
        spans = self._goods.of(live_shop().current()).find(text.text)
        taken = [(start, end) for start, end, _, _ in spans]
        named = [(s[0], s[1], s[3]) for s in self._named_places(text.text) if not inside(s[:2], taken)]
        spans += [(start, end, "region", place) for start, end, place in settle_places(text.text, named)]
        entities = [self._entity(message, name, value, *text.original(start, end)) for start, end, name, value in spans]
        language = language_of(message.get(TEXT) or "")
        if language:
            entities.append(self._entity(message, "language", language, 0, len(message.get(TEXT))))
        return sorted(entities, key=lambda e: (e["start"], e["end"]))

    def _named_places(self, text: str) -> List[Phrase]:
        """Places, those of provinces, cities and countries in ordinary typos too."""
        found = self._places.find(text)
        heard, mended = self._places_heard.hear(text)
        if mended:
            found = longest(found + [s for s in self._places.find(text, heard) if s not in found])
        return without_other_words(text, found)

    def _entity(self, message: Message, name: str, value: Any, start: int, end: int) -> Dict[str, Any]:
        return {
            "entity": name,
            "value": value,
            "start": start,
            "end": end,
            "text": message.get(TEXT)[start:end],
            "extractor": "ShopEntities",
        }


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class MeasureExtractor(EntityExtractorMixin, GraphComponent):
    """Entities by their form: heights, weights, households, quantities, amounts, sizes, dates, contacts."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MeasureExtractor:
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            known = message.get(ENTITIES, [])
            found = self._measures(message, known)
            kept = [e for e in known if e["entity"] == "language" or not _part_of_a_measure(message, e, found)]
            message.set(ENTITIES, kept + found, add_to_output=True)
        return messages

    def _measures(self, message: Message, known: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
        """The measures of a message that are no part of a product's name or another phrase of the shop's."""
        text = folded(message)
        products = [e for e in known if e["entity"] == "product"]
        goods = [text.folded(e["start"], e["end"]) for e in products]
        colours = [text.folded(e["start"], e["end"]) for e in known if e["entity"] == "colour"]
        named = [(e["start"], e["end"]) for e in known if e["entity"] in PHRASES]
        offered = _sizes_of(products)
        plain = _without_models(text.text, goods)
        found = []
        for measure in find_measures(plain, [_with_colours(plain, span, colours) for span in goods]):
            start, end = text.original(measure.start, measure.end)
            if inside((start, end), named) or (measure.name == "height" and _metres(measure) & offered):
                continue
            value = {"amount": measure.value, **measure.extra} if measure.name == "price" else measure.value
            entity = {"entity": measure.name, "value": value, "start": start, "end": end}
            found.append({**entity, "text": message.get(TEXT)[start:end], "extractor": "MeasureExtractor"})
        return found


def _without_models(text: str, goods: List[Span]) -> str:
    """The text with blanks for names that end with a model number, which is no measure (W05XL is W05 in XL)."""
    for start, end in goods:
        if _MODEL.search(text, start, end):
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _with_colours(text: str, goods: Span, colours: List[Span]) -> Span:
    """The span of a product with the colours before it (two black kettles)."""
    start, end = goods
    for colour_start, colour_end in reversed(colours):
        if colour_end <= start and not text[colour_end:start].strip():
            start = colour_start
    return start, end


def _sizes_of(products: List[Dict[str, Any]]) -> set[str]:
    """The sizes that the products named come in."""
    shop = live_shop().current()
    ids = [i for e in products for i in (e["value"] if isinstance(e["value"], (list, tuple)) else [e["value"]])]
    return {size for i in ids if i in shop.products for size in shop.products[i].sizes}


def _metres(height: Found) -> set[str]:
    """A length as the shop's sizes may write it: of a bed that is named it is the bed's, not the buyer's."""
    return {f"{height.value:g}cm", f"{height.value / 100:g}m"}


def _part_of_a_measure(message: Message, entity: Dict[str, Any], measures: List[Dict[str, Any]]) -> bool:
    """Whether the words of the entity belong to a measure: they lie in it, or say of what kind it is (my wechat is
    lily_2088, weight 57kg)."""
    name = entity["entity"]
    for measure in measures:
        between = message.get(TEXT)[entity["end"] : measure["start"]].lower()
        introduced = entity["end"] <= measure["start"] and _NAMING.fullmatch(between)
        if measure["entity"] == "contact":
            if measure["start"] <= entity["start"] < measure["end"]:
                return True
            if name in ("payment_method", "region") and introduced:
                return True
        elif name == "region" and entity["start"] < measure["end"] and measure["start"] < entity["end"]:
            return True
        elif name == "attribute" and measure["entity"] in ("height", "weight"):
            held = measure["start"] <= entity["start"] < measure["end"]
            if introduced or held:
                return True
    return False


def place_vocabulary() -> Vocabulary:
    """Each word for places with all the places that it may mean."""
    places: Dict[str, List[Place]] = defaultdict(list)
    for word, place in place_words():
        places[fold_text(word).text].append(place)
    return {word: [("region", tuple(meant))] for word, meant in places.items()}


def _is_well_known(word: str, meant: List[Tuple[str, Any]]) -> bool:
    """A province, or a city of China by its Chinese name: for others too many ordinary words would be typos of theirs."""
    places = [place for _, found in meant for place in found if place["province"] != ABROAD]
    return any("county" not in place and not (word.isascii() and "city" in place) for place in places)
