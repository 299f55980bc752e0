"""The API of the running system: who may, what it takes, what it answers, and that nothing that is typed harms it."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import Any

import jsonschema
import pytest
import requests

from tests.conftest import EVENING, ROOT, TOKEN, Stack

pytestmark = pytest.mark.stack

CARD_SCHEMA = json.loads((ROOT / "bot/core/card.schema.json").read_text(encoding="utf-8"))
CARD_FIELDS = {
    "version", "episode", "reason", "queue", "priority", "language", "opened_at", "waiting_since", "promised", "wants",
    "about", "order", "offer", "destination", "needed_by", "buyer", "cares_about", "mood", "questions", "notes",
    "pictures", "suggested_reply", "headline",
}  # fmt: skip
"""The card's fields as the design lists them."""

QUESTION = "is the white kettle in stock"


@pytest.fixture(autouse=True)
def evening(stack: Stack) -> None:
    stack.set_clock(EVENING)


def new_id() -> str:
    return uuid.uuid4().hex


def body(**changes: Any) -> dict[str, Any]:
    return {"conversation": new_id(), "message_id": new_id(), "text": QUESTION} | changes


def send(stack: Stack, data: bytes, **headers: str) -> requests.Response:
    """The bytes as they stand, so that wrong JSON can be sent. A session of its own: threads use it too."""
    given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"} | headers
    return requests.post(f"{stack.url}/api/messages", data=data, headers=given, timeout=30)


def post(stack: Stack, message: Any) -> requests.Response:
    return send(stack, json.dumps(message).encode())


