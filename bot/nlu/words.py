"""The words that the shop's things are called by, and how text is cut so that they are found anywhere in Chinese."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Dict, Iterator, List, Tuple, Union

from bot.core.shop import MOST_NAMED, NOT_USED, Shop, Word
from bot.nlu.normalise import plain

Vocabulary = Dict[str, List[Tuple[str, Any]]]
"""Folded words with what each means: (entity name, value)."""

Names = Dict[str, Union[str, List[str]]]
"""Words with the id of the one product, or the ids of those, that they mean."""

OCCASION = "occasion"
"""Phrases that hold other words (black friday, 加个微信): found so that those are not read for themselves."""

_OCCASIONS = (
    *("black friday", "cyber monday", "黑色星期五", "白色情人节"),
    *("加微信", "加个微信", "加我微信", "加你微信", "加下微信", "加一下微信", "微信号", "微信群", "add me on wechat"),
)
_LETTER_SIZES = ("s", "m", "l", "xl", "xxl", "xxxl", "2xl", "3xl")
_WORDS = re.compile(r"[a-z]+|\d+(?:\.\d+)?|(?:(?<![a-z\d])|(?![-_‐–—][a-z\d]))\S")
_ZERO = re.compile(r"(?<=[a-z])0+(?=\d)")


def split_words(text: str) -> List[str]:
    """Latin runs and numbers whole, every other character for itself, no hyphens within words: `y915`, `Y 915` and
    `y-915` give the same two words."""
    return _WORDS.findall(text)


def word_places(text: str, words: List[str]) -> List[Tuple[int, int]]:
    """Where each word of the text (see `split_words`) stands."""
    places = []
    position = 0
    for word in words:
        start = text.index(word, position)
        position = start + len(word)
        places.append((start, position))
    return places


def shop_words(shop: Shop) -> Vocabulary:
    """All words of a shop but the names of its products."""
    words: Vocabulary = defaultdict(list)
    for name, vocabulary in (
        ("category", shop.categories),
        ("colour", shop.colours),
        ("capability", shop.capability_names),
        ("attribute", shop.attributes),
        ("topic", shop.topics),
    ):
        for entry in vocabulary.values():
            _add(words, name, entry.id, (*entry.name.values(), *entry.words))
    for colour in shop.colours.values():
        _add(words, "colour", colour.id, _with_a_size(colour))
    for courier in shop.shipping.couriers:
        _add(words, "courier", courier.id, (*courier.name.values(), *courier.words))
    _add(words, "courier", NOT_USED, shop.shipping.couriers_not_used)
    _add(words, OCCASION, OCCASION, _OCCASIONS)
    for way in (*shop.payment.accepted, *shop.payment.refused):
        _add(words, "payment_method", way.id, (*way.name.values(), *way.words))
    return words


def product_names(shop: Shop) -> Names:
    """Each word for a product with the products that it means, in the shop's order and MOST_NAMED of them at most: the
    id, the names with the id taken out of them, the other names, and the id without its leading zeros where that is no
    other word."""
    found: Names = {}
    others: Dict[str, str] = {}
    for product in shop.products.values():
        model = plain(product.id)
        note(found, model, product.id)
        for name in product.name.values():
            note(found, _without(plain(name), model), product.id)
        for name in product.also_called:
            other = others.get(name)
            if other is None:
                other = others[name] = plain(name)
            note(found, other, product.id)
    for product in shop.products.values():
        short = _ZERO.sub("", plain(product.id))
        if short not in found:
            found[short] = product.id
    return found


def note(names: Names, word: str, product: str) -> None:
    """Notes that the word means the product too. One id is kept for itself: there are very many such words."""
    known = names.get(word)
    if known is None:
        if word:
            names[word] = product
    elif isinstance(known, str):
        if known != product:
            names[word] = [known, product]
    elif len(known) < MOST_NAMED and known[-1] != product:
        known.append(product)


def _without(name: str, model: str) -> str:
    """The name without the model number, where that stands in it as a word."""
    start = name.find(model)
    end = start + len(model)
    if start < 0 or _latin(name[start - 1 : start]) or _latin(name[end : end + 1]):
        return name
    return f"{name[:start].rstrip()} {name[end:].lstrip()}".strip()


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _add(words: Vocabulary, name: str, value: str, spoken) -> None:
    for word in dict.fromkeys(plain(w) for w in spoken):
        if word:
            words[word].append((name, value))


def _with_a_size(colour: Word) -> Iterator[str]:
    """黑L, 白xl: a colour's character alone counts where a size by letters follows."""
    for word in colour.words:
        if len(word) == 2 and word[1] in "色的":
            yield from (f"{word[0]}{size}" for size in _LETTER_SIZES)
