"""A handover to people in Chatwoot: every step once, in order, and open for people whatever becomes of the others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest

from tests.adapters.chatwoot.conftest import OFFER, WILL, Killed, Shop
from tests.adapters.chatwoot.events import NEW, OLD
from tests.adapters.chatwoot.standin import TEAM

STEPS = ("note", "attributes", "labels", "priority", "team", "reply:0", "open")
CALLS = {
    "note": "send",
    "attributes": "set_attributes",
    "labels": "set_labels",
    "priority": "set_priority",
    "team": "set_team",
    "reply:0": "send",
    "open": "open",
}


def handed_over(shop: Shop) -> bool:
    """All of it, once."""
    talk = shop.server.talk()
    return (
        len(talk.notes()) == 1
        and talk.public() == [WILL]
        and talk.labels == ["vip", "negotiate_price"]
        and talk.attributes["order_source"] == "tmall"
        and talk.attributes["nightdesk_reason"] == "negotiate_price"
        and (talk.priority, talk.team, talk.status, talk.handed_over) == ("high", TEAM, "open", 1)
    )


def begin(shop: Shop) -> None:
    """A buyer offers a price in a conversation that has a label and an attribute of its own."""
    shop.server.talk(labels=["vip"], attributes={"order_source": "tmall"})
    shop.server.buyer(OFFER)
    shop.deliver_all()


def test_a_handover_leaves_card_labels_team_and_the_line_and_opens_it(shop: Shop) -> None:
    begin(shop)
    shop.work()
    assert handed_over(shop)
    paths = [path.rpartition("/")[2] for path, _ in groupby(p for m, p, _ in shop.server.asked if m == "POST")]
    order = ["messages", "custom_attributes", "labels", "toggle_priority", "assignments", "messages", "toggle_status"]
    assert [path for path in paths if path in order] == order


def test_the_note_is_the_card_with_the_episodes_id(shop: Shop) -> None:
    begin(shop)
    shop.work()
    (note,) = shop.server.talk().notes()
    episode = shop.server.talk().attributes["nightdesk_episode"]
    for part in ("轻薄羽绒服 W05", "× 2", "600", "369", "建议回复", "售前销售", f"`{episode}`"):
        assert part in note


def test_a_buyers_words_are_no_markdown_in_the_note(shop: Shop) -> None:
    shop.server.buyer("人工 [点这里](https://evil.example) @小林 `x` **急**")
    shop.deliver_all()
    shop.work()
    (note,) = shop.server.talk().notes()
    assert "](https" not in note
    assert r"\[点这里\]" in note and r"\*\*急\*\*" in note and r"\@小林" in note


def test_the_attributes_hold_no_contact(shop: Shop) -> None:
    shop.says("13812345678 人工")
    assert "13812345678" not in str(shop.server.talk().attributes)


def test_our_own_desk_shows_it_as_served_elsewhere_and_lets_nobody_take_it(shop: Shop) -> None:
    begin(shop)
    shop.work()
    handoffs = shop.front.handoffs
    assert handoffs.listed() == []
    (closed,) = handoffs.listed(("closed",))
    assert closed["ending"] == {"outcome": "elsewhere"}
    assert closed["id"] == shop.server.talk().attributes["nightdesk_episode"]


def test_after_it_the_bot_is_silent_until_the_conversation_is_pending_again(shop: Shop) -> None:
    begin(shop)
    shop.work()
    shop.deliver_all()
    shop.says("在吗？")
    assert shop.server.talk().public() == [WILL]
    shop.server.set_status("pending")
    shop.says("再问一下有货吗")
    assert shop.server.talk().public() == [WILL, "答：再问一下有货吗"]


def test_a_second_episode_has_its_own_note_and_reason(shop: Shop) -> None:
    begin(shop)
    shop.work()
    shop.deliver_all()
    shop.server.set_status("pending")
    shop.says("转人工")
    talk = shop.server.talk()
    assert len(talk.notes()) == 2
    assert talk.labels == ["vip", "request_human"]
    assert talk.handed_over == 2


def test_a_person_whom_the_team_brings_does_not_hold_back_the_line(shop: Shop) -> None:
    shop.server.team_assigns = "小林"
    begin(shop)
    shop.work()
    assert handed_over(shop)


# --- killed ----------------------------------------------------------------------------------------------------------


def kills(shop: Shop, step: str, after: bool) -> None:
    """The process ends right before or right after this step's call reached Chatwoot."""
    name = CALLS[step]
    real: Callable[..., Any] = getattr(shop.client, name)

    def call(*given: Any, **named: Any) -> Any:
        if name == "send" and not given[2].endswith(f"/{step}"):
            return real(*given, **named)
        if after:
            real(*given, **named)
        raise Killed

    setattr(shop.client, name, call)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_is_resumed_and_done_once(shop: Shop, step: str, after: bool) -> None:
    begin(shop)
    kills(shop, step, after)
    with pytest.raises(Killed):
        shop.work()
    shop.server.events.clear()
    shop.restart()
    shop.chatwoot.look_over()
    shop.work()
    assert handed_over(shop)
    assert shop.rasa.heard == [OFFER]


def test_killed_between_the_answer_and_its_steps_it_hands_over_all_the_same(shop: Shop) -> None:
    begin(shop)

    def killed(*_: object) -> None:
        raise Killed

    shop.carrying.plan = killed  # type: ignore[method-assign,assignment]
    with pytest.raises(Killed):
        shop.work()
    shop.restart()
    shop.work()
    assert handed_over(shop)
    assert shop.rasa.heard == [OFFER]


