"""What a message can be: the labels, their families, and which of them outranks which."""

from __future__ import annotations

ANSWERED = (
    "ask_stock",
    "ask_size",
    "ask_shipping_time",
    "ask_shipping_fee",
    "ask_courier",
    "ask_delivery_area",
    "ask_capability",
    "ask_spec",
    "ask_price",
    "ask_promotion",
    "ask_warranty",
    "ask_return_policy",
    "ask_authenticity",
    "ask_invoice",
    "ask_payment",
    "ask_usage",
    "ask_comparison",
    "ask_recommendation",
    "ask_hours",
)
"""The bot answers these itself, from facts."""

HANDED_OVER = (
    "complaint",
    "request_human",
    "product_problem",
    "request_refund",
    "track_parcel",
    "bulk_order",
    "negotiate_price",
    "purchase_intent",
    "order_note",
)
"""A person takes these over. The order is the gravity that decides a card's reason, gravest first."""

LIVE = ("ask_stock", "ask_price")
"""What is there and what it costs is told from the tables alone; no FAQ entry answers it, unless it is asked in the entry's own words."""

AFTER_SALE = ("complaint", "product_problem", "request_refund", "track_parcel")
"""Of those, what comes after a purchase."""

BUYING = ("purchase_intent", "negotiate_price", "bulk_order", "order_note")
"""Of those, what a purchase is made of, likeliest reason first."""

TALK = ("out_of_scope", "ask_bot", "deny", "affirm", "inform", "goodbye", "thanks", "greet")
"""Talk, most telling first."""

ALL = ANSWERED + HANDED_OVER + TALK


def most_demanding(labels: list[str]) -> str | None:
    """The label that rules a whole message: a handover outranks an answer, an answer what is none of ours (an intent that
    another Rasa project has beside these), and that outranks talk.

    Among handovers the gravest wins, among answers the first asked.
    """
    handovers = [label for label in HANDED_OVER if label in labels]
    answers = [label for label in labels if label in ANSWERED]
    talk = [label for label in TALK if label in labels]
    others = [label for label in labels if label not in ALL]
    return next(iter(handovers + answers + others + talk), None)
