"""What the buyer wants in the end: lines of product, colour, size and number, followed through every change of mind.

A message is cut into parts at its marks and before the words that change something (改成, 再来, 不要, instead, drop); each part
refines, adds, replaces or removes. What is named in one part fills one line, until a second colour, size, number or
product begins the next (黑色28的和蓝色26的各一条).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core.labels import AFTER_SALE, BUYING, TALK
from bot.core.shop import Shop

ASKED_FOR_SEVERAL = ("ask_price", "ask_promotion")
"""Who asks what two cost and then buys, buys two."""

_SEGMENT = re.compile(
    r"[,，.。;；!！?？、\n]|(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])|算了|(?<=的)(?=要|来)|(?=再[来加添要拿])|\bbut\b"
)
_INSTEAD = re.compile(
    r"换成|换个|换|改成|改要|改为|改|还是要|还是|instead|\brather\b|\bchange\b|\bmake (?:that|it)\b|\bswap\b"
)
_REJECTED = re.compile(
    r"不要|不买|不看|不用|去掉|取消|算了|don't want|no longer|\bcancel\b|\bdrop\b|\bskip\b|\bforget\b|^\s*(?:and )?not\b"
)
_MORE = re.compile(
    r"再|还要|另外|加[一两二三\d]|加上|添|捎|也要|也来|也拿|\balso\b|\banother\b|\bplus\b|\badd\b|\bmore\b|^\s*and\b"
)
_GIVEN_UP = re.compile(
    r"\s*(?:那|这个|那个|这款|那款|它|都|先|就)*(?:不要|不买|不看)了?[吧哈呢啊]*\s*|(?:\w+ )?(?:skip|drop|forget|cancel) (?:it|that|them|this)\b.*"
)
"""Where nothing is named, it is what the talk is about."""

_EACH = re.compile(r"各|\beach\b")
_IN_ALL = re.compile(r"一共|总共|合计|打包|in total|altogether|in all")

_NAMES = ("product", "category", "colour", "size", "quantity")


@dataclass(frozen=True)
class Want:
    """`words`: the buyer's, from which it came."""

    product: str
    colour: str | None
    size: str | None
    quantity: int | None
    words: str


@dataclass(frozen=True)
class _Line:
    """What one part names, as far as it does. `product` is None where it is that of the talk so far."""

    product: str | None = None
    colour: str | None = None
    size: str | None = None
    quantity: int | None = None

    def __bool__(self) -> bool:
        return any((self.product, self.colour, self.size, self.quantity))


@dataclass(frozen=True)
class _Part:
    """`kind`: plain, instead, reject or more. `before`: what is named before 换成 (料理机换成厨师机)."""

    text: str
    kind: str
    said: tuple[Mapping[str, Any], ...]
    before: tuple[Mapping[str, Any], ...] = ()


def wants(turns: Sequence[Any], shop: Shop) -> list[Want]:
    """`turns`: the turn records of an episode, oldest first (`bot.core.card.TurnRecord`).

    A wish for something that was bought already (寄到新地址, beside an urged parcel) wants nothing new.
    """
    bought = any(q["label"] in AFTER_SALE for turn in turns for q in turn.record["questions"])
    lines = _Lines(shop, buying=tuple(label for label in BUYING if not bought or label != "order_note"))
    for turn in turns:
        lines.hear(turn.text, turn.record)
    return lines.wants


