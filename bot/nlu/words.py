"""The words that the shop's things are called by, and how text is cut so that they are found anywhere in Chinese."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Dict, Iterator, List, Tuple

from bot.core.shop import NOT_USED, Shop
from bot.nlu.normalise import fold_text

Vocabulary = Dict[str, List[Tuple[str, Any]]]
"""Folded words with what each means: (entity name, value)."""

OCCASION = "occasion"
"""Names of days that hold other words (black friday): found so that those are not read for themselves."""

_OCCASIONS = ("black friday", "cyber monday", "黑色星期五", "白色情人节")
_WORDS = re.compile(r"[a-z]+|\d+(?:\.\d+)?|\S")


def split_words(text: str) -> List[str]:
    """Latin runs and numbers whole, every other character for itself: `y915` and `Y 915` give the same two words."""
    return _WORDS.findall(text)


def shop_words(shop: Shop) -> Vocabulary:
    """All words of a shop. A word that fits several products means all of them, in the shop's order."""
    words: Vocabulary = defaultdict(list)
    products: Dict[str, List[str]] = defaultdict(list)
    for product in shop.products.values():
        for word in _product_words(product.id, product.name.values(), product.also_called):
            if product.id not in products[word]:
                products[word].append(product.id)
    for word, ids in products.items():
        words[word].append(("product", ids[0] if len(ids) == 1 else ids))
    for name, vocabulary in (
        ("category", shop.categories),
        ("colour", shop.colours),
        ("capability", shop.capability_names),
        ("attribute", shop.attributes),
        ("topic", shop.topics),
    ):
        for entry in vocabulary.values():
            _add(words, name, entry.id, (*entry.name.values(), *entry.words))
    for courier in shop.shipping.couriers:
        _add(words, "courier", courier.id, (*courier.name.values(), *courier.words))
    _add(words, "courier", NOT_USED, shop.shipping.couriers_not_used)
    _add(words, OCCASION, OCCASION, _OCCASIONS)
    for way in (*shop.payment.accepted, *shop.payment.refused):
        _add(words, "payment_method", way.id, (*way.name.values(), *way.words))
    return words


def _add(words: Vocabulary, name: str, value: str, spoken) -> None:
    for word in dict.fromkeys(fold_text(w).text for w in spoken):
        if word:
            words[word].append((name, value))


def _product_words(product_id: str, names, also_called) -> Iterator[str]:
    """The id, the names with and without the id, and the other names; English ones in the plural too."""
    model = fold_text(product_id).text
    yield model
    for name in names:
        whole = fold_text(name).text
        yield whole
        bare = whole.replace(model, "").strip()
        if bare:
            yield from _plural(bare)
    for name in also_called:
        yield from _plural(fold_text(name).text)


def _plural(word: str) -> Iterator[str]:
    yield word
    if word.isascii() and word[-1:].isalpha() and not word.endswith("s"):
        yield word + "s"
