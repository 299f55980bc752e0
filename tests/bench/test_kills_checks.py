"""What `bench.kills` looks for is found where it is, and nothing is where all is well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest

from bench.kills_checks import broken
from bench.kills_load import Sent

WELL: dict[str, list[dict[str, Any]]] = {
    "conversations": [{"id": "c", "episode": 1}],
    "messages": [
        {"id": 1, "conversation": "c", "episode": 1, "sender": "buyer", "message_id": "a", "text": "有货吗"},
        {"id": 2, "conversation": "c", "episode": 1, "sender": "bot", "message_id": None, "text": "有"},
        {"id": 3, "conversation": "c", "episode": 1, "sender": "buyer", "message_id": "b", "text": "转人工"},
        {"id": 4, "conversation": "c", "episode": 1, "sender": "bot", "message_id": None, "text": "好的"},
    ],
    "turns": [
        {"message": 1, "conversation": "c", "episode": 1, "record": {}, "answer": {"replies": [{"text": "有"}]}},
        {"message": 3, "conversation": "c", "episode": 1, "record": {}, "answer": {"replies": [{"text": "好的"}]}},
    ],
    "handoffs": [
        {"id": "h", "conversation": "c", "episode": 1, "state": "waiting", "agent": None, "queue": "sales"}
        | {"waiting_since": "x", "claimed_at": None, "closed_at": None, "ending": None}
    ],
    "deeds": [{"handoff": "h", "action": "open", "agent": None, "told": {}}],
    "outbox": [{"key": "g:opened:h", "state": "sent", "kind": "opened"}],
    "spoken_over": [],
}
Rows = dict[str, list[dict[str, Any]]]


def heard(id: str, text: str, handoff: str | None = None) -> Sent:
    answer: Mapping[str, Any] = {
        "replies": [{"text": text}],
        "handoff": {"episode": handoff} if handoff else None,
    }
    return Sent(id, id, [answer], attempts=1, waited=0.1)


def sent() -> list[Sent]:
    return [heard("a", "有"), heard("b", "好的", "h")]


def found(rows: Rows, clients: list[Sent], told: set[str]) -> set[str]:
    return {name for name, cases in broken(rows, clients, told).items() if cases}


def test_where_all_is_well_nothing_is_found() -> None:
    assert found(WELL, sent(), {"g:opened:h"}) == set()


def _gone(rows: Rows, _: list[Sent], __: set[str]) -> None:
    del rows["messages"][0], rows["turns"][0], rows["messages"][0]


def _twice(rows: Rows, _: list[Sent], __: set[str]) -> None:
    rows["messages"].append({**rows["messages"][1], "id": 5})


def _crossed(rows: Rows, _: list[Sent], __: set[str]) -> None:
    rows["messages"][1]["text"], rows["messages"][3]["text"] = "好的", "有"


def _no_turn(rows: Rows, clients: list[Sent], __: set[str]) -> None:
    rows["messages"].append({**rows["messages"][0], "id": 5, "message_id": "c"})


def _never_heard(rows: Rows, clients: list[Sent], __: set[str]) -> None:
    clients.append(Sent("z", "z", attempts=9))


def _owed(rows: Rows, _: list[Sent], __: set[str]) -> None:
    rows["turns"][1]["record"] = {"later": True}


def _another_answer(rows: Rows, clients: list[Sent], __: set[str]) -> None:
    clients[0] = heard("a", "没有")


def _no_card(rows: Rows, clients: list[Sent], told: set[str]) -> None:
    rows["handoffs"], rows["deeds"], rows["outbox"] = [], [], []


def _two_cards(rows: Rows, clients: list[Sent], told: set[str]) -> None:
    rows["handoffs"].append({**rows["handoffs"][0], "id": "h2"})
    rows["deeds"].append({**rows["deeds"][0], "handoff": "h2"})
    rows["outbox"].append({"key": "g:opened:h2", "state": "due", "kind": "opened"})


def _over_a_person(rows: Rows, clients: list[Sent], told: set[str]) -> None:
    rows["spoken_over"].append({"id": 4})


def _team_not_told(rows: Rows, clients: list[Sent], told: set[str]) -> None:
    told.clear()


def _long(rows: Rows, clients: list[Sent], told: set[str]) -> None:
    clients[0].waited = 11.0


@pytest.mark.parametrize(
    "spoil, names",
    [
        (_gone, {"lost"}),
        (_another_answer, {"lost"}),
        (_twice, {"doubled"}),
        (_crossed, {"out of order"}),
        (_no_turn, {"unanswered"}),
        (_never_heard, {"unanswered"}),
        (_owed, {"unanswered"}),
        (_no_card, {"handoffs lost"}),
        (_two_cards, {"cards doubled", "handoffs lost"}),
        (_over_a_person, {"said over a person"}),
        (_team_not_told, {"notices lost"}),
        (_long, {"waits over 10 s"}),
    ],
)
def test_what_is_broken_is_found(spoil: Callable[[Rows, list[Sent], set[str]], None], names: set[str]) -> None:
    rows, clients, told = deepcopy(WELL), sent(), {"g:opened:h"}
    spoil(rows, clients, told)
    assert found(rows, clients, told) == names
