"""What is told of a draft: a short summary for the screen, and missing.md with everything, in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.adapters.imports.draft import Draft
from bot.adapters.imports.folder import REPORT
from bot.adapters.imports.goods import Catalogue, Gap
from bot.adapters.imports.words import PART_OF, PARTS, say, system_name, tell, what
from bot.core.types import Language

DESCRIPTIONS = "descriptions.md"
LANGUAGES: tuple[Language, ...] = ("zh", "en")
FIRST_PROBLEMS = 5
FIRST_PRODUCTS = 8
MOST_PROBLEMS = 100


@dataclass(frozen=True)
class Made:
    """A draft that was written. `problems`: what the check of its files says."""

    catalogue: Catalogue
    draft: Draft
    gaps: Sequence[Gap]
    problems: Sequence[str]


def summary(made: Made, file: str, target: Path, command: str, language: Language) -> Iterator[str]:
    """A screenful: what was read, what was made of it, how much is missing of what, and whether it can be used.
    `command`: how Nightdesk is called here."""
    catalogue, draft, gaps, problems = made.catalogue, made.draft, made.gaps, made.problems
    variants = sum(len(good.items) for good in catalogue.goods)
    system = system_name(catalogue.system, language)
    yield say("summary", "read", language, file=file, system=system, products=len(catalogue.goods), variants=variants)
    if catalogue.columns:
        read = ", ".join(f"{field} ← {heading}" for field, heading in catalogue.columns)
        yield say("summary", "columns", language, columns=read)
    if catalogue.not_read:
        yield say("summary", "not_read", language, columns=", ".join(catalogue.not_read))
    yield say("summary", "made", language, folder=target, **asdict(draft.counts))
    yield say("summary", "first" if gaps else "nothing", language, report=target / REPORT)
    for name, count in _by_kind(gaps, language).items():
        yield say("summary", "kind", language, count=count, what=name)
    yield from _first_products(draft, gaps, language)
    if not problems:
        yield say("summary", "loads", language, folder=target, command=command)
        return
    yield say("summary", "refused", language, count=len(problems))
    yield from (f"  {problem}" for problem in problems[:FIRST_PROBLEMS])
    yield say("summary", "again", language, folder=target, command=command)


def _first_products(draft: Draft, gaps: Sequence[Gap], language: Language) -> Iterator[str]:
    """What the products lack that lack the gravest, a line each."""
    by_product = _by_product([gap for gap in gaps if gap.product])
    if not by_product:
        return
    yield say("summary", "products", language)
    for product, some in list(by_product.items())[:FIRST_PRODUCTS]:
        kinds = dict.fromkeys(what(gap.kind, language) for gap in some)
        title = _title(draft.products.get(product), product, language)
        yield say("summary", "product", language, product=title, what=("、" if language == "zh" else ", ").join(kinds))
    if len(by_product) > FIRST_PRODUCTS:
        yield say("summary", "others", language, count=len(by_product) - FIRST_PRODUCTS)


def missing(made: Made, file: str) -> str:
    """missing.md: the Chinese part, then the English one."""
    parts = ("\n".join(_missing(made, file, language)) for language in LANGUAGES)
    return "\n\n".join(parts) + "\n"


def _missing(made: Made, file: str, language: Language) -> Iterator[str]:
    catalogue, draft, gaps, problems = made.catalogue, made.draft, made.gaps, made.problems
    yield f"# {say('report', 'title', language)}\n"
    source = say("report", "source", language, file=file, system=system_name(catalogue.system, language))
    texts = any(good.text for good in draft.touched.values())
    yield " ".join([source, *([say("report", "texts_there", language)] if texts else [])]) + "\n"
    yield say("report", "how", language) + "\n"
    yield f"**{say('report', 'by_kind', language)}**\n"
    for name, count in _by_kind(gaps, language).items():
        yield "* " + say("report", "line", language, what=name, count=count)
    for part in PARTS:
        mine = [gap for gap in gaps if PART_OF[gap.kind] == part]
        if not mine and not (part == "stops" and problems):
            continue
        yield f"\n## {say('report', part, language)}"
        for product, some in _by_product(mine).items():
            yield f"\n### {_title(draft.products.get(product), product, language)}\n"
            yield from (f"* {tell(gap, language)}" for gap in some)
        if part == "stops" and problems:
            yield f"\n### {say('report', 'check', language)}\n"
            yield from (f"* {problem}" for problem in problems[:MOST_PROBLEMS])
            if len(problems) > MOST_PROBLEMS:
                yield say("report", "more", language, count=len(problems) - MOST_PROBLEMS)


def descriptions(draft: Draft) -> str:
    """The texts of the source, for people; empty where it has none."""
    texts = [(product, good.text) for product, good in draft.touched.items() if good.text]
    if not texts:
        return ""
    head = [
        f"# {say('report', 'texts', language)}\n\n{say('report', 'texts_note', language)}\n" for language in LANGUAGES
    ]
    return "\n".join([*head, *(f"## {product}\n\n{text}\n" for product, text in texts)])


def _by_kind(gaps: Sequence[Gap], language: Language) -> dict[str, int]:
    """How often each kind is there, in the order of the gaps."""
    counted: dict[str, int] = {}
    for gap in gaps:
        name = what(gap.kind, language)
        counted[name] = counted.get(name, 0) + 1
    return counted


def _by_product(gaps: Sequence[Gap]) -> dict[str, list[Gap]]:
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        found.setdefault(gap.product, []).append(gap)
    return found


def _title(row: Mapping[str, str] | None, product: str, language: Language) -> str:
    if not product:
        return say("report", "shop", language)
    return f"{product} {row[f'name_{language}']}" if row else product
