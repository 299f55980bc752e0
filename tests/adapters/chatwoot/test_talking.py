"""A buyer writes in Chatwoot: who answers, once, and when the bot says nothing."""

from __future__ import annotations

import pytest

from tests.adapters.chatwoot.conftest import BUTTON, Shop
from tests.adapters.chatwoot.events import Said


def test_the_bot_answers_a_buyer_in_a_pending_conversation(shop: Shop) -> None:
    shop.says("黑色M有货吗")
    assert shop.server.talk().public() == ["答：黑色M有货吗"]
    assert shop.server.talk().status == "pending"


def test_what_the_bot_itself_says_is_not_answered(shop: Shop) -> None:
    shop.says("黑色M有货吗")
    shop.deliver_all()
    shop.work()
    assert len(shop.server.talk().public()) == 1


def test_messages_are_answered_in_the_order_they_were_written(shop: Shop) -> None:
    first, second = shop.server.buyer("第一句"), shop.server.buyer("第二句")
    shop.deliver(second)
    shop.deliver(first)
    shop.work()
    assert shop.server.talk().public() == ["答：第一句", "答：第二句"]


@pytest.mark.parametrize("status", ["open", "resolved", "snoozed"])
def test_in_a_conversation_that_is_not_pending_it_says_nothing(shop: Shop, status: str) -> None:
    shop.server.talk(status=status)
    shop.says("在吗")
    assert shop.server.talk().public() == []
    assert shop.rasa.heard == []


def test_where_somebody_is_assigned_it_says_nothing(shop: Shop) -> None:
    shop.server.talk(assignee="小林")
    shop.says("在吗")
    assert shop.server.talk().public() == []


def test_where_a_person_has_written_it_says_nothing_from_then_on(shop: Shop) -> None:
    shop.says("黑色M有货吗")
    shop.server.person("我来接待您")
    shop.says("好的，那多少钱")
    assert shop.server.talk().public() == ["答：黑色M有货吗", "我来接待您"]


def test_a_persons_note_to_the_team_does_not_silence_it(shop: Shop) -> None:
    shop.server.person("老客户", private=True)
    shop.says("黑色M有货吗")
    assert shop.server.talk().public() == ["答：黑色M有货吗"]


def test_a_person_who_writes_while_the_bot_thinks_is_not_spoken_over(shop: Shop) -> None:
    shop.rasa.meanwhile = lambda: shop.deliver(shop.server.person("我来"))
    shop.says("黑色M有货吗")
    assert shop.server.talk().public() == ["我来"]


def test_a_conversation_that_is_taken_while_the_bot_thinks_is_left_alone(shop: Shop) -> None:
    shop.rasa.meanwhile = lambda: shop.deliver(shop.server.set_status("open"))
    shop.says("黑色M有货吗")
    assert shop.server.talk().public() == []


def test_without_a_token_to_read_with_the_newest_event_decides(make_shop) -> None:
    shop = make_shop("4.2", agent_token="")
    shop.rasa.meanwhile = lambda: shop.deliver(shop.server.set_status("open"))
    shop.says("黑色M有货吗")
    assert shop.server.talk().public() == []
    shop.server.set_status("pending")
    shop.says("还在吗")
    assert shop.server.talk().public() == ["答：还在吗"]


def test_with_one_that_reads_it_is_asked_even_where_no_event_told(shop: Shop) -> None:
    shop.server.buyer("黑色M有货吗")
    shop.deliver_all()
    shop.server.talk().status = "open"
    shop.work()
    assert shop.server.talk().public() == []


def test_back_to_pending_is_a_new_episode(shop: Shop) -> None:
    shop.says("黑色M有货吗")
    episode = shop.front.store.situation("chatwoot:1:42").episode
    shop.server.set_status("open")
    shop.server.person("我来")
    shop.deliver_all()
    shop.server.set_status("pending")
    shop.says("谢谢，再问一下")
    assert shop.server.talk().public()[-1] == "答：谢谢，再问一下"
    assert shop.front.store.situation("chatwoot:1:42").episode == episode + 1


