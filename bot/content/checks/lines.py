"""Rules on the examples (data/nlu): the labels, what stands twice or nearly, mark-up, measuring sets, personal data."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot.content import examples as marked
from bot.content.checks.faults import Fault, data
from bot.content.checks.reading import DOMAIN, Content, Example
from bot.content.checks.settings import Settings
from bot.core.labels import ALL
from bot.core.masking import mask
from bot.core.text import fold, language_of

_NO_WORDS = re.compile(r"[\W_]+")
_SMALL_WORDS = re.compile(
    r"请问一?下?|麻烦(?:问一?下)?|亲亲?|你好|您好|在吗|老板|掌柜|客服|[吗嘛么呢啊呀哦哈呗啦喽哟诶唉]|的话|"
    r"\b(?:hi|hello|hey|please|so|just|um|uh)\b"
)
"""What does not change what is asked."""

_DECIDING = re.compile(r"不|没|别|无|未|\b(?:not?|never|don't|doesn't|isn't|without)\b|\bin(?=correct)")
"""What turns a message into its opposite."""

_MARK = re.compile(r"\[(?P<words>[^\[\]]*)\](?:\((?P<entity>[^()]*)\)|(?P<more>\{[^{}]*\}))")
_MADE_UP = re.compile(
    r"1\d{2}[- ]?0000[- ]?\d{4}|13800138000|1381234567\d|[\w.+-]+@example\.(?:com|org|net)", re.IGNORECASE
)
"""Numbers and addresses that belong to nobody: four zeros in the middle, and the domains kept for examples (RFC 2606)."""


def check_lines(content: Content, settings: Settings, test_lines: Iterable[str]) -> Iterator[Fault]:
    for example in content.examples:
        yield from check_example(example, content, settings)
    yield from _labels(content, settings)
    yield from _twice(content.examples)
    yield from _near(content.examples, settings)
    yield from _leaks(content.examples, settings, test_lines)


def check_example(example: Example, content: Content, settings: Settings) -> Iterator[Fault]:
    """One example by itself."""
    if not example.dashed:
        yield _fault("example_no_dash", example, example.text)
        return
    if not example.text:
        yield _fault("example_empty", example)
        return
    if len(example.text) > settings.limits["longest_example"]:
        told = {"length": str(len(example.text)), "most": str(settings.limits["longest_example"])}
        yield _fault("example_too_long", example, told=told)
    without = _MADE_UP.sub(" ", example.text)
    if mask(without) != without:
        yield _fault("personal_data", example, mask(without).strip())
    yield from _markup(example, content)


def stands_elsewhere(example: Example, content: Content) -> Iterator[Fault]:
    """Whether a message that somebody types stands under another label already."""
    other = next((one for one in content.examples if key(one.text) == key(example.text) != ""), None)
    if other and other.label != example.label:
        yield _fault("example_two_labels", example, example.text, _other(other))


def key(text: str) -> str:
    """What two examples have in common that say the same: words alone, small and half width, without mark-up."""
    return _NO_WORDS.sub("", _folded(text))


@lru_cache(maxsize=32768)
def _folded(text: str) -> str:
    return fold(marked.plain(text)).text


def _fault(rule: str, example: Example, words: str = "", told=None) -> Fault:
    return Fault(rule, example.file, example.line, example.place, words, told or {})


# --- mark-up ---------------------------------------------------------------------------------------------------------


def _markup(example: Example, content: Content) -> Iterator[Fault]:
    found = list(_MARK.finditer(example.text))
    for mark in found:
        words, entity = mark["words"], _entity(mark)
        if entity is None:
            yield _fault("markup", example, mark[0])
        elif entity not in _entities(content):
            yield _fault("markup_entity", example, entity, {"may": ", ".join(_entities(content))})
        elif not words.strip():
            yield _fault("markup_empty", example, mark[0])
        elif words != words.strip():
            yield _fault("markup_space", example, mark[0])
    rest = _MARK.sub("", example.text)
    if re.search(r"[\[\]]|】\s*[(（]|\)\s*\[", rest):
        yield _fault("markup", example, re.sub(r"\s+", " ", rest)[:40])


def _entity(mark: re.Match) -> str | None:
    """The entity that a mark names; None where it cannot be read."""
    if mark["entity"] is not None:
        return mark["entity"].partition(":")[0].strip() or None
    try:
        told = json.loads(mark["more"])
    except json.JSONDecodeError:
        return None
    return str(told.get("entity") or "") or None


def _entities(content: Content) -> list[str]:
    return [entry.text for entry in content.entries(DOMAIN) if entry.path[:1] == ("entities",) and len(entry.path) == 2]


# --- labels ----------------------------------------------------------------------------------------------------------


def _labels(content: Content, settings: Settings) -> Iterator[Fault]:
    if not content.labels:
        return
    fewest: dict[str, int] = settings.limits["fewest_examples"]
    by_label: dict[str, dict[str, str]] = defaultdict(dict)
    for example in content.examples:
        if example.dashed and example.text:
            by_label[example.label][key(example.text) or example.text] = example.text
    for label, (file, line) in content.labels.items():
        if label not in ALL:
            yield Fault("label_unknown", file, line, label, label)
    for label in ALL:
        file, line = content.labels.get(label, (f"data/nlu/{label}.yml", 1))
        counted: Counter[str] = Counter(language_of(text) or "zh" for text in by_label[label].values())
        if not counted:
            yield Fault("label_empty", file, line, label, label)
        elif not all(counted[language] for language in fewest):
            has, lacks = ("zh", "en") if counted["zh"] else ("en", "zh")
            told = {"has": data("names.yml")[has], "lacks": data("names.yml")[lacks]}
            yield Fault("label_one_language", file, line, label, label, told)
        else:
            for language, least in fewest.items():
                if counted[language] < least:
                    told = {
                        "count": str(counted[language]),
                        "least": str(least),
                        "language": data("names.yml")[language],
                    }
                    yield Fault("label_few", file, line, f"{label} · {language}", label, told)


# --- what stands twice -----------------------------------------------------------------------------------------------


def _twice(found: Iterable[Example]) -> Iterator[Fault]:
    first: dict[str, Example] = {}
    for example in found:
        same = key(example.text) or example.text
        other = first.setdefault(same, example)
        if other is example:
            continue
        if other.label != example.label:
            yield _fault("example_two_labels", example, example.text, _other(other))
        elif _as_written(other.text) == _as_written(example.text):
            yield _fault("example_twice", example, example.text, _other(other))


def _as_written(text: str) -> str:
    """With marks and emoji, which buyers send or not."""
    return unicodedata.normalize("NFKC", text).casefold()


def _other(other: Example) -> dict[str, str]:
    return {"other": other.text, "label": other.label, "at": f"{other.file}:{other.line}"}


def _near(found: tuple[Example, ...], settings: Settings) -> Iterator[Fault]:
    """Examples of two labels that differ only in what does not change the question, or hardly differ at all."""
    once = list({key(example.text): example for example in reversed(found) if key(example.text)}.values())[::-1]
    bare = [_bare(example.text) for example in once]
    first: dict[str, int] = {}
    told: set[int] = set()
    for i, (example, core) in enumerate(zip(once, bare)):
        j = first.setdefault(core, i) if len(core) > 1 else i
        if once[j].label != example.label:
            told.add(i)
            yield _fault("example_near", example, example.text, _other(once[j]))
    for i, j in _alike(bare, [example.label for example in once], settings.limits["near"]):
        if i not in told and _opposites(once[i].text) == _opposites(once[j].text):
            told.add(i)
            yield _fault("example_near", once[i], once[i].text, _other(once[j]))


def _bare(text: str) -> str:
    """The words without those that change nothing; all of them where no others stand there."""
    rest = _NO_WORDS.sub(" ", _SMALL_WORDS.sub("", _folded(text))).strip()
    return rest or key(text)


def _opposites(text: str) -> int:
    return len(_DECIDING.findall(_folded(text)))


_AT_ONCE = 1000


def _alike(texts: list[str], labels: list[str], near: float) -> Iterator[tuple[int, int]]:
    """Pairs (later, earlier) of two labels whose character n-grams (2 and 3, weighed by rarity) have a cosine of `near` and more."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    if len(texts) < 2:
        return
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True, dtype=np.float32)
    vectors = vectorizer.fit_transform(texts)
    for start in range(0, len(texts), _AT_ONCE):
        likeness = vectors[start : start + _AT_ONCE] @ vectors.T
        close = np.flatnonzero(likeness.data >= near)
        rows = np.searchsorted(likeness.indptr, close, side="right") - 1 + start
        for row, column in zip(rows.tolist(), likeness.indices[close].tolist()):
            if column < row and labels[row] != labels[column]:
                yield row, column


# --- measuring sets --------------------------------------------------------------------------------------------------


def _leaks(found: Iterable[Example], settings: Settings, test_lines: Iterable[str]) -> Iterator[Fault]:
    measured = {key(line) for line in test_lines if _long_enough(line, settings)}
    for example in found:
        if key(example.text) in measured and _long_enough(example.text, settings):
            yield _fault("test_leak", example, example.text)


def _long_enough(text: str, settings: Settings) -> bool:
    """Short messages (多少钱) are what everybody writes; longer ones do not meet by chance."""
    least: dict[str, int] = settings.limits["leak_from"]
    if language_of(text) == "en":
        return len(_folded(text).split()) >= least["en"]
    return len(key(text)) >= least["zh"]
