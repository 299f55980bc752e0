"""What buyers asked of late and were not answered well: alike ones together, what comes up most and costs most first.

Personal data is masked before anything leaves this module. Of what somebody has seen to only the question's number is kept.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Optional

from bot.adapters.inbox import Handled, How, InboxBook, Key, Line, Place
from bot.content.alike import groups_of
from bot.content.mended import fact_place, is_answered, mark, stands
from bot.content.signs import REASONS, Reason, reason_of, subject_of
from bot.core.content import Tree
from bot.core.labels import TALK
from bot.core.masking import mask
from bot.core.shop import Shop
from bot.core.text import fold
from bot.ports import Clock

DAYS = (1, 7, 30)
MOST_LINES = 20_000
"""That are looked at; of more, the newest."""

MOST_ITEMS = 1000
"""Questions that are put together and shown; of more, the newest."""

WANTS = ("purchase_intent", "negotiate_price", "bulk_order")
COSTLY = 3
"""A buyer who wanted to buy, or left after it, counts for so many."""

GONE_AFTER = timedelta(minutes=10)
"""A buyer who wrote nothing more for so long has left."""

PATIENCE = 4.0
"""Seconds that a page waits for alike ones to be put together; a machine that trains takes longer."""

MARKED = ("product", "colour", "size", "capability", "attribute", "topic", "region", "courier", "payment_method")
"""The entities that people mark in an example."""


@dataclass(frozen=True)
class Item:
    """A question that was not answered well, masked. `because`: the words of buyer or agent that say so; `said`: what was
    recognised in it, entity and words; `wanted`: the buyer wanted to buy; `left`: wrote nothing more that matters."""

    key: Key
    at: datetime
    conversation: str
    language: str
    text: str
    reason: Reason
    because: str
    label: str
    confidence: float
    next: Optional[tuple[str, float]]
    details: Mapping[str, Any]
    said: tuple[tuple[str, str], ...]
    wanted: bool
    left: bool

    @property
    def product(self) -> str:
        found = self.details.get("product")
        return found if isinstance(found, str) else ""

    @property
    def core(self) -> str:
        """The words without the product's name, which would make all questions about it alike."""
        text = self.text
        for entity, words in self.said:
            if entity == "product":
                text = text.replace(words, " ")
        return text.strip(" ,，。?？!！、的") or self.text


@dataclass(frozen=True)
class Group:
    """Questions that ask the same, newest first."""

    items: tuple[Item, ...]

    @cached_property
    def first(self) -> Item:
        """The one that stands for all: what is said most often, else the last in the language of most."""
        counted = Counter(fold(item.text).text for item in self.items)
        languages = Counter(item.language for item in self.items)
        return max(self.items, key=lambda item: (counted[fold(item.text).text], languages[item.language], item.at))

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        return tuple(item.key for item in self.items)

    @cached_property
    def texts(self) -> tuple[Item, ...]:
        """Each wording once, the one that stands for all first."""
        once = {fold(item.text).text: item for item in reversed((self.first, *self.items))}
        return tuple(once.values())[::-1]

    @cached_property
    def reasons(self) -> list[tuple[Reason, int]]:
        counted = Counter(item.reason for item in self.items)
        return [(reason, counted[reason]) for reason in REASONS if counted[reason]]

    def buyers(self, which: Callable[[Item], bool] = lambda item: True) -> int:
        return len({item.conversation for item in self.items if which(item)})

    @property
    def wanted(self) -> int:
        return self.buyers(lambda item: item.wanted)

    @property
    def left(self) -> int:
        return self.buyers(lambda item: item.left)

    @property
    def weight(self) -> int:
        """Each buyer counts for one; who wanted to buy, or left after it, for COSTLY."""
        return self.buyers() + (COSTLY - 1) * self.buyers(lambda item: item.wanted or item.left)

    @cached_property
    def labels(self) -> list[tuple[str, float]]:
        """What the bot takes them for, likeliest first, with the mean of its confidences."""
        sums: Counter[str] = Counter()
        for item in self.items:
            sums[item.label] += item.confidence  # type: ignore[assignment]
            if item.next:
                sums[item.next[0]] += item.next[1]  # type: ignore[assignment]
        return [(label, total / len(self.items)) for label, total in sums.most_common(3)]


