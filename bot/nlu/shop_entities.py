"""Recognises the shop's own things by spaCy, from `shop/` at load time: a new product needs no training."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Dict, Iterator, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.bootstrap import live_shop
from bot.core.measures import find_measures
from bot.core.shop import Shop
from bot.core.text import language_of
from bot.nlu.normalise import fold_text, folded
from bot.nlu.places import Place, place_words, settle_places
from bot.nlu.typos import BY_LETTERS, SecondLook
from bot.nlu.words import OCCASION, Vocabulary, shop_words, split_words

_PHRASES = ("product", "capability", "attribute", "topic", OCCASION)
"""Kinds whose words are phrases of their own: what lies within one is part of it."""

_NAMING = re.compile(r"(?:号码?|id|是|is|[:：\s])*")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ShopEntities(EntityExtractorMixin, GraphComponent):
    """Entities by phrase: products, kinds, colours, capabilities, attributes, topics, couriers, ways to pay, places."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {}

    def __init__(self) -> None:
        self._places = PhraseIndex(place_vocabulary())
        self._shop: Shop | None = None
        self._goods: PhraseIndex | None = None
        self._second_look: SecondLook | None = None

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ShopEntities:
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        shop = live_shop().current()
        if shop is not self._shop:
            words = shop_words(shop)
            self._shop, self._goods, self._second_look = shop, PhraseIndex(words), SecondLook(words)
        for message in messages:
            found = self._entities(message)
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _entities(self, message: Message) -> List[Dict[str, Any]]:
        text = folded(message)
        spans = self._shops_own(text.text)
        taken = [(start, end) for start, end, _, _ in spans]
        named = [(s[0], s[1], s[3]) for s in self._places.find(text.text) if not _inside(s[:2], taken)]
        spans += [(start, end, "region", place) for start, end, place in settle_places(text.text, named)]
        entities = [self._entity(message, name, value, *text.original(start, end)) for start, end, name, value in spans]
        language = language_of(message.get(TEXT) or "")
        if language:
            entities.append(self._entity(message, "language", language, 0, len(message.get(TEXT))))
        return sorted(entities, key=lambda e: (e["start"], e["end"]))

    def _shops_own(self, text: str) -> List[tuple[int, int, str, Any]]:
        """The shop's things; with a typo those of kinds that are not named otherwise, or named only by a part of it."""
        found = self._goods.find(text)
        heard, mended = self._second_look.hear(split_words(text))
        if mended:
            second = [s for s in self._goods.find(text, heard) if s[2] in BY_LETTERS and s not in found]
            found = _longest(found + [s for s in second if all(_inside(f[:2], [s[:2]]) for f in found if f[2] == s[2])])
        return _whole(found)

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
            found = self._measures(message, [e for e in known if e["entity"] in _PHRASES])
            contacts = [e for e in found if e["entity"] == "contact"]
            known = [e for e in known if e["entity"] == "language" or not _introduces(message, e, contacts)]
            message.set(ENTITIES, known + found, add_to_output=True)
        return messages

    def _measures(self, message: Message, phrases: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
        """The measures of a message that are no part of a product's name or another phrase of the shop's."""
        text = folded(message)
        named = [(e["start"], e["end"]) for e in phrases]
        found = []
        for measure in find_measures(text.text):
            start, end = text.original(measure.start, measure.end)
            if _inside((start, end), named):
                continue
            value = {"amount": measure.value, **measure.extra} if measure.name == "price" else measure.value
            entity = {"entity": measure.name, "value": value, "start": start, "end": end}
            found.append({**entity, "text": message.get(TEXT)[start:end], "extractor": "MeasureExtractor"})
        return found


def _introduces(message: Message, entity: Dict[str, Any], contacts: List[Dict[str, Any]]) -> bool:
    """Whether the entity lies in a contact or only says of what kind it is (my wechat is lily_2088)."""
    for contact in contacts:
        between = message.get(TEXT)[entity["end"] : contact["start"]].lower()
        if entity["entity"] == "payment_method" and _NAMING.fullmatch(between):
            return True
        if contact["start"] <= entity["start"] < contact["end"]:
            return True
    return False


class PhraseIndex:
    """spaCy's PhraseMatcher over folded text; the longest phrase wins where several of one kind overlap."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocab = Vocab()
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        self._meanings: Dict[str, List[tuple[str, Any]]] = {}
        self._matcher.add("word", self._phrases(vocabulary))

    def _phrases(self, vocabulary: Vocabulary) -> Iterator[List[int]]:
        """The words as the numbers of their parts: spaCy takes them as well as a Doc, and four times as fast."""
        number = self._vocab.strings.add
        for word, meanings in vocabulary.items():
            parts = split_words(word)
            if not parts:
                continue
            known = self._meanings.setdefault(" ".join(parts), [])
            known += [meaning for meaning in meanings if meaning not in known]
            yield [number(part) for part in parts]

    def find(self, text: str, heard: Optional[List[str]] = None) -> List[tuple[int, int, str, Any]]:
        """(start, end, entity, value) in folded text, in order; per entity name no two overlap.

        `heard`: the words to read in place of the text's own (see `split_words`), one for one.
        """
        words = split_words(text)
        starts, ends, position = [], [], 0
        for word in words:
            starts.append(text.index(word, position))
            position = starts[-1] + len(word)
            ends.append(position)
        read = heard or words
        found = []
        for _, first, last in self._matcher(Doc(self._vocab, words=read)):
            for name, value in self._meanings[" ".join(read[first:last])]:
                found.append((starts[first], ends[last - 1], name, value))
        return _longest(found)


def _longest(found: List[tuple[int, int, str, Any]]) -> List[tuple[int, int, str, Any]]:
    kept: List[tuple[int, int, str, Any]] = []
    for span in sorted(found, key=lambda s: (s[0] - s[1], s[0])):
        if not any(k[2] == span[2] and k[0] < span[1] and span[0] < k[1] for k in kept):
            kept.append(span)
    return sorted(kept, key=lambda s: s[:2])


def _inside(span: tuple[int, int], others: List[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _whole(found: List[tuple[int, int, str, Any]]) -> List[tuple[int, int, str, Any]]:
    """Without what lies inside a product's name (保温 in 保温杯) or, of another kind, inside a longer phrase."""
    goods = [s[:2] for s in found if s[2] == "product"]
    phrases = [s for s in found if s[2] in _PHRASES and not _inside(s[:2], goods)]
    kept = [s for s in found if s[2] == "product" or not (_inside(s[:2], goods) or _swallowed(s, phrases))]
    return [s for s in kept if s[2] != OCCASION]


def _swallowed(span: tuple[int, int, str, Any], phrases: List[tuple[int, int, str, Any]]) -> bool:
    longer = [s[:2] for s in phrases if s[1] - s[0] > span[1] - span[0]]
    return _inside(span[:2], longer)


def place_vocabulary() -> Vocabulary:
    """Each word for places with all the places that it may mean."""
    places: Dict[str, List[Place]] = defaultdict(list)
    for word, place in place_words():
        places[fold_text(word).text].append(place)
    return {word: [("region", tuple(meant))] for word, meant in places.items()}