def test_killed_over_and_over_it_gets_there(shop: Shop) -> None:
    begin(shop)
    for step in STEPS:
        kills(shop, step, after=True)
        with pytest.raises(Killed):
            shop.work()
        shop.restart()
    shop.work()
    assert handed_over(shop)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_without_a_token_to_read_with_the_event_of_the_note_says_that_it_is_there(make_shop, version: str) -> None:
    shop = make_shop(version, agent_token="")
    begin(shop)
    kills(shop, "note", after=True)
    with pytest.raises(Killed):
        shop.work()
    shop.restart()
    shop.deliver_all()
    shop.work()
    assert len(shop.server.talk().notes()) == 1
    assert shop.server.talk().status == "open"


def test_without_any_way_to_know_a_line_is_not_said_twice_and_a_person_gets_it(make_shop) -> None:
    shop = make_shop("4.2", agent_token="")
    shop.server.buyer("有货吗")
    shop.deliver_all()
    kills(shop, "reply:0", after=True)
    with pytest.raises(Killed):
        shop.work()
    shop.server.events.clear()
    shop.restart()
    shop.work()
    shop.later()
    assert shop.server.talk().public() == ["答：有货吗"]
    assert shop.server.talk().status == "open"


def test_where_marks_are_not_kept_a_message_is_known_by_its_words(shop: Shop) -> None:
    shop.server.keeps_content_attributes = False
    begin(shop)
    kills(shop, "note", after=True)
    with pytest.raises(Killed):
        shop.work()
    shop.restart()
    shop.work()
    assert handed_over(shop)


# --- refused and broken ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["502", "502 done", "reset", "html", "429"])
@pytest.mark.parametrize(
    "ending", ["/messages", "/custom_attributes", "/labels", "/toggle_priority", "/assignments", "/toggle_status"]
)
def test_a_fault_half_way_is_got_over(make_shop, ending: str, how: str) -> None:
    shop = make_shop(NEW)
    begin(shop)
    shop.server.fails("POST", ending, how)
    shop.work()
    shop.later()
    assert handed_over(shop)


@pytest.mark.parametrize("ending", ["/custom_attributes", "/labels", "/toggle_priority", "/assignments"])
@pytest.mark.parametrize("how", ["502", "401", "403", "422"])
def test_it_is_opened_even_if_another_step_fails_for_good(make_shop, ending: str, how: str) -> None:
    shop = make_shop(OLD)
    begin(shop)
    shop.server.fails("POST", ending, how, times=1000)
    shop.work()
    assert shop.server.talk().status == "open"
    assert shop.server.talk().public() == [WILL]
    for _ in range(10):
        shop.later()
    assert shop.book.due(shop.now) == []


def test_it_is_opened_even_if_no_message_can_be_sent(shop: Shop) -> None:
    begin(shop)
    shop.server.fails("POST", "/messages", "502", times=1000)
    shop.work()
    assert shop.server.talk().status == "open"


def test_a_note_that_failed_follows_after_it_was_opened_but_the_line_does_not(shop: Shop) -> None:
    begin(shop)
    shop.server.fails("POST", "/messages", "502", times=4)
    shop.work()
    assert shop.server.talk().status == "open"
    shop.later()
    assert len(shop.server.talk().notes()) == 1
    assert shop.server.talk().public() == []


def test_while_it_cannot_be_opened_it_is_tried_again_and_nothing_else_is_repeated(shop: Shop) -> None:
    begin(shop)
    shop.server.fails("POST", "/toggle_status", "502", times=12)
    shop.work()
    for _ in range(8):
        shop.later()
    assert handed_over(shop)


def test_an_answer_that_cannot_be_sent_for_minutes_becomes_a_matter_for_people(shop: Shop) -> None:
    shop.server.buyer("有货吗")
    shop.deliver_all()
    shop.server.fails("POST", "/messages", "502", times=1000)
    shop.work()
    for _ in range(10):
        shop.later()
    assert shop.server.talk().status == "open"


def test_a_conversation_that_is_gone_holds_nothing_up(shop: Shop) -> None:
    begin(shop)
    shop.server.talks.clear()
    shop.work()
    assert shop.book.due(shop.now) == []


def test_a_conversation_that_a_person_resolved_meanwhile_is_not_opened_again(shop: Shop) -> None:
    shop.rasa.meanwhile = lambda: shop.deliver(shop.server.set_status("resolved"))
    begin(shop)
    shop.work()
    talk = shop.server.talk()
    assert (talk.status, talk.public(), len(talk.notes())) == ("resolved", [], 1)


def test_without_an_agents_token_an_old_installation_is_handed_over_as_far_as_it_allows(make_shop) -> None:
    shop = make_shop("4.2", agent_token="")
    begin(shop)
    shop.work()
    talk = shop.server.talk()
    assert (talk.status, talk.public(), len(talk.notes())) == ("open", [WILL], 1)
    assert talk.labels == ["vip"]
    assert talk.attributes["order_source"] == "tmall"


def test_what_a_bot_may_not_do_the_agents_token_does_but_the_bot_opens_it(make_shop) -> None:
    shop = make_shop("4.2")
    shop.server.for_bots -= {"custom_attributes", "assignments", "toggle_priority"}
    begin(shop)
    shop.work()
    assert handed_over(shop)
    assert shop.server.talk().assignee is None