@dataclass(frozen=True)
class Done:
    """Questions that are seen to. `state`: `live`, `draft` or `aside`; `now`: where what answers them stands; `author`,
    `at`: None where the facts came without the inbox."""

    items: tuple[Item, ...]
    how: How
    state: str
    places: tuple[Place, ...]
    author: Optional[str] = None
    at: Optional[datetime] = None


@dataclass(frozen=True)
class Seen:
    """`cut`: there was more than is looked at; `rough`: only the same words are together so far."""

    groups: tuple[Group, ...]
    done: tuple[Done, ...]
    cut: bool
    rough: bool = False

    @property
    def open(self) -> int:
        return sum(len(group.items) for group in self.groups)


class Inbox:
    """Thread-safe; blocks. `trees`: the draft and what is live. Raises StoreError."""

    def __init__(
        self,
        book: InboxBook,
        trees: Callable[[], tuple[Tree, Tree]],
        shop: Callable[[], Shop],
        clock: Clock,
        alike: Callable[[Sequence[str]], Sequence[int]] = groups_of,
    ):
        self._book, self._trees, self._shop, self._clock, self._alike = book, trees, shop, clock, alike
        self._lock, self._aside = threading.Lock(), ThreadPoolExecutor(1, "content-inbox")
        self._told: tuple[Sequence[str], Future[Sequence[int]] | None] = ((), None)

    def count(self, days: int = DAYS[0]) -> int:
        """How many questions are open, without putting them together."""
        return len(self._sorted(days)[0])

    def warm(self, days: int = DAYS[0]) -> None:
        """Finds out aside what the page will ask, which takes seconds."""
        with suppress(TimeoutError):
            self._together(_texts(self._sorted(days)[0][-MOST_ITEMS:]))

    def look(self, days: int = DAYS[0], patience: Optional[float] = PATIENCE) -> Seen:
        """`patience`: seconds to wait for alike ones to be put together, None for as long as it takes."""
        items, done, cut = self._sorted(days)
        shown = items[-MOST_ITEMS:]
        try:
            numbers, rough = self._together(_texts(shown), patience), False
        except TimeoutError:
            numbers, rough = {}, True
        return Seen(tuple(grouped(shown, numbers)), tuple(done), cut or len(items) > MOST_ITEMS, rough)

    def items(self, keys: Collection[Key]) -> list[Item]:
        """Questions by their keys, seen to or not, oldest first; without those that were forgotten."""
        lines = [line for line in self._book.talks({message for message, _ in keys}) if line.sender != "bot"]
        wanted = {key: None for key in keys}
        return [item for item in found(lines, self._shop(), self._clock.now(), wanted) if item.key in wanted]

    def dialogue(self, message: int) -> list[Line]:
        """What was said around a message, masked; nothing where the message is not there."""
        return [masked(line) for line in self._book.talks({message})]

    def handle(self, keys: Collection[Key], how: How, places: Sequence[Place], author: str) -> None:
        """`places`: what was written for them, in the draft."""
        live = self._trees()[1]
        was = tuple(mark(live, place) for place in places)
        self._book.handle(keys, Handled(how, tuple(places), was, author, self._clock.now()))

    def put_back(self, keys: Collection[Key]) -> None:
        self._book.put_back(keys)

    def _sorted(self, days: int) -> tuple[list[Item], list[Done], bool]:
        """What is open, what is seen to, and whether there was more."""
        now = self._clock.now()
        since = now - timedelta(days=days)
        lines, handled = self._book.lines(since, MOST_LINES), self._book.handled(since)
        items, (draft, live) = found(lines, self._shop(), now), self._trees()
        stood: dict[Any, list[Item]] = {}
        rest = []
        for item in items:
            state = _state(item, handled.get(item.key), draft, live, now)
            if state is None:
                rest.append(item)
            else:
                stood.setdefault(state, []).append(item)
        done = [Done(tuple(mine[::-1]), *state) for state, mine in stood.items()]
        done.sort(key=lambda one: one.at or since, reverse=True)
        return rest, done, len(lines) == MOST_LINES

    def _together(self, texts: Sequence[str], patience: Optional[float] = 0) -> Mapping[str, int]:
        """A number for each text, the same for alike ones. Found anew only where there are new texts: fewer stay as they were
        put together. Raises TimeoutError."""
        with self._lock:
            of, found = self._told
            if found is None or not set(of) >= set(texts):
                of, found = self._told = texts, self._aside.submit(self._alike, texts)
        return dict(zip(of, found.result(patience)))


