"""Whatever anybody sends is answered: made-up inputs by the hundred thousand: `python -m bench.fuzz --inputs 100000`.

Text goes through what reads it (the front, the core, our components in Rasa), whole conversations through
`take_turn` with what the components found, and requests through the front's own application, made from its OpenAPI
document (schemathesis) and for the chat by hand. An exception, an answer of 5xx, a turn without words, a brace left
over in them, or a card that is none stops the run and shows the smallest input that does it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message as RasaMessage
from schemathesis.generation import GenerationMode
from starlette.testclient import TestClient

from bot.adapters.logs import Lines, trace_of
from bot.adapters.shop_files import load_shop
from bot.adapters.words import Words
from bot.core.amounts import find_amounts
from bot.core.card import TurnRecord, build_card
from bot.core.contacts import PHONE, almost_contact, find_contacts
from bot.core.dates import find_dates
from bot.core.dialogue import Dialogue
from bot.core.household import find_household
from bot.core.labels import ALL
from bot.core.masking import mask
from bot.core.measures import find_measures
from bot.core.numerals import parse_number
from bot.core.orders import order_number
from bot.core.pieces import find_quantities
from bot.core.text import fold, is_foreign, language_of
from bot.core.types import Entity, Question
from bot.desk.note import plain as as_markdown
from bot.front.app import make_app
from bot.front.conversations import plain
from bot.front.limits import Limits
from bot.nlu.normalise import fold_text
from bot.nlu.shop_entities import MeasureExtractor, ShopEntities
from bot.services.common import Desk
from bot.services.turn import Message, take_turn
from bot.settings import ROOT
from tests.desk.running import make_running
from tests.small_shop import EVENING, FakeCalendar, FakeInventory

CARD_SCHEMA = json.loads((ROOT / "bot" / "core" / "card.schema.json").read_text(encoding="utf-8"))
SHARES = {"text": 0.6, "turns": 0.3, "api": 0.05, "chat": 0.05}
"""Of the inputs, by what they go through."""

SEED = 7


# --- what is sent ------------------------------------------------------------------------------------------------


WRITTEN = """
有货吗 多少钱 165 52公斤 5尺3 一米七 两件 3个 三四十 二百五 M XL 175/92A 黑色 发新疆 明天到 1.5L 69.9 ¥ $ 600我就拍 半斤 一百二 十 百万
0 00 -1 1e9 9999999999 13812345678 138 1234 5678 a@b.cn 微信 wxid_1 QQ12345 110101199003071234 2026-02-30 2月30日 25:61
/ ／ /greet{} \\ " ' < > & {} {0} {name} %s %n ${x} $(x) ; -- <script>alert(1)</script> =1+1 @all ** []() 🙂 👨‍👩‍👧 ﷺ １６５ ㎏ ① Ⅻ ½ ٣ ß İ ǆ 臺灣
"""
"""What buyers write, and what only attackers do."""

UNSEEN = ("\r\n", "\x00", "\u200b", "\u202e", "\ufeff", "\ud800", "\U000e0041", " ")


def _snippets() -> list[str]:
    products = load_shop(ROOT / "shop").products.values()
    names = [name for product in products for name in (product.id, *product.name.values())]
    return [*names, *WRITTEN.split(), *UNSEEN]


SNIPPETS = _snippets()
TEXTS = st.one_of(
    st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=4)), max_size=12).map("".join),
    st.lists(st.sampled_from(SNIPPETS), max_size=10).map(" ".join),
    st.text(st.characters(codec=None), max_size=60),  # lone surrogates among them
    st.text("0123456789.,:-+/零〇一二两三十百千万亿半个件公斤厘米kgcm ", max_size=30),
)


# --- text --------------------------------------------------------------------------------------------------------


def read_text(text: str) -> None:
    """Everything that reads a buyer's words by itself."""
    cleaned = plain(text)
    assert not cleaned.startswith(("/", "／")), "Rasa would take it for a command"
    cleaned.encode()
    for folded in (fold(text), fold_text(text)):
        for start in range(0, len(folded.text), 7):
            first, last = folded.original(start, min(len(folded.text), start + 3))
            assert 0 <= first <= last <= len(text)
    is_foreign(text), language_of(text), parse_number(text), order_number(text), almost_contact(fold(text).text)
    low = fold(text).text
    found = [*find_measures(low), *find_contacts(low), *find_amounts(low), *find_quantities(low), *find_household(low)]
    spans = [(one.start, one.end) for one in found] + list(find_dates(low))
    assert all(0 <= start < end <= len(low) for start, end in spans)
    assert not PHONE.search(mask(text))
    assert "\n" not in as_markdown(text)
    line = Lines().format(_record(text))
    assert len(line.splitlines()) == 1 and len(trace_of(text, text)) == 16