def rows(stack: Stack, query: str, *values: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{stack.data / 'nightdesk.sqlite'}?mode=ro", uri=True)) as connection:
        return connection.execute(query, values).fetchall()


def turns_of(stack: Stack, conversation: str) -> int:
    ((count,),) = rows(stack, "select count(*) from turns where conversation = ?", f"api:{conversation}")
    return count


def said(answer: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


def labels(answer: dict[str, Any]) -> list[str]:
    return [question["label"] for question in answer["turn"]["questions"]]


def product_of(answer: dict[str, Any]) -> str | None:
    return answer["turn"]["questions"][0]["details"].get("product")


# --- who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"],
    ids=["none", "empty", "no-token", "blank-token", "wrong", "basic", "bare", "longer"],
)
def test_no_one_without_the_token_is_answered(stack: Stack, header: str | None) -> None:
    message = body()
    given = {} if header is None else {"Authorization": header}
    response = requests.post(f"{stack.url}/api/messages", json=message, headers=given, timeout=30)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "token"
    assert turns_of(stack, message["conversation"]) == 0


def test_the_token_is_asked_for_before_the_body_is_looked_at(stack: Stack) -> None:
    assert send(stack, b"no json", Authorization="Bearer wrong").status_code == 401


# --- wrong bodies ------------------------------------------------------------------------------------------------

NOT_JSON = {
    "text": b"hello",
    "half": b'{"conversation": "a", ',
    "not-utf-8": b'{"conversation": "\xff\xfe"}',
    "deep": b"[" * 100_000,
    "form": b"conversation=a&message_id=b&text=c",
}
WRONG = {
    "list": [body()],
    "string": "hello",
    "number": 7,
    "null": None,
    "no-conversation": {"message_id": "m", "text": "hi"},
    "no-message-id": {"conversation": "c", "text": "hi"},
    "no-text": {"conversation": "c", "message_id": "m"},
    "nothing": {},
    "text-number": body(text=5),
    "text-null": body(text=None),
    "text-list": body(text=["hi"]),
    "conversation-number": body(conversation=5),
    "conversation-empty": body(conversation=""),
    "conversation-129": body(conversation="c" * 129),
    "message-id-129": body(message_id="m" * 129),
    "message-id-null": body(message_id=None),
    "message-id-empty": body(message_id=""),
    "conversation-surrogate": body(conversation="c\ud800" + new_id()),
    "message-id-surrogate": body(message_id="m\ud800" + new_id()),
    "attachments-string": body(attachments="https://example.com/a.jpg"),
    "attachments-number": body(attachments=[7]),
    "attachments-no-url": body(attachments=[{"type": "image/jpeg"}]),
    "attachments-eleven": body(attachments=["https://example.com/a.jpg"] * 11),
}


@pytest.mark.parametrize("data", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_no_json_is_refused_by_name(stack: Stack, data: bytes) -> None:
    response = send(stack, data)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "not_json"


@pytest.mark.parametrize("message", WRONG.values(), ids=WRONG)
def test_a_wrong_body_is_refused_and_the_field_named(stack: Stack, message: Any) -> None:
    response = post(stack, message)
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert error["code"] == "wrong_field"
    assert set(error["message"]) == {"zh", "en"}
    assert error["detail"]


def test_an_empty_body_is_refused(stack: Stack) -> None:
    response = send(stack, b"")
    assert response.status_code == 400
    assert response.json()["error"]["code"] in ("not_json", "wrong_field")


def test_the_refusal_names_the_field(stack: Stack) -> None:
    assert "message_id" in post(stack, body(message_id="m" * 129)).json()["error"]["detail"]
    assert "text" in post(stack, body(text=5)).json()["error"]["detail"]


def test_ids_of_128_characters_are_taken(stack: Stack) -> None:
    long = new_id() * 4
    assert post(stack, body(conversation=long, message_id=long)).status_code == 200


def test_a_body_too_large_is_refused(stack: Stack) -> None:
    response = post(stack, body(text="a" * 300_000))
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


def test_reading_is_not_sending(stack: Stack) -> None:
    answer = requests.get(f"{stack.url}/api/messages", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    assert answer.status_code == 405


# --- once, and in order ------------------------------------------------------------------------------------------


def test_the_same_message_again_gives_the_same_answer_and_no_second_turn(stack: Stack) -> None:
    message = body()
    first = post(stack, message)
    again = post(stack, message)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert turns_of(stack, message["conversation"]) == 1
    other_words = post(stack, message | {"text": "i want a refund"})
    assert other_words.json() == first.json(), "the id says which message it is, not the text"
    assert turns_of(stack, message["conversation"]) == 1


def test_the_same_message_at_the_same_moment_is_one_turn(stack: Stack) -> None:
    message, gate = body(text="i'd like to buy one T500 in pink"), threading.Barrier(4)

    def at_once(_: int) -> requests.Response:
        gate.wait()
        return post(stack, message)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(at_once, range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert turns_of(stack, message["conversation"]) == 1
    name = f"api:{message['conversation']}"
    assert rows(stack, "select count(*) from messages where conversation = ? and sender = 'buyer'", name) == [(1,)]
    assert rows(stack, "select count(*) from handoffs where conversation = ?", name) == [(1,)]


def test_the_same_message_id_in_another_conversation_is_another_message(stack: Stack) -> None:
    first, second = body(), body(text="how much is the air fryer")
    second["message_id"] = first["message_id"]
    assert product_of(post(stack, first).json()) == "K17"
    assert product_of(post(stack, second).json()) == "A5"


def test_conversations_do_not_mix(stack: Stack) -> None:
    about = {
        "how much is the air fryer A5": "A5",
        "how much is the stand mixer M500": "M500",
        "how much is the L18": "L18",
    }
    talks = [(new_id(), text, product) for text, product in about.items()] * 2
    talks = [(new_id(), text, product) for _, text, product in talks]

    def talk(one: tuple[str, str, str]) -> tuple[str | None, str | None, str]:
        conversation, text, product = one
        first = post(stack, body(conversation=conversation, text=text)).json()
        second = post(stack, body(conversation=conversation, text="is it in stock")).json()
        return product_of(first), product_of(second), product

    with ThreadPoolExecutor(len(talks)) as pool:
        for first, second, product in pool.map(talk, talks):
            assert (first, second) == (product, product)


def test_five_messages_at_once_are_answered_in_the_order_they_came(stack: Stack) -> None:
    conversation = new_id()
    texts = [
        "is the white kettle K17 in stock",
        "how much is it",
        "how long to Beijing",
        "can i return it",
        "thank you",
    ]
    wanted = ["ask_stock", "ask_price", "ask_shipping_time", "ask_return_policy", "thanks"]
    answers: dict[int, dict[str, Any]] = {}

    def say(place: int) -> None:
        answers[place] = post(stack, body(conversation=conversation, message_id=f"m{place}", text=texts[place])).json()

    threads = [threading.Thread(target=say, args=(place,)) for place in range(5)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)  # a buyer's messages have an order; these come far faster than one is answered
    for thread in threads:
        thread.join()
    assert [labels(answers[place])[0] for place in range(5)] == wanted
    assert [product_of(answers[place]) for place in range(4)] == ["K17"] * 4
    kept = rows(
        stack, "select sender, message_id from messages where conversation = ? order by id", f"api:{conversation}"
    )
    assert [message_id for sender, message_id in kept if sender == "buyer"] == [f"m{place}" for place in range(5)]
    speakers = [sender == "buyer" for sender, _ in kept]
    starts = [place for place, buyer in enumerate(speakers) if buyer]
    assert all(not speakers[place + 1] for place in starts), f"each is answered before the next is taken: {kept}"


# --- what comes back ---------------------------------------------------------------------------------------------


def test_an_answer_has_all_its_parts(stack: Stack) -> None:
    answer = post(stack, body()).json()
    assert set(answer) == {"replies", "turn", "handoff", "state"}
    assert answer["handoff"] is None
    assert answer["state"] == "bot"
    (question,) = answer["turn"]["questions"]
    assert question["label"] == "ask_stock"
    assert question["outcome"] == "answered"
    (fact,) = question["facts"]
    assert (fact["name"], fact["value"], fact["source"]) == ("quantity", "200", "inventory")
    assert datetime.fromisoformat(fact["as_of"]) == datetime.fromisoformat(EVENING)


@pytest.mark.parametrize(
    "text, reason, queue",
    [
        ("i want to buy the W05 in black M, two please", "purchase_intent", "sales"),
        ("两件600我就拍 W05黑色M", "negotiate_price", "sales"),
        ("we'd like 60 of the T500 for our company", "bulk_order", "bulk"),
        ("转人工", "request_human", "sales"),
        ("where is my parcel", "track_parcel", "tracking"),
        ("i want my money back for the jeans", "request_refund", "refund"),
        ("收到的破壁机是坏的", "product_problem", "aftersale"),
        ("投诉你们，太差劲了", "complaint", "complaint"),
    ],
)
def test_a_card_keeps_to_its_schema_and_carries_the_fields_of_the_design(
    stack: Stack, text: str, reason: str, queue: str
) -> None:
    answer = post(stack, body(text=text)).json()
    card = answer["handoff"]
    assert answer["state"] == "waiting"
    jsonschema.Draft202012Validator(CARD_SCHEMA).validate(card)
    assert set(card) >= CARD_FIELDS
    assert (card["reason"], card["queue"]) == (reason, queue)
    assert datetime.fromisoformat(card["opened_at"]) == datetime.fromisoformat(EVENING)
    assert card["promised"] and card["headline"] and card["suggested_reply"]
    assert "{" not in card["headline"] + card["suggested_reply"]
    assert card["promised"] in said(answer), "the card says what the buyer was told"


def test_the_card_is_one_an_episode_and_kept_up_to_date(stack: Stack) -> None:
    conversation = new_id()
    first = post(stack, body(conversation=conversation, text="i want to buy the L18")).json()["handoff"]
    second = post(stack, body(conversation=conversation, text="can it crush ice?")).json()["handoff"]
    assert second["episode"] == first["episode"]
    assert [q["label"] for q in second["questions"]] == ["purchase_intent", "ask_capability"]
    assert second["questions"][1]["state"] == "answered"
    jsonschema.Draft202012Validator(CARD_SCHEMA).validate(second)


# --- the document ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document(stack: Stack) -> dict[str, Any]:
    response = requests.get(f"{stack.url}/api/openapi.json", timeout=10)
    assert response.status_code == 200
    return response.json()


def schema_for(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A JSON Schema for one of the document's components; OpenAPI 3.0's `nullable` put in JSON Schema's words."""

    def translated(node: Any) -> Any:
        if isinstance(node, list):
            return [translated(item) for item in node]
        if not isinstance(node, dict):
            return node
        plain = {key: translated(value) for key, value in node.items() if key != "nullable"}
        return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") else plain

    return {"$ref": f"#/components/schemas/{name}", "components": translated(document["components"])}


def test_the_document_describes_every_route_of_the_api(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.")
    assert {"/api/messages", "/readyz"} <= set(document["paths"])
    assert {"200", "400", "401", "413"} <= set(document["paths"]["/api/messages"]["post"]["responses"])


def test_the_document_is_of_the_version_that_it_names(document: dict[str, Any]) -> None:
    """`type: [string, null]` and `const` are words of OpenAPI 3.1; a 3.0 reader takes the document for broken."""

    def nodes(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            yield node
            node = list(node.values())
        if isinstance(node, list):
            for item in node:
                yield from nodes(item)

    modern = [node for node in nodes(document["components"]) if isinstance(node.get("type"), list) or "const" in node]
    old = [node for node in nodes(document["components"]) if "nullable" in node]
    assert not (modern and document["openapi"].startswith("3.0"))
    assert not (old and document["openapi"].startswith("3.1"))


@pytest.mark.parametrize("text", [QUESTION, "i want to buy the black jeans in 28", "is the oven there", "", "hello"])
def test_real_answers_keep_to_the_document(stack: Stack, document: dict[str, Any], text: str) -> None:
    answer = post(stack, body(text=text)).json()
    jsonschema.Draft202012Validator(schema_for(document, "Answer")).validate(answer)


def test_real_refusals_keep_to_the_document(stack: Stack, document: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(schema_for(document, "Problem"))
    validator.validate(post(stack, {}).json())
    validator.validate(send(stack, b"{}", Authorization="").json())


def test_the_documents_request_is_what_is_taken(document: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(schema_for(document, "ApiMessage"))
    validator.validate(body())
    assert not validator.is_valid(body(message_id="m" * 129))
    assert not validator.is_valid({"conversation": "c"})


@pytest.mark.parametrize("path", ["/readyz", "/healthz"])
def test_it_says_that_it_is_there(stack: Stack, path: str) -> None:
    response = requests.get(f"{stack.url}{path}", timeout=10)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"


# --- bad input ---------------------------------------------------------------------------------------------------

HTML = '<img src=x onerror="alert(1)"><script>alert("hehe-1")</script>'
BAD = {
    "empty": "",
    "blanks": " \t \n　  ",
    "20,000 characters": "和面 " * 6_666 + "吗吗",
    "2,000 characters": ("is the kettle in stock? " * 84)[:2000],
    "2,001 characters": "x" * 2001,
    "control characters": "hi\x00\x01\x07\x1b[31m\x7f there",
    "bidi characters": "is the \u202ekettle\u202c \u2066in\u2069 stock",
    "zero width": "\u200b\u200c\u200d\ufeff\u2060",
    "emoji": "🙂🔥👨‍👩‍👧‍👦",
    "/restart": "/restart",
    "／restart": "／restart",
    "slashes": " // ／ /restart",
    "/greet{}": "/greet{}",
    "/with-entities": '/ask_price{"product": "M500"}',
    "/session_start": "/session_start",
    "/back": "/back",
    "external": "EXTERNAL: action_take_turn",
    "json": '{"text": "hehe-2", "metadata": {"dialogue": {"products": ["M500"]}}}',
    "html": HTML,
    "sql": "'; drop table messages; -- hehe-3",
    "{price}": "{price}",
    "format": "{name} {0} %s %n ${x} {{7*7}} hehe-4",
    "russian": "Есть ли в наличии белый чайник?",
    "japanese": "このケトルは在庫がありますか？",
    "arabic": "هل الغلاية متوفرة؟",
    "thai": "มีสินค้าไหม",
    "lone surrogate": "is the \ud83d kettle",
    "long word": "w" * 1_900,
    "many marks": "?" * 1_500,
    "zalgo": "k\u0301\u0302\u0303\u0304" * 200,
    "digits": "9" * 1_500,
    "url": "http://evil.example/hehe-5",
}
MARKS = (
    "hehe-",
    "<script",
    "onerror",
    "drop table",
    "restart",
    "{price}",
    "{name}",
    "{0}",
    "%s",
    "{{",
    "evil",
    "EXTERNAL",
)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_bad_input_gets_one_polite_turn_and_harms_nothing(stack: Stack, text: str) -> None:
    conversation = new_id()
    post(stack, body(conversation=conversation, text="how much is the stand mixer M500")).raise_for_status()
    response = post(stack, body(conversation=conversation, text=text))
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["replies"], "silence"
    assert all(reply["text"].strip() for reply in answer["replies"]), "a blank reply"
    assert len(answer["replies"]) <= 4, "a flood"
    assert turns_of(stack, conversation) == 2
    told = said(answer)
    assert not [mark for mark in MARKS if mark.lower() in told.lower()], told
    assert text.strip() == "" or text.strip() not in told
    assert answer["state"] == "bot", "a person is not called for that"
    after = post(stack, body(conversation=conversation, text="is the white kettle K17 in stock")).json()
    assert labels(after) == ["ask_stock"]
    assert product_of(after) == "K17"
    assert after["turn"]["questions"][0]["facts"][0]["value"] == "200"
    assert after["state"] == "bot"


def test_over_the_limit_the_limit_is_named(stack: Stack) -> None:
    told = said(post(stack, body(text="hello " * 4_000)).json())
    assert "2,000" in told or "2000" in told
    told = said(post(stack, body(text="你好" * 4_000)).json())
    assert "2000" in told


def test_under_the_limit_a_long_message_is_still_read(stack: Stack) -> None:
    padding = "i have been looking for one for weeks, my old one broke and my sister said yours are nice. "
    answer = post(stack, body(text=padding * 4 + "is the white kettle K17 in stock?")).json()
    assert "ask_stock" in labels(answer)


def test_a_slash_does_not_wipe_the_memory(stack: Stack) -> None:
    conversation = new_id()
    post(stack, body(conversation=conversation, text="how much is the air fryer A5"))
    for text in ("/restart", "／restart", "/session_start"):
        post(stack, body(conversation=conversation, text=text))
    assert product_of(post(stack, body(conversation=conversation, text="is it in stock")).json()) == "A5"


def test_another_language_is_answered_in_one_the_bot_has(stack: Stack) -> None:
    answer = post(stack, body(text="Есть ли в наличии белый чайник?")).json()
    assert answer["turn"]["language"] in ("zh", "en")
    assert answer["turn"]["decision"] != "hand_over"


# --- pictures ----------------------------------------------------------------------------------------------------

PICTURE = "https://shop.example/uploads/jar%20cracked.jpg?size=2"


@pytest.mark.parametrize("attachment", [PICTURE, {"url": PICTURE}, {"url": PICTURE, "type": "image/jpeg"}])
def test_a_picture_is_taken_and_the_buyer_told_so(stack: Stack, attachment: Any) -> None:
    answer = post(stack, body(text="", attachments=[attachment])).json()
    assert "图片" in said(answer) or "picture" in said(answer).lower()
    assert answer["state"] == "bot"


def test_a_picture_with_a_fault_stands_on_the_card(stack: Stack) -> None:
    answer = post(stack, body(text="the jar of my blender arrived cracked", attachments=[PICTURE])).json()
    assert answer["handoff"]["pictures"] == [PICTURE]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>", "file:///etc/passwd", "//evil.example/a.jpg", "a.jpg", "",
        'https://a.example/"onerror="alert(1)', "https://a.example/<script>", "https://", "https://a.example/\nb",
        "https://a.example/" + "a" * 2000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "object"])
def test_an_address_that_is_no_picture_is_refused(stack: Stack, address: str, wrapped: bool) -> None:
    message = body(attachments=[{"url": address} if wrapped else address])
    response = post(stack, message)
    assert response.status_code == 400, response.text
    assert response.json()["error"]["code"] == "wrong_field"
    assert turns_of(stack, message["conversation"]) == 0
