"""The API of the running system: who may, what it answers, once and in order, and the document about it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import jsonschema
import pytest
import requests

from tests.conftest import EVENING, ROOT, TOKEN, Stack
from tests.front.helpers import QUESTION, body, labels, new_id, post, product_of, rows, said, send, turns_of

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("evening")]

CARD_SCHEMA = json.loads((ROOT / "bot/core/card.schema.json").read_text(encoding="utf-8"))
CARD_FIELDS = {
    "version", "episode", "reason", "queue", "priority", "language", "opened_at", "waiting_since", "promised", "wants",
    "about", "order", "offer", "destination", "needed_by", "buyer", "cares_about", "mood", "questions", "notes",
    "pictures", "suggested_reply", "headline",
}  # fmt: skip
"""The card's fields as the design lists them."""


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
        stack, "select sender, message_id, text from messages where conversation = ? order by id", f"api:{conversation}"
    )
    assert [message_id for sender, message_id, _ in kept if sender == "buyer"] == [f"m{place}" for place in range(5)]
    told = [reply["text"] for place in range(5) for reply in answers[place]["replies"]]
    assert [text for sender, _, text in kept if sender == "bot"] == told, (
        "the answers stand in the order of the questions"
    )


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