def _record(text: str) -> Any:
    import logging

    return logging.makeLogRecord({"msg": "turn text=%s", "args": (text,), "name": "bot", "levelname": "INFO"})


# --- whole turns -------------------------------------------------------------------------------------------------


class Talk:
    """Conversations of made-up messages, with what our components find in them and labels drawn by lot."""

    def __init__(self) -> None:
        self._components = [ShopEntities(), MeasureExtractor()]
        shop = load_shop(ROOT / "shop")
        self._desk = Desk(shop, FakeInventory(shop), FakeCalendar(), EVENING)
        self._words = Words(ROOT / "domain.yml")

    def entities(self, text: str) -> tuple[Entity, ...]:
        messages = [RasaMessage({TEXT: text})]
        for component in self._components:
            messages = component.process(messages)
        found = [entity for entity in messages[0].get(ENTITIES, []) if entity["entity"] != "language"]
        assert all(text[e["start"] : e["end"]] == e["text"] for e in found)
        return tuple(Entity(e["entity"], e["value"], e["text"], e["start"], e["end"]) for e in found)

    def take(self, said: list[tuple[str, list[str], float]]) -> None:
        """A conversation: each message with its labels and how sure they are."""
        dialogue, turns = Dialogue(), []
        for raw, labels, sure in said:
            text = plain(raw)
            if not fold(text).text:
                continue  # the front answers these itself
            step = max(1, len(text) // len(labels))
            cuts = [
                (i * step, len(text) if i == len(labels) - 1 else min(len(text), (i + 1) * step))
                for i in range(len(labels))
            ]
            questions = tuple(
                Question(label, text[start:end], start, end, sure)
                for label, (start, end) in zip(labels, cuts)
                if start < end
            )
            turn = take_turn(
                Message(text, language_of(text) or "zh", questions, self.entities(text)), dialogue, self._desk
            )
            assert turn.replies, "silence"
            for reply in turn.replies:
                words = self._words.say(reply.name, turn.record["language"], reply.facts)["text"]
                assert words.strip() and not _left_over(words, reply.facts), f"{reply.name}: {words}"
            dialogue = Dialogue.from_json(json.loads(json.dumps(turn.dialogue.as_json())))
            turns.append(TurnRecord(text, EVENING, json.loads(json.dumps(turn.record)), ()))
            if turn.record["decision"] == "hand_over":
                card = build_card("e", turns, self._desk.shop, turn.record["promised"])
                jsonschema.validate(json.loads(json.dumps(card)), CARD_SCHEMA)


def _left_over(words: str, facts: Any) -> bool:
    for value in facts.values():
        words = words.replace(value, "")
    return "{" in words and "}" in words.partition("{")[2]


LABELS = st.lists(st.sampled_from(ALL), min_size=1, max_size=3, unique=True)
TALKS = st.lists(st.tuples(TEXTS, LABELS, st.sampled_from([0.05, 0.6, 1.0])), min_size=1, max_size=4)


# --- requests ----------------------------------------------------------------------------------------------------


class Site:
    """The front's application over a fresh database, with a stand-in for Rasa and without limits."""

    def __init__(self, folder: Path):
        running = make_running(folder)
        self.app = make_app(replace(running.front, limits=Limits(0, 0, 0)))
        self._client = TestClient(self.app, raise_server_exceptions=True)
        token = self._client.post("/chat/session", json={}).json()["token"]
        self._chat = {"authorization": f"Bearer {token}"}

    def document(self) -> Any:
        return schemathesis.openapi.from_asgi("/api/openapi.json", self.app)

    def ask_api(self, case: Any) -> None:
        """A request as the document has it, or as it has not; with the token, or without."""
        answer = case.call(headers={**(case.headers or {}), "Authorization": "Bearer token"})
        assert answer.status_code < 500, answer.text
        if answer.status_code == 200 and case.path == "/api/messages":
            told = answer.json()
            assert told["replies"] or told["state"] == "claimed", "silence"

    def ask_chat(self, asked: tuple[str, str, Any, str]) -> None:
        """Anything at any address of the chat and the desk, as a buyer or as nobody."""
        method, path, body, header = asked
        given = {"content": body} if isinstance(body, bytes) else {"json": body}
        headers = {**self._chat, "accept": "*/*"} if header == "buyer" else {"authorization": header.encode()}
        answer = self._client.request(method, path, headers=headers, follow_redirects=False, **given)
        assert answer.status_code < 500, answer.text
        if answer.status_code == 200 and (method, path) == ("POST", "/chat/messages"):
            assert answer.json()["replies"] or answer.json()["state"] == "claimed", "silence"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.fixed_dictionaries(
    {"message_id": st.uuids().map(lambda one: one.hex) | st.text(max_size=20), "text": st.text(max_size=40)},
    optional={"attachments": ANYTHING, "product": ANYTHING},
)
PATHS = (
    *("/chat/messages", "/chat/messages", "/chat/messages", "/chat/session", "/chat/typing", "/chat/pictures"),
    *("/pictures/x", "/desk/login", "/desk/queue", "/desk/handoffs/x", "/desk/handoffs/x/claim", "/desk/people"),
    *("/metrics", "/demo", "/readyz", "/desk/unsent", "/widget.js", "/static/front/chat.css", "/static/../x"),
)
CHATS = st.tuples(
    st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "DELETE", "HEAD"]),
    st.sampled_from(PATHS),
    st.one_of(MESSAGES, MESSAGES, ANYTHING, st.binary(max_size=60)),
    st.sampled_from(["buyer", "buyer", "buyer", "", "Bearer x", "Basic eA==", "Bearer \u00e9"]),
)


