"""The worker as it runs in the front: acknowledged at once, conversations side by side, each in order."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.rasa_client import RasaTurn
from bot.front import chatwoot
from bot.front.app import make_app
from tests.adapters.chatwoot.conftest import FakeRasa, Shop
from tests.front.helpers import eventually


def test_buyers_are_answered_side_by_side_and_acknowledged_before(shop: Shop) -> None:
    gate = threading.Event()
    shop.rasa.meanwhile = lambda: gate.wait(20) and None
    with shop.http:
        shop.server.buyer("慢的", 42)
        shop.server.buyer("跟在后面", 42)
        shop.deliver_all()
        assert eventually(lambda: shop.rasa.heard == ["慢的"], 10)
        shop.server.buyer("别人", 43)
        shop.deliver_all()
        assert eventually(lambda: shop.server.talk(43).public() == ["答：别人"], 10)
        assert shop.server.talk(42).public() == []
        gate.set()
        assert eventually(lambda: shop.server.talk(42).public() == ["答：慢的", "答：跟在后面"], 10)


def test_at_start_it_finds_what_it_missed(shop: Shop) -> None:
    shop.server.buyer("有人吗")
    with shop.http:
        assert eventually(lambda: shop.server.talk().public() == ["答：有人吗"], 10)


def test_chatwoot_that_is_down_at_start_holds_nothing_else_up(shop: Shop) -> None:
    shop.server.fails("POST", "/toggle_status", "502", times=1000)
    with shop.http:
        assert shop.http.get("/healthz").status_code == 200
        shop.server.buyer("有人吗")
        shop.deliver_all()
        assert eventually(lambda: shop.server.talk().public() == ["答：有人吗"], 10)


class Shared(FakeRasa):
    """Answers once each of its kind was asked too, so that no front is so quick that it leaves none to the other."""

    def __init__(self, all_of_them: list[Shared]) -> None:
        super().__init__()
        self.asked, self.all = threading.Event(), all_of_them
        all_of_them.append(self)

    def take_turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> RasaTurn:
        self.asked.set()
        assert all(one.asked.wait(20) for one in self.all)
        return super().take_turn(sender, text, metadata)


def test_of_two_fronts_one_answers_each_message(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """How often Rasa is asked is not promised: a message is understood twice where a front is slower than its time."""
    monkeypatch.setattr(chatwoot, "LOOK_EVERY", 0.01)
    rasas: list[Shared] = []
    given = (shop.front, shop.server, shop.folder, shop.agent_token)
    one, other = (Shop(*given, Shared(rasas), shop.secret, patience=5.0) for _ in range(2))
    for front in (one, other):
        front.chatwoot._held = timedelta(hours=1)
    with one.http, other.http:
        for number in range(40, 52):
            shop.server.buyer("有货吗", number)
            shop.server.buyer("多少钱", number)
        one.deliver_all()

        def all_is_done() -> bool:
            one.now = other.now = one.now + timedelta(seconds=1)  # what was put off comes again
            return one.book.due(one.now + timedelta(days=1)) == []

        assert eventually(all_is_done, 40)
    assert [shop.server.talk(number).public() for number in range(40, 52)] == [["答：有货吗", "答：多少钱"]] * 12
    assert all(rasa.heard for rasa in rasas), "they share the work"


def test_what_a_front_had_in_hand_is_free_again_when_its_time_is_over(shop: Shop) -> None:
    shop.server.buyer("有货吗")
    shop.deliver_all()
    (delivery,) = shop.book.due(shop.now)
    until = shop.now + timedelta(seconds=20)
    assert [shop.book.hold(delivery, shop.now, until) for _ in range(2)] == [True, False]
    assert shop.book.due(shop.now) == []
    assert shop.book.hold(delivery, until, until + timedelta(seconds=20))
    shop.book.keep(delivery, until + timedelta(minutes=1))
    assert shop.book.due(until + timedelta(seconds=30)) == []


def test_where_chatwoot_is_not_set_there_is_no_such_address(plain) -> None:
    from starlette.testclient import TestClient

    assert TestClient(make_app(plain.front)).post("/chatwoot/anything", content=b"{}").status_code == 404
