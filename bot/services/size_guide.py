"""The size guide's own answer: a body, a household, how sizes run, or the guide as a whole."""

from __future__ import annotations

from bot.core import formats
from bot.core.reviewing import oldest
from bot.core.shop import FIT, Product, SizeRow
from bot.core.sizing import Advice, advise_by_body, advise_by_household, measured_by
from bot.core.types import Answer, Ask, Fact, Reply
from bot.services.common import Desk, answered, fit_reply, the_product, unknown, which_product

SOURCE = "shop/size_guide"
SIZE, NONE = "size", "none"
"""The fact that holds the sizes advised, joined by “/”, and its value where no row fits."""


def by_guide(ask: Ask, desk: Desk) -> Answer:
    """The size for the measures said (fact `size`); one question back where a measure is missing."""
    product = the_product(ask, desk)
    if product is None:
        return which_product(ask, desk)
    rows = desk.shop.size_rows.get(product.id, ())
    if not rows:
        return _without_guide(product, ask, desk)
    rule = measured_by(rows)
    if rule is advise_by_body:
        return _by_body(product, rows, ask, desk)
    if rule is advise_by_household:
        return _by_household(product, rows, ask, desk)
    return answered(_notes(product, rows, ask), desk.fact("size_guide", product.id, SOURCE, oldest(rows)))


def _without_guide(product: Product, ask: Ask, desk: Desk) -> Answer:
    if FIT in ask.details.attributes and product.fit:
        return answered(fit_reply(product, ask.language), desk.fact("fit", product.fit, "shop/products"))
    return unknown(ask, desk, "")


def _by_body(product: Product, rows: tuple[SizeRow, ...], ask: Ask, desk: Desk) -> Answer:
    height, weight = ask.details.height_cm, ask.details.weight_kg
    if height is None and weight is None:
        first, fact = _fit_or_chart(product, rows, ask, desk)
        return Answer("clarify", (first, Reply("utter_ask_measures", {})), (fact,), missing="measure")
    if height is None or weight is None:
        missing = "height" if height is None else "weight"
        return Answer(
            "clarify", (Reply(f"utter_ask_{missing}", {"name": product.name[ask.language]}),), missing="measure"
        )
    advice = advise_by_body(product, rows, height, weight)
    said = {"name": product.name[ask.language], "height": formats.number(height), "weight": formats.number(weight)}
    return _advised(advice, rows, said, "body", ask, desk)


def _fit_or_chart(product: Product, rows: tuple[SizeRow, ...], ask: Ask, desk: Desk) -> tuple[Reply, Fact]:
    """“Does it run small” is told how it runs; “which size” gets the chart."""
    if FIT in ask.details.attributes and product.fit:
        return fit_reply(product, ask.language), desk.fact("fit", product.fit, "shop/products")
    reply = Reply("utter_size_chart", {"name": product.name[ask.language], "chart": _chart(rows)})
    return reply, desk.fact("size_guide", product.id, SOURCE, oldest(rows))


def _by_household(product: Product, rows: tuple[SizeRow, ...], ask: Ask, desk: Desk) -> Answer:
    people = ask.details.household
    if people is None:
        said = {"name": product.name[ask.language], "chart": _people_chart(rows)}
        reply = Reply("utter_size_people_chart", said)
        if len(rows) == 1:
            return answered(reply, desk.fact("size_guide", product.id, SOURCE, oldest(rows)))
        fact = desk.fact("size_guide", product.id, SOURCE, oldest(rows))
        return Answer("clarify", (reply, Reply("utter_ask_household", {})), (fact,), missing="measure")
    advice = advise_by_household(product, rows, people)
    said = {"name": product.name[ask.language], "people": str(people)}
    return _advised(advice, rows, said, "people", ask, desk)


def _advised(
    advice: Advice, rows: tuple[SizeRow, ...], said: dict[str, str], kind: str, ask: Ask, desk: Desk
) -> Answer:
    origin = oldest(rows)
    if advice.kind == "outside":
        reply = Reply(f"utter_size_outside_{kind}", said)
        return answered(reply, desk.fact(SIZE, NONE, SOURCE, origin), outcome="unknown", missing="person")
    sizes = [formats.size_name(size, ask.language) for size in advice.sizes]
    said = said | {"size": sizes[0]}
    if len(sizes) > 1:
        said |= {"smaller": sizes[0], "larger": sizes[-1], "sizes": formats.listing(sizes, ask.language)}
    name = f"utter_size_{'both' if len(sizes) > 1 else 'larger' if advice.larger else 'one'}_{kind}"
    replies = [Reply(name, said)]
    if advice.towards:
        replies.append(Reply("utter_size_towards", {"towards": formats.size_name(advice.towards, ask.language)}))
    return answered(replies, desk.fact(SIZE, "/".join(advice.sizes), SOURCE, origin))


def _chart(rows: tuple[SizeRow, ...]) -> str:
    lines = []
    for row in rows:
        if row.height and row.weight:
            height, weight = (f"{formats.number(low)}–{formats.number(high)}" for low, high in (row.height, row.weight))
            lines.append(f"{row.size}: {height} cm / {weight} kg")
    return "\n".join(lines)


def _people_chart(rows: tuple[SizeRow, ...]) -> str:
    return "\n".join(f"{row.size}: {row.people[0]}–{row.people[1]}" for row in rows if row.people)


def _notes(product: Product, rows: tuple[SizeRow, ...], ask: Ask) -> Reply:
    wanted = [row for row in rows if row.size == ask.details.size] or list(rows)
    notes = "\n".join(f"{row.size}: {row.note[ask.language]}" for row in wanted if row.note[ask.language])
    return Reply("utter_size_notes", {"name": product.name[ask.language], "notes": notes})


def advised_sizes(answer: Answer) -> list[str]:
    """The sizes that an answer of `by_guide` advises; none where it asks back or knows none."""
    found = next((fact.value for fact in answer.facts if fact.name == SIZE), NONE)
    return [] if found == NONE else found.split("/")