# --- the run -----------------------------------------------------------------------------------------------------


def run(inputs: int, show: Callable[[str], None] = lambda _: None, first: int = SEED) -> dict[str, int]:
    """Sends so many inputs; gives how many went through what. Raises what the first one that does harm raises."""
    done: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        site, talk = Site(Path(folder)), Talk()
        cases = st.one_of(
            site.document()["/api/messages"]["POST"].as_strategy(generation_mode=GenerationMode.POSITIVE),
            site.document()["/api/messages"]["POST"].as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )
        kinds: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], None], Callable[[Any], int]]] = {
            "text": (TEXTS, read_text, lambda _: 1),
            "turns": (TALKS, talk.take, len),
            "api": (cases, site.ask_api, lambda _: 1),
            "chat": (CHATS, site.ask_chat, lambda _: 1),
        }
        for kind, (strategy, target, size) in kinds.items():
            began = time.monotonic()
            done[kind] = _all(strategy, target, size, round(inputs * SHARES[kind]), first)
            show(f"{kind:6} {done[kind]:8,} inputs  {time.monotonic() - began:6.0f} s")
    return done


def _all(
    strategy: st.SearchStrategy[Any],
    target: Callable[[Any], None],
    size: Callable[[Any], int],
    most: int,
    first: int,
) -> int:
    """Goes on in rounds, from the seed `first` on, until so many inputs went through."""
    sent, rounds = 0, 0
    last: Any = None
    while sent < most:
        rounds += 1

        @seed(first * 1000 + rounds)
        @settings(
            max_examples=max(1, min(5000, most - sent)),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        @given(strategy)
        def one(value: Any) -> None:
            nonlocal sent, last
            last = value
            target(value)
            sent += size(value)

        try:
            one()
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}; the input: {ascii(last)}") from error
    return sent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SEED, help="another number makes other inputs up")
    chosen = parser.parse_args()
    done = run(chosen.inputs, lambda line: print(line, flush=True), chosen.seed)
    print(f"{sum(done.values()):,} inputs: no 5xx, no silence, no exception.")


if __name__ == "__main__":
    main()