def _state(
    item: Item, handled: Optional[Handled], draft: Tree, live: Tree, now: datetime
) -> Optional[tuple[How, str, tuple[Place, ...], Optional[str], Optional[datetime]]]:
    """What became of a question; None while it is open. What was taken out of the content again answers nothing."""
    if handled and handled.how == "aside":
        return "aside", "aside", (), handled.author, handled.at
    if handled:
        trees = (("live", live), ("draft", draft))
        state = next((name for name, tree in trees if stands(tree, handled.places, handled.was)), None)
        return (handled.how, state, handled.places, handled.author, handled.at) if state else None
    place = fact_place(item.product, item.details) if item.reason == "unknown" else None
    if place is None:
        return None
    today = now.date()
    state = next((name for name, tree in (("live", live), ("draft", draft)) if is_answered(tree, place, today)), None)
    return ("fact", state, (place,), None, None) if state else None


# --- what belongs in -------------------------------------------------------------------------------------------------


def found(lines: Iterable[Line], shop: Shop, now: datetime, also: Collection[Key] = ()) -> list[Item]:
    """The questions that were not answered well, oldest first. `lines`: what buyers and agents said, in order; `also`:
    questions that are wanted whatever became of them."""
    talks: dict[tuple[str, int], list[Line]] = {}
    last: dict[str, Line] = {}
    for line in lines:
        talks.setdefault((line.conversation, line.episode), []).append(line)
        if line.sender == "buyer" and not _talk_alone(line):
            last[line.conversation] = line
    items = [item for talk in talks.values() for item in _of_talk(talk, last, shop, now, also)]
    return sorted(items, key=lambda item: item.key)


def _of_talk(
    talk: Sequence[Line], last: Mapping[str, Line], shop: Shop, now: datetime, also: Collection[Key]
) -> Iterable[Item]:
    wanted = any(question["label"] in WANTS for line in talk for question in _questions(line))
    for place, line in enumerate(talk):
        for number, question in enumerate(_questions(line)):
            why = reason_of(talk, place, question, shop) if question.get("text", "").strip() else None
            if why is None and (line.id, number) in also:
                why = ("unknown", "")
            if why is not None:
                left = last.get(line.conversation, line).id <= line.id and now - line.at > GONE_AFTER
                yield _item(line, number, question, why, wanted, left)


def _questions(line: Line) -> Sequence[Mapping[str, Any]]:
    return (line.record or {}).get("questions", ()) if line.sender == "buyer" else ()


def _talk_alone(line: Line) -> bool:
    """Thanks, goodbye and the like: nothing that a buyer goes on with."""
    labels = [question["label"] for question in _questions(line)]
    return bool(labels) and all(label in TALK for label in labels)


def _item(
    line: Line, number: int, question: Mapping[str, Any], why: tuple[Reason, str], wanted: bool, left: bool
) -> Item:
    following, record = question.get("next"), line.record or {}
    text = mask(question["text"].strip())
    told = [(one["entity"], str(one["text"])) for one in record.get("said", ()) if one["entity"] in MARKED]
    return Item(
        (line.id, number),
        line.at,
        line.conversation,
        record.get("language", "zh"),
        text,
        why[0],
        mask(why[1]),
        question["label"],
        question.get("confidence", 0.0),
        (following["label"], following["confidence"]) if following else None,
        question.get("details", {}),
        tuple((entity, words) for entity, words in told if words and words in text),
        wanted,
        left,
    )


def masked(line: Line) -> Line:
    said = (line.id, line.conversation, line.episode, line.sender, mask(line.text), line.at)
    return Line(*said, line.record, line.answered_at)


# --- alike ones together ---------------------------------------------------------------------------------------------


def _texts(items: Iterable[Item]) -> list[str]:
    """What is put together by meaning, because the shop has no word for it."""
    return sorted({item.core for item in items if subject_of(item.details) is None})


def grouped(items: Sequence[Item], numbers: Mapping[str, int]) -> list[Group]:
    """The weightiest first, of equals the newest. Alike are questions about the same product that ask for the same thing by
    the shop's words, or mean nearly the same: `numbers` has the same for those, and nothing where that is not known."""
    groups: dict[Any, list[Item]] = {}
    for item in items:
        subject = subject_of(item.details)
        same = (item.label, *subject) if subject else numbers.get(item.core, fold(item.core).text)
        groups.setdefault((item.product, same), []).append(item)
    made = [Group(tuple(reversed(group))) for group in groups.values()]
    return sorted(made, key=lambda group: (group.weight, group.items[0].at), reverse=True)
