"""What comes in: only what is Chatwoot's is kept, once, and nothing of it stops the front."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest

from bot.adapters.chatwoot.signing import sign
from tests.adapters.chatwoot.conftest import SECRET, Shop


@pytest.fixture
def signed(make_shop) -> Shop:
    return make_shop("2026")


def heard(shop: Shop) -> list[str]:
    shop.work()
    return shop.rasa.heard


def test_a_wrong_path_is_no_address(shop: Shop) -> None:
    assert shop.deliver(shop.server.buyer("在吗"), path="guessed").status_code == 404
    assert heard(shop) == []


def test_an_older_version_needs_no_signature(make_shop) -> None:
    shop = make_shop("4.2")
    assert shop.deliver(shop.server.buyer("在吗")).status_code == 200
    assert heard(shop) == ["在吗"]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"X-Chatwoot-Signature": "sha256=" + "0" * 64}, "forged"),
        ({"X-Chatwoot-Signature": "签名".encode()}, "forged"),
        ({"X-Chatwoot-Signature": ""}, "unsigned"),
        ({"X-Chatwoot-Timestamp": ""}, "unsigned"),
        ({"X-Chatwoot-Timestamp": "1764000061"}, "forged"),
    ],
)
def test_a_forged_webhook_is_refused(signed: Shop, headers: dict, why: str) -> None:
    answer = signed.deliver(signed.server.buyer("在吗"), headers=headers)
    assert (answer.status_code, answer.json()["error"]["detail"]) == (401, why)
    assert heard(signed) == []


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signature_of_another_time_is_refused(signed: Shop, seconds: int) -> None:
    stamp = str(int((signed.now + timedelta(seconds=seconds)).timestamp()))
    body = signed.http.build_request("POST", "/", json=signed.server.buyer("在吗")).content
    headers = {"X-Chatwoot-Timestamp": stamp, "X-Chatwoot-Signature": sign(SECRET, stamp, body)}
    path = signed.chatwoot.routes()[0].path.replace("{path}", "a-path-that-nobody-guesses")
    answer = signed.http.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["detail"]) == (401, "late")
    headers["X-Chatwoot-Timestamp"] = stamp = str(int(signed.now.timestamp()))
    headers["X-Chatwoot-Signature"] = sign(SECRET, stamp, body)
    assert signed.http.post(path, content=body, headers=headers).status_code == 200


def test_a_delivery_that_is_repeated_is_answered_once(shop: Shop) -> None:
    event = shop.server.buyer("在吗")
    kept = [shop.deliver(event, delivery="one").json()["kept"] for _ in range(3)]
    assert kept == [True, False, False]
    shop.deliver(event, delivery="another, of the same message")
    assert heard(shop) == ["在吗"]
    assert shop.server.talk().public() == ["答：在吗"]


@pytest.mark.parametrize("event", ["webwidget_triggered", "conversation_typing_on", "something_of_the_year_2030"])
def test_an_event_of_another_type_is_acknowledged_and_passed_over(shop: Shop, event: str) -> None:
    answer = shop.deliver({"event": event, "id": [], "conversation": "?"})
    assert (answer.status_code, answer.json()) == (200, {"kept": False})


def test_another_accounts_event_is_passed_over(shop: Shop) -> None:
    event = shop.server.buyer("在吗")
    event["account"]["id"] = 2
    assert shop.deliver(event).json() == {"kept": False}
    assert heard(shop) == []


@pytest.mark.parametrize(
    "body", [[], {}, {"event": 7}, {"event": "message_created"}, {"event": "message_created", "id": 1}, None]
)
def test_what_is_no_event_is_refused_and_nothing_breaks(shop: Shop, body: object) -> None:
    assert shop.deliver(body).status_code == 400  # type: ignore[arg-type]


def test_fields_of_other_forms_are_passed_over(shop: Shop) -> None:
    event = copy.deepcopy(shop.server.buyer("在吗"))
    event |= {"content_attributes": "{]", "attachments": "none", "sender": 5, "created_at": {"at": 1}, "private": None}
    event["conversation"] |= {"labels": "vip", "meta": [], "messages": [None, 4], "custom_attributes": None}
    assert shop.deliver(event).status_code == 200
    assert heard(shop) == ["在吗"]


@pytest.mark.parametrize("text", [None, "", "\x00", "x" * 300_000 and "x" * 100_000, "\ud83d坏"])
def test_any_text_is_kept(shop: Shop, text: str | None) -> None:
    event = shop.server.buyer("在吗")
    event["content"] = text
    raw = __import__("json").dumps(event).encode()
    stamp = str(int(shop.now.timestamp()))
    headers = {"X-Chatwoot-Timestamp": stamp, "X-Chatwoot-Signature": sign(SECRET, stamp, raw)}
    assert shop.http.post("/chatwoot/a-path-that-nobody-guesses", content=raw, headers=headers).status_code == 200
    shop.work()
    assert len(shop.server.talk().public()) == 1


def test_where_it_cannot_be_kept_chatwoot_is_asked_to_send_it_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.ports import StoreError

    def full(*_: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(shop.book, "arrived", full)
    assert shop.deliver(shop.server.buyer("在吗")).status_code == 500


def test_a_message_that_chatwoot_marks_private_is_not_answered(shop: Shop) -> None:
    shop.server.add(42, "内部", "contact", 0, private=True)
    shop.deliver_all()
    assert heard(shop) == []
