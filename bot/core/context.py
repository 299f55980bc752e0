"""What a message means in its dialogue: each question gets its details, and short messages their label.

A message that holds details alone ("M呢", "那红色的", "to Xinjiang?") is the last question asked again with other details
(`bot.core.follow_up`); the answer to the bot's own question back asks the waiting questions again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.core.asking import has_question_form
from bot.core.details import details_from_json, find_details, overlay, own_entities
from bot.core.dialogue import Dialogue, Pending
from bot.core.follow_up import by_quantity, follow_up_label, is_bare, label_by_evidence, made_sure, offered
from bot.core.labels import ANSWERED, HANDED_OVER
from bot.core.shop import Shop
from bot.core.types import Ask, Entity, FaqMatch, Language, Question
from bot.core.wanting import is_whole_want, label_of_statement, not_ordered_yet


def resolve(
    questions: Iterable[Question],
    entities: tuple[Entity, ...],
    dialogue: Dialogue,
    shop: Shop,
    language: Language,
) -> list[Ask]:
    """The message's questions with their details; a bare detail becomes what the dialogue makes of it."""
    questions = list(questions)
    if dialogue.pending and _answers_pending(questions, entities, dialogue.pending, shop):
        return _pending_asked_again(questions, entities, dialogue, dialogue.pending, shop, language)
    if _same_of_another(questions, entities, dialogue):
        return _asked_of_another(questions[0], entities, dialogue, shop, language)
    asks: list[Ask] = []
    asked = [q for q in questions if _says_its_own(q, own_entities(q, entities), dialogue)]
    for question in [*questions, *_passed_over(questions, entities, dialogue)]:
        own = own_entities(question, entities)
        bare = is_bare(question, own)
        if bare and asked and question not in asked and not has_question_form(question.text.lower()):
            continue  # a detail of the other questions (几天到 寄北京)
        stated = label_of_statement(question, own, dialogue) or not_ordered_yet(question, dialogue)
        follows = follow_up_label(question, own, dialogue, shop) if bare else label_by_evidence(question, own, dialogue)
        settled = stated or follows
        if settled:
            question = replace(question, label=settled, confidence=1.0)
        follow_up = bool(bare and settled and not stated and dialogue.last and dialogue.last["label"] == question.label)
        details = find_details(question, own, entities, dialogue, shop, follow_up=follow_up)
        question = made_sure(by_quantity(question, details, shop), own, details)
        asked_before = [ask for ask in asks if ask.label == question.label]
        if not asked_before or (bare and asked_before[-1].details != details):
            asks.extend(_with_what_comes_along(Ask(question, details, language, follow_up), own))
    return sorted(asks, key=lambda ask: ask.question.start)


def _says_its_own(question: Question, own: tuple[Entity, ...], dialogue: Dialogue) -> bool:
    """Whether a part is more than details of the others."""
    details_alone = question.label not in HANDED_OVER or question.label in ("purchase_intent", "order_note")
    bare = details_alone and is_bare(question, own)
    return not bare or label_of_statement(question, own, dialogue) == "purchase_intent"


def _with_what_comes_along(ask: Ask, own: tuple[Entity, ...]) -> list[Ask]:
    """A price named with the buying is a condition to buy, and haggling before it (taxonomy); a remark made with it (a
    present …) is one beside it."""
    if ask.label == "order_note" and is_whole_want(own, ask.question.text):
        return [replace(ask, question=replace(ask.question, label="purchase_intent", confidence=1.0)), ask]
    if ask.label != "purchase_intent" or not offered(own):
        return [ask]
    haggling = replace(ask.question, label="negotiate_price", confidence=1.0)
    return [replace(ask, question=haggling), ask]


def _same_of_another(questions: list[Question], entities: tuple[Entity, ...], dialogue: Dialogue) -> bool:
    """Whether another product is named and nothing else (那破壁机呢): what was asked of the last is asked of it."""
    names = {e.name for e in entities}
    return len(questions) == 1 and names == {"product"} and bool(dialogue.about) and is_bare(questions[0], entities)


def _asked_of_another(
    question: Question, entities: tuple[Entity, ...], dialogue: Dialogue, shop: Shop, language: Language
) -> list[Ask]:
    said = find_details(question, entities, entities, dialogue, shop, follow_up=False)
    asks = []
    for record in dialogue.about:
        again = replace(question, label=record["label"], confidence=1.0)
        asks.append(Ask(again, overlay(details_from_json(record["details"]), said), language, follow_up=True))
    return asks


