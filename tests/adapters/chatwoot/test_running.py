"""The worker as it runs in the front: acknowledged at once, conversations side by side, each in order."""

from __future__ import annotations

import threading

from bot.front.app import make_app
from tests.adapters.chatwoot.conftest import Shop
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


def test_where_chatwoot_is_not_set_there_is_no_such_address(plain) -> None:
    from starlette.testclient import TestClient

    assert TestClient(make_app(plain.front)).post("/chatwoot/anything", content=b"{}").status_code == 404