class _Lines:
    def __init__(self, shop: Shop, buying: tuple[str, ...]):
        self.shop, self.buying = shop, buying
        self.wants: list[Want] = []
        self._current: str | None = None
        self._asked: dict[str, int] = {}
        self._named: set[str] = set()

    def hear(self, text: str, record: Mapping[str, Any]) -> None:
        """Follows one message. What was only asked (有黑的吗) wants nothing, but tells what is talked about."""
        for question, said in _with_entities(text, record):
            if question["outcome"] == "clarify":
                continue
            details, label = question["details"], question["label"]
            if label in self.buying or (label in TALK and (said or label == "deny")):
                self._follow(question, said)
            elif label in ASKED_FOR_SEVERAL and details.get("product") and details.get("quantity"):
                self._asked[details["product"]] = details["quantity"]
            self._current = details.get("product") or self._current

    def _follow(self, question: Mapping[str, Any], said: Sequence[Mapping[str, Any]]) -> None:
        details, words, buying = question["details"], question["text"], question["label"] in self.buying
        parts = _parts(words, said)
        self._named = {product for one in said for product in self._meant(one)}
        if not buying and all(part.kind == "plain" for part in parts) and not self._is_wanted(said, details):
            return
        if buying and not parts:
            self._take([_Line()], details, words, "plain", None)
        for kind, lines, selected in self._steps(parts, details):
            if kind == "reject":
                self._give_up(lines, details)
            else:
                self._take(lines, details, words, kind, selected)

    def _steps(
        self, parts: Sequence[_Part], details: Mapping[str, Any]
    ) -> Iterator[tuple[str, list[_Line], _Line | None]]:
        """What is done one after another. Parts that go together (两件, 白色的那款) are one line."""
        waiting: list[_Line] = []
        plain = "plain"
        for part in parts:
            lines = self._lines(part.said, part.text, details)
            if part.kind == "plain" and len(lines) == 1 and waiting and not _differs(lines[0], waiting[-1]):
                waiting[-1] = _together(waiting[-1], lines[0])
            elif part.kind == "plain":
                waiting += lines
            else:
                if waiting:
                    yield plain, waiting, None
                yield part.kind, lines, next(iter(self._lines(part.before, part.text, details)), None)
                waiting, plain = [], plain if part.kind == "reject" else "next"
        if waiting:
            yield plain, waiting, None

    def _is_wanted(self, said: Sequence[Mapping[str, Any]], details: Mapping[str, Any]) -> bool:
        """Whether a remark is about something that is wanted already (黑色的, behind 羽绒服我要了)."""
        product = details.get("product")
        return any(want.product == product for want in self.wants) or (
            product is None and bool(self.wants) and any(s["entity"] in ("colour", "size", "quantity") for s in said)
        )

    # --- from words to lines ---

    def _lines(self, said: Sequence[Mapping[str, Any]], text: str, details: Mapping[str, Any]) -> list[_Line]:
        found: list[_Line] = []
        line = _Line()
        for one in said:
            name, value = one["entity"], one["value"]
            if name in ("product", "category"):
                name, value = "product", self._product(one, details)
            if value is None or (name == "quantity" and _IN_ALL.search(text) and self.wants):
                continue
            if name == "size" and not self._is_size(value, line.product or details.get("product")):
                continue
            held = getattr(line, name)
            if held is not None and held != value:
                found.append(line)
                line = _Line(product=line.product) if name != "product" else _Line()
            line = replace(line, **{name: value})
        if line:
            found.append(line)
        if _EACH.search(text) and found and found[-1].quantity:
            found = [replace(one, quantity=one.quantity or found[-1].quantity) for one in found]
        return found

    def _product(self, one: Mapping[str, Any], details: Mapping[str, Any]) -> str | None:
        """Which product a word means: one that is wanted, else the one that the question was found to be about."""
        meant = self._meant(one)
        wanted = [want.product for want in self.wants if want.product in meant]
        if len(meant) == 1:
            return meant[0]
        if details.get("product") in meant:
            return details["product"]
        return wanted[-1] if wanted else self._current if self._current in meant else None

    def _meant(self, one: Mapping[str, Any]) -> tuple[str, ...]:
        if one["entity"] not in ("product", "category"):
            return ()
        held = one["value"]
        if one["entity"] == "category":
            return self.shop.by_category.get(held, ())
        return (held,) if isinstance(held, str) else tuple(held)

    def _is_size(self, size: str, product: str | None) -> bool:
        """Whether it is a size of what is talked about, or one said as such: a bare number may be a height or a length."""
        talked_about = {product, self._current, *(want.product for want in self.wants)}
        return any(self._comes_in(size, one) for one in talked_about) or not size.isdigit() | size.endswith(("m", "cm"))

    def _comes_in(self, size: str, product: str | None) -> bool:
        known = self.shop.products.get(product or "")
        return bool(known and size in known.sizes)

    # --- from lines to wants ---

    def _take(
        self, lines: list[_Line], details: Mapping[str, Any], words: str, kind: str, selected: _Line | None
    ) -> None:
        alone = len(lines) == 1
        spoken: str | None = None
        for line in lines:
            spoken = line.product or spoken or (selected.product if selected else None)
            inferred = self._current if details.get("product") in self._named else details.get("product")
            product = spoken or self._of_that_size(line.size, inferred or self._current)
            if product is None:
                continue
            if kind == "instead" and alone:
                self._replace(replace(line, product=product), line.product, words, selected)
            else:
                self._add(replace(line, product=product), details, words, kind, alone)
            self._current = product

    def _of_that_size(self, size: str | None, product: str | None) -> str | None:
        """Of what is wanted the one that comes in this size, where the one talked about last does not (30的 of two things)."""
        if size is None or self._comes_in(size, product):
            return product
        fitting = [want.product for want in self.wants if self._comes_in(size, want.product)]
        return fitting[-1] if fitting else product

    def _replace(self, line: _Line, named: str | None, words: str, selected: _Line | None) -> None:
        at = self._chosen(selected, line.product)
        if at is None:
            return self._add(line, {}, words, "plain", True)
        old = self.wants[at]
        if named and named != old.product:
            self.wants[at] = Want(named, line.colour, line.size, line.quantity, words)
        else:
            self.wants[at] = _refined(old, line, words)

    def _chosen(self, selected: _Line | None, product: str | None) -> int | None:
        """The want that something is taken instead of: the one named, else one of this product, else the last."""
        if selected:
            fitting = [i for i, want in enumerate(self.wants) if _fits(selected, want)]
            if fitting:
                return fitting[-1]
        same = [i for i, want in enumerate(self.wants) if want.product == product]
        return same[-1] if same else len(self.wants) - 1 if self.wants else None

    def _add(self, line: _Line, details: Mapping[str, Any], words: str, kind: str, alone: bool) -> None:
        same = [i for i, want in enumerate(self.wants) if want.product == line.product]
        fitting = [i for i in same if not _differs(line, self.wants[i])]
        if fitting:
            at = next((i for i in fitting if _fits(line, self.wants[i])), fitting[-1])
            old = self.wants[at]
            if kind == "more" and line.quantity and old.quantity and not (line.colour or line.size):
                line = replace(line, quantity=line.quantity + old.quantity)
            self.wants[at] = _refined(old, line, words)
        elif same and alone and kind == "plain":
            self.wants[same[-1]] = _refined(self.wants[same[-1]], line, words)
        else:
            carried = details if details.get("product") == line.product and alone and not same else {}
            quantity = line.quantity or self._asked.pop(line.product or "", None)
            colour, size = line.colour or carried.get("colour"), line.size or carried.get("size")
            self.wants.append(Want(str(line.product), colour, size, quantity or carried.get("quantity"), words))

    def _give_up(self, lines: list[_Line], details: Mapping[str, Any]) -> None:
        for line in lines or [_Line(product=details.get("product") or self._current)]:
            self.wants = [want for want in self.wants if not _fits(line, want)]