def _passed_over(questions: list[Question], entities: tuple[Entity, ...], dialogue: Dialogue) -> list[Question]:
    """What a product is asked to do is never passed over, even where no question was made out round it."""
    if not (dialogue.products or any(e.name == "product" for e in entities)):
        return []
    if any(q.label in _ABOUT_ABILITY for q in questions):
        return []
    missed = [e for e in entities if e.name == "capability" and _asked_for(e, questions)]
    return [Question("ask_capability", e.text, e.start, e.end, 1.0) for e in missed[:1]]


_ABOUT_ABILITY = ("ask_capability", "ask_usage", "ask_recommendation", "ask_comparison")
_CAN = re.compile(r"能|可以|会|好|行|\b(?:can|is|are|does|do|will)\b")


def _asked_for(capability: Entity, questions: list[Question]) -> bool:
    """Whether a capability stands in no question, or behind a “can it” in one that was made out as something else."""
    inside = [q for q in questions if q.start <= capability.start < q.end]
    answered = [q for q in inside if q.label in ANSWERED]
    return not inside or any(_CAN.search(q.text[: capability.start - q.start].lower()) for q in answered)


# --- the one question asked back ---------------------------------------------------------------------------------

_FILLS = {
    "product": {"product", "category", "capability"},
    "measure": {"height", "weight", "household", "size"},
    "region": {"region"},
}


def _answers_pending(questions: list[Question], entities: tuple[Entity, ...], pending: Pending, shop: Shop) -> bool:
    """Whether the message gives what was asked back and asks nothing new."""
    wanted = _FILLS.get(pending.missing, set())
    chosen = _chosen_of_offered(questions, pending, shop)
    if not chosen and not any(e.name in wanted for e in entities):
        return False
    asked = {q["label"] for q in pending.questions}
    if any(e.name in ("attribute", "topic") for e in entities) and not asked & {"ask_spec", "ask_usage"}:
        return False
    return all(
        question.label in asked | {"inform", "affirm", "purchase_intent"}
        or is_bare(question, own_entities(question, entities))
        or (chosen and question.label in ANSWERED and not has_question_form(question.text.lower()))
        for question in questions
    )


def _chosen_of_offered(questions: list[Question], pending: Pending, shop: Shop) -> str | None:
    """The one of the offered products that a word of the message fits alone (圆领的那个, the loose one)."""
    offered = [p for q in pending.questions for p in q.get("details", {}).get("products", ())]
    if pending.missing != "product" or len(offered) < 2:
        return None
    text = " ".join(q.text.lower() for q in questions)
    names = {p: " ".join((*shop.products[p].name.values(), *shop.products[p].also_called)).lower() for p in offered}
    fitting = set()
    for product, name in names.items():
        others = " ".join(other for p, other in names.items() if p != product)
        fitting |= {product for word in _name_parts(name) if word in text and word not in others}
    return fitting.pop() if len(fitting) == 1 else None


def _name_parts(name: str) -> set[str]:
    """Latin words and pairs of Chinese characters."""
    chinese = re.findall(r"[\u3400-\u9fff]+", name)
    return set(re.findall(r"[a-z\d]{3,}", name)) | {run[i : i + 2] for run in chinese for i in range(len(run) - 1)}


def _pending_asked_again(
    questions: list[Question],
    entities: tuple[Entity, ...],
    dialogue: Dialogue,
    pending: Pending,
    shop: Shop,
    language: Language,
) -> list[Ask]:
    whole = replace(questions[0], start=0, end=max([q.end for q in questions] + [e.end for e in entities]))
    asks = []
    for record in pending.questions:
        matches = tuple(FaqMatch(**match) for match in record.get("faq", ()))
        question = replace(whole, label=record["label"], text=record["text"], confidence=1.0, faq=matches)
        said = find_details(whole, entities, entities, dialogue, shop, follow_up=False)
        chosen = _chosen_of_offered(questions, pending, shop)
        if chosen and not any(e.name == "product" for e in entities):
            said = replace(said, products=(chosen,), product_said=True)
        asks.append(Ask(question, overlay(details_from_json(record.get("details", {})), said), language))
    bought = [q for q in questions if q.label == "purchase_intent"]
    for question in bought:
        if question.label not in [ask.label for ask in asks]:
            asks.append(
                Ask(question, find_details(question, entities, entities, dialogue, shop, follow_up=False), language)
            )
    return asks