def test_an_event_that_comes_late_changes_no_state(shop: Shop) -> None:
    shop.server.buyer("第一句")
    old = shop.server.events.pop()
    shop.server.talk().said.clear()
    for _ in range(5):
        opened = shop.server.set_status("open")
    shop.server.events.clear()
    shop.deliver(opened)
    shop.deliver(old)
    assert shop.book.known("chatwoot:1:42").status == "open"


def test_quick_replies_go_out_as_its_own_content_type_and_come_back_as_a_message(shop: Shop) -> None:
    shop.says("给我按钮")
    sent = shop.server.talk().said[-1]
    assert (sent.content_type, sent.attributes["items"]) == (
        "input_select",
        [{"title": BUTTON["title"], "value": BUTTON["payload"]}],
    )
    shop.server.choose("转人工")
    shop.deliver_all()
    shop.work()
    assert shop.rasa.heard[-1] == "我要人工"
    assert shop.server.talk().status == "open"


def test_a_picture_comes_along_with_its_address(shop: Shop) -> None:
    image = {"id": 1, "file_type": "image", "data_url": "https://chat.example/a.jpg", "thumb_url": ""}
    shop.server.add(42, "这个有吗", "contact", 0, attachments=[image, {"file_type": "audio", "data_url": "x"}])
    shop.deliver_all()
    shop.work()
    thread = shop.front.store.thread("chatwoot:1:42")
    assert [one["url"] for one in thread[0]["attachments"]] == ["https://chat.example/a.jpg"]


def test_a_missed_webhook_is_found_when_it_starts(shop: Shop) -> None:
    shop.server.buyer("有人吗")
    shop.server.talk(43).said.append(Said(90, 0, "别的收件箱", "contact"))
    shop.server.talk(43).inbox = 6
    shop.server.talk(44, status="open")
    shop.server.buyer("这个有人接待", 44)
    shop.server.events.clear()
    assert shop.chatwoot.look_over() == 1
    shop.work()
    assert shop.server.talk().public() == ["答：有人吗"]
    assert shop.server.talk(43).public() == shop.server.talk(44).public() == []


def test_what_was_answered_before_is_not_found_again(shop: Shop) -> None:
    shop.says("有人吗")
    shop.restart()
    assert shop.chatwoot.look_over() == 0


def test_a_webhook_that_comes_after_the_look_over_is_known(shop: Shop) -> None:
    event = shop.server.buyer("有人吗")
    shop.chatwoot.look_over()
    shop.deliver(event)
    shop.work()
    assert shop.server.talk().public() == ["答：有人吗"]


def test_a_message_that_is_days_old_is_left_to_people(shop: Shop) -> None:
    shop.server.buyer("有人吗")
    shop.server.talk().said[-1].at -= 3 * 86400
    assert shop.chatwoot.look_over() == 0


def test_the_probe_says_which_calls_the_installation_allows(make_shop) -> None:
    old = make_shop("4.2")
    old.server.talk()
    refused = {call for call, allowed in old.client.probe().items() if not allowed}
    assert refused == {"show", "labels"}
    assert old.server.talk().status == "pending"
    assert all(make_shop("2026").client.probe().values())


def test_an_old_message_that_somebody_changed_is_not_answered(shop: Shop) -> None:
    event = shop.server.buyer("一个月前的问题")
    shop.server.events.clear()
    assert shop.deliver({**event, "event": "message_updated"}).status_code == 200
    shop.work()
    assert shop.server.talk().public() == []


def test_a_quick_reply_that_is_told_of_again_is_answered_once(shop: Shop) -> None:
    shop.says("给我按钮")
    event = shop.server.choose("转人工")
    shop.deliver_all()
    shop.deliver(event)
    shop.work()
    assert shop.rasa.heard == ["给我按钮", "我要人工"]
