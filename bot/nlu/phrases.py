"""Phrases found in folded text: by spaCy's PhraseMatcher, and the names of products in a table of their own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Dict, Iterator, List, Optional, Tuple

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.nlu.words import Names, Vocabulary, note, split_words, word_places

Phrase = Tuple[int, int, str, Any]
"""Start and end in folded text, the entity's name, and its value."""

_PLURAL = re.compile(r"(?<=x|s|z)es$|(?<=ch|sh)es$|(?<![sui])s$")
_GLUED_SIZE = re.compile(r"(?:x{0,3}l|x{0,2}s|m|[2-4]xl)(?![a-z\d])")


class PhraseIndex:
    """The longest phrase wins where several of one kind overlap; English words count in singular and plural alike."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocab = Vocab()
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        self._meanings: Dict[str, List[Tuple[str, Any]]] = {}
        self._matcher.add("word", self._phrases(vocabulary))

    def _phrases(self, vocabulary: Vocabulary) -> Iterator[List[int]]:
        """The words as the numbers of their parts: spaCy takes them as well as a Doc, and four times as fast."""
        number = self._vocab.strings.add
        for word, meanings in vocabulary.items():
            parts = [singular(part) for part in split_words(word)]
            if not parts:
                continue
            key = " ".join(parts)
            known = self._meanings.get(key)
            if known is None:
                self._meanings[key] = meanings
                yield [number(part) for part in parts]
            else:
                self._meanings[key] = known + [meaning for meaning in meanings if meaning not in known]

    def find(self, text: str, heard: Optional[List[str]] = None) -> List[Phrase]:
        """(start, end, entity, value) in folded text, in order; per entity name no two overlap.

        `heard`: the words to read in place of the text's own (see `split_words`), one for one.
        """
        words = split_words(text)
        places = word_places(text, words)
        read = [singular(word) for word in heard or words]
        found = []
        for _, first, last in self._matcher(Doc(self._vocab, words=read)):
            start, end = places[first][0], places[last - 1][1]
            found += [(start, end, name, value) for name, value in self._meanings[" ".join(read[first:last])]]
        return longest(found)


class NameTable:
    """The words of the products, of which there may be hundreds of thousands. spaCy's matcher keeps a node for each part
    of each word, a gigabyte for 100,000 products; here a word is one entry of a dictionary."""

    def __init__(self, names: Names) -> None:
        self._names: Names = {}
        self._parts: Dict[str, int] = {}
        for word, ids in names.items():
            parts = [singular(part) for part in split_words(word)]
            if parts:
                key = "".join(parts)
                for product in [ids] if isinstance(ids, str) else ids:
                    note(self._names, key, product)
                self._parts[parts[0]] = max(len(parts), self._parts.get(parts[0], 0))

    def find(self, text: str, heard: Optional[List[str]] = None) -> List[Phrase]:
        """As `PhraseIndex.find`: the products named, the longest name first."""
        words = split_words(text)
        places = word_places(text, words)
        read = [singular(word) for word in heard or words]
        found = []
        for first, part in enumerate(read):
            key = ""
            for last in range(first, min(first + self._parts.get(part, 0), len(read))):
                key += read[last]
                ids = self._names.get(key)
                if ids is not None and not _glued(text, places[first][0], places[last][1]):
                    found.append((places[first][0], places[last][1], "product", ids))
        return longest(found)


def longest(found: List[Phrase]) -> List[Phrase]:
    kept: List[Phrase] = []
    for span in sorted(found, key=lambda s: (s[0] - s[1], s[0])):
        if not any(k[2] == span[2] and k[0] < span[1] and span[0] < k[1] for k in kept):
            kept.append(span)
    return sorted(kept, key=lambda s: s[:2])


def inside(span: Tuple[int, int], others: List[Tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """An English word without the ending of its plural, as far as its letters tell."""
    return _PLURAL.sub("", word) if len(word) > 3 and word.isascii() and word.isalpha() else word


def _glued(text: str, start: int, end: int) -> bool:
    """Whether a model number goes on: Y915 in “y915b” is another model; in “w05xl” a size follows."""
    if not text[end - 1].isdigit():
        return False
    before = text[start - 1 : start]
    behind = text[end : end + 1]
    goes_on = behind.isascii() and behind.isalpha() and not _GLUED_SIZE.match(text, end)
    return goes_on or (before.isdigit() and text[start].isalpha())