def _with_entities(
    text: str, record: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]]:
    """Each question with what is named in it, in order, `start` counted from the question's own beginning."""
    said = [dict(s) for s in record.get("said", ()) if s["entity"] in _NAMES]
    for one in said:
        one["start"] = one.get("start", max(text.find(one["text"]), 0))
    for question in record["questions"]:
        first = max(text.find(question["text"]), 0)
        inside = [{**s, "start": s["start"] - first} for s in said if 0 <= s["start"] - first < len(question["text"])]
        yield question, tuple(sorted(inside, key=lambda s: (s["start"], s["entity"] != "product")))


def _parts(text: str, said: Sequence[Mapping[str, Any]]) -> list[_Part]:
    """The segments of the text in which something is named or given up."""
    lower = text.lower()
    inner = [range(s["start"] + 1, s["start"] + len(s["text"])) for s in said]
    edges = {0, len(lower)}
    for match in _SEGMENT.finditer(lower):
        edges |= {edge for edge in match.span() if not any(edge in span for span in inner)}
    cuts = sorted(edges)
    parts = [_part(lower, start, end, said) for start, end in zip(cuts, cuts[1:])]
    return [part for part in parts if part.said or (part.kind == "reject" and _GIVEN_UP.fullmatch(part.text))]


def _part(text: str, start: int, end: int, said: Sequence[Mapping[str, Any]]) -> _Part:
    segment = text[start:end]
    named = tuple(s for s in said if start <= s["start"] < end)
    instead = _INSTEAD.search(segment)
    if instead:
        before = tuple(s for s in named if s["start"] < start + instead.start())
        behind = tuple(s for s in named if s not in before)
        if behind or instead[0] in ("instead", "rather"):
            return _Part(segment, "instead", behind or named, before if behind else ())
    kind = "reject" if _REJECTED.search(segment) else "more" if _MORE.search(segment) else "plain"
    return _Part(segment, kind, named)


def _together(one: _Line, other: _Line) -> _Line:
    return _Line(
        other.product or one.product,
        other.colour or one.colour,
        other.size or one.size,
        other.quantity or one.quantity,
    )


def _refined(want: Want, line: _Line, words: str) -> Want:
    """The want with what was said now; its words are the ones that said the most of it."""
    new = replace(
        want,
        colour=line.colour or want.colour,
        size=line.size or want.size,
        quantity=line.quantity or want.quantity,
    )
    return replace(new, words=words) if new != want else want


def _differs(line: _Line, other: _Line | Want) -> bool:
    """Whether both say something of the same thing, and not the same."""
    names = ("product", "colour", "size") if isinstance(other, Want) else ("product", "colour", "size", "quantity")
    pairs = [(getattr(line, name), getattr(other, name)) for name in names]
    return any(one and two and one != two for one, two in pairs)


def _fits(line: _Line, want: Want) -> bool:
    """Whether the want is what the line names: all that is said of it holds."""
    pairs = [(getattr(line, name), getattr(want, name)) for name in ("product", "colour", "size")]
    return bool(line) and all(said is None or said == held for said, held in pairs)
