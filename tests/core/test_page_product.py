"""The product on the buyer's page: “this one” means it until the buyer names another, and again when the page changes."""

from __future__ import annotations

import pytest

from bot.core.dialogue import Dialogue

TALKED = Dialogue(products=("L18", "Y915"), page="Y915", colour="white", size="1.5L", quantity=2)


@pytest.mark.parametrize(
    "before, page, products",
    [
        (Dialogue(), None, ()),
        (Dialogue(), "Y915", ("Y915",)),
        (TALKED, "Y915", ("L18", "Y915")),
        (TALKED, None, ("L18", "Y915")),
        (TALKED, "M500", ("M500", "L18", "Y915")),
        (Dialogue(products=("L18", "Y915")), "Y915", ("Y915", "L18")),
        (Dialogue(products=("A", "B", "C", "D"), page="A"), "E", ("E", "A", "B", "C")),
    ],
)
def test_a_page_that_changed_comes_first(before: Dialogue, page: str | None, products: tuple[str, ...]) -> None:
    assert before.on_page(page).products == products


def test_colour_and_size_belong_to_the_product_they_were_said_of() -> None:
    turned = TALKED.on_page("M500")
    assert (turned.colour, turned.size, turned.quantity) == (None, None, 2)
    same = TALKED.on_page("L18")
    assert (same.colour, same.size, same.page) == ("white", "1.5L", "L18")


def test_the_page_is_remembered() -> None:
    assert Dialogue.from_json(TALKED.on_page("M500").as_json()).page == "M500"
