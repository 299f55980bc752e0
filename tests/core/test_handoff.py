"""Who may do what to a handoff, and what an ending must say."""

from __future__ import annotations

import pytest

from bot.core.handoff import MOST_NOTE, Agent, Ending, Refused, check, ending

REASONS = {"lost": ("price", "other"), "settled": ("answered",)}
OWNER, OTHER, LEAD = Agent("anna", "agent"), Agent("bo", "agent"), Agent("lead", "lead")

ALLOWED = [
    ("claim", "waiting", None, OTHER, None),
    ("claim", "claimed", "anna", OTHER, "taken"),
    ("claim", "claimed", "anna", LEAD, "taken"),
    ("take_over", "claimed", "anna", OTHER, "leads_only"),
    ("take_over", "claimed", "anna", LEAD, None),
    ("take_over", "waiting", None, LEAD, "not_claimed"),
    ("reply", "claimed", "anna", OWNER, None),
    ("reply", "claimed", "anna", LEAD, "not_yours"),
    ("reply", "waiting", None, OWNER, "not_claimed"),
    ("pass_on", "claimed", "anna", OWNER, None),
    ("pass_on", "claimed", "anna", LEAD, None),
    ("pass_on", "claimed", "anna", OTHER, "not_yours"),
    ("pass_on", "waiting", None, LEAD, None),
    ("pass_on", "waiting", None, OTHER, "not_yours"),
    ("give_back", "claimed", "anna", OWNER, None),
    ("give_back", "claimed", "anna", LEAD, "not_yours"),
    ("close", "claimed", "anna", OWNER, None),
    ("close", "claimed", "anna", LEAD, None),
    ("close", "claimed", "anna", OTHER, "not_yours"),
    ("close", "waiting", None, LEAD, "not_claimed"),
]


@pytest.mark.parametrize(("action", "state", "owner", "who", "code"), ALLOWED)
def test_who_may_do_what(action: str, state: str, owner: str | None, who: Agent, code: str | None) -> None:
    if code is None:
        check(action, state, owner, who)
    else:
        with pytest.raises(Refused) as no:
            check(action, state, owner, who)
        assert no.value.code == code


@pytest.mark.parametrize("action", ["claim", "take_over", "reply", "pass_on", "give_back", "close", "settle", "expire"])
def test_nothing_happens_to_what_is_closed(action: str) -> None:
    with pytest.raises(Refused, match="^closed"):
        check(action, "closed", "anna", LEAD)


ENDINGS = [
    (("sold", "600", "", ""), ("sold", "600.00", None)),
    (("sold", "¥1,280.5", "price", "两件"), ("sold", "1280.50", None)),
    (("lost", "", "price", ""), ("lost", None, "price")),
    (("settled", "", "answered", ""), ("settled", None, "answered")),
]


@pytest.mark.parametrize(("filled", "wanted"), ENDINGS)
def test_an_ending_says_what_it_must(filled: tuple, wanted: tuple) -> None:
    told = ending(*filled, REASONS).as_json()
    assert (told["outcome"], told["amount"], told["reason"]) == wanted


WRONG = [
    (("", "", "", ""), "outcome_missing"),
    (("idle", "", "", ""), "outcome_missing"),
    (("given_back", "", "", ""), "outcome_missing"),
    (("sold", "", "", ""), "amount_missing"),
    (("sold", "0", "", ""), "amount_missing"),
    (("sold", "-5", "", ""), "amount_missing"),
    (("sold", "NaN", "", ""), "amount_missing"),
    (("sold", "1e99", "", ""), "amount_missing"),
    (("sold", "六百", "", ""), "amount_missing"),
    (("lost", "", "", ""), "reason_missing"),
    (("lost", "", "answered", ""), "reason_missing"),
    (("settled", "", "price", ""), "reason_missing"),
    (("sold", "5", "", "啊" * (MOST_NOTE + 1)), "note_too_long"),
]


@pytest.mark.parametrize(("filled", "code"), WRONG)
def test_an_ending_that_says_too_little_is_refused(filled: tuple, code: str) -> None:
    with pytest.raises(Refused, match=f"^{code}$"):
        ending(*filled, REASONS)


def test_an_ending_travels_as_json() -> None:
    assert Ending("idle").as_json() == {"outcome": "idle", "amount": None, "reason": None, "note": ""}
