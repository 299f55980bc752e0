"""What `bench.kills` looks for when the killing is over: each promise, in the database's rows and in what the clients heard."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.kills_load import Sent
from tests.front.promises import check_states

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
LONGEST_WAIT = 10.0
"""Seconds that a buyer may be without a line while the front is there."""


def broken(rows: Rows, sent: Sequence[Sent], told: set[str]) -> dict[str, list[str]]:
    """What is not as it was promised, by promise. `told`: keys of the notices that the team's robot got."""
    return {
        "lost": [*lost(rows, sent)],
        "doubled": [*doubled(rows)],
        "out of order": [*out_of_order(rows)],
        "unanswered": [*unanswered(rows, sent)],
        "handoffs lost": [*handoffs_lost(rows, sent)],
        "cards doubled": [*cards_doubled(rows)],
        "said over a person": [f"message {row['id']}" for row in rows["spoken_over"]],
        "notices lost": [*notices_lost(rows, told)],
        f"waits over {LONGEST_WAIT:.0f} s": [
            f"{one.text}: {one.waited:.1f} s" for one in sent if one.waited > LONGEST_WAIT
        ],
    }


def lost(rows: Rows, sent: Sequence[Sent]) -> Iterator[str]:
    """What a sender was told was kept is there, with what was answered."""
    kept = {row["message_id"]: row["id"] for row in rows["messages"] if row["sender"] == "buyer"}
    turns = {turn["message"]: turn for turn in rows["turns"]}
    for one in sent:
        if one.answers and one.message_id not in kept:
            yield f"{one.text}: acknowledged and not kept"
            continue
        for answer in one.answers:
            turn = turns.get(kept[one.message_id])
            said = _said(turn["answer"]) if turn else []
            if _said(answer) != said[: len(answer["replies"])]:
                yield f"{one.text}: heard {_said(answer)}, and kept is {said}"


def doubled(rows: Rows) -> Iterator[str]:
    """The bot's lines are those of its turns, each once."""
    ids = Counter((row["conversation"], row["message_id"]) for row in rows["messages"] if row["message_id"])
    yield from (f"message {key} stands {count} times" for key, count in ids.items() if count > 1)
    for conversation, said, meant in _lines(rows):
        more, less = Counter(said) - Counter(meant), Counter(meant) - Counter(said)
        yield from (f"{conversation}: “{line}” once too often" for line in more)
        yield from (f"{conversation}: “{line}” is not there" for line in less)


def out_of_order(rows: Rows) -> Iterator[str]:
    for conversation, said, meant in _lines(rows):
        if said != meant and Counter(said) == Counter(meant):
            yield conversation


def _lines(rows: Rows) -> Iterator[tuple[str, list[str], list[str]]]:
    """Of each conversation what the bot said, and what its turns say that it said, in the order of the messages."""
    said, meant = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for message in rows["messages"]:
        if message["sender"] == "bot":
            said[message["conversation"]].append(message["text"])
    for turn in sorted(rows["turns"], key=lambda turn: turn["message"]):
        meant[turn["conversation"]] += _said(turn["answer"])
    for conversation in {*said, *meant}:
        yield conversation, said[conversation], meant[conversation]


def unanswered(rows: Rows, sent: Sequence[Sent]) -> Iterator[str]:
    """Every message that is kept has an answer or is left to a person, and who asked until the end has heard it. An answer
    is owed to nobody who has not written since, and whom no person has taken."""
    taken = {(one["conversation"], one["episode"]) for one in rows["handoffs"] if one["claimed_at"]}
    turns = {turn["message"]: turn for turn in rows["turns"]}
    last = {row["conversation"]: row["id"] for row in rows["messages"] if row["sender"] == "buyer"}
    for row in rows["messages"]:
        if row["sender"] != "buyer":
            continue
        turn = turns.get(row["id"])
        if turn is None or not (turn["answer"]["replies"] or "left_to" in turn["record"]):
            yield f"{row['conversation']}: {row['text']}"
        elif (
            turn["record"].get("later")
            and last[row["conversation"]] == row["id"]
            and (row["conversation"], row["episode"]) not in taken
        ):
            yield f"{row['conversation']}: {row['text']}: the answer is still owed"
    yield from (f"{one.text}: sent {one.attempts} times" for one in sent if not one.answers and not one.given_up)


def handoffs_lost(rows: Rows, sent: Sequence[Sent]) -> Iterator[str]:
    """What a buyer was told of is there, and each is where its deeds lead."""
    known = {handoff["id"] for handoff in rows["handoffs"]}
    for one in sent:
        cards = [answer["handoff"]["episode"] for answer in one.answers if answer.get("handoff")]
        yield from (f"{one.text}: handoff {card}" for card in cards if card not in known)
    try:
        check_states(rows)
    except AssertionError as error:
        yield f"states: {error}"


def cards_doubled(rows: Rows) -> Iterator[str]:
    episodes = Counter((handoff["conversation"], handoff["episode"]) for handoff in rows["handoffs"])
    yield from (f"{key}" for key, count in episodes.items() if count > 1)
    still_open = Counter(handoff["conversation"] for handoff in rows["handoffs"] if handoff["state"] != "closed")
    yield from (f"{key}: {count} open" for key, count in still_open.items() if count > 1)


def notices_lost(rows: Rows, told: set[str]) -> Iterator[str]:
    """The team was, or will be, told of each handoff, and was told what the outbox says that it was."""
    keys = {row["key"] for row in rows["outbox"]}
    for handoff in rows["handoffs"]:
        if not any(key.endswith(f":opened:{handoff['id']}") for key in keys):
            yield f"handoff {handoff['id']} has no notice"
    yield from (row["key"] for row in rows["outbox"] if row["state"] == "sent" and row["key"] not in told)
    yield from (f"{row['key']} refused" for row in rows["outbox"] if row["state"] == "refused")


def _said(answer: Mapping[str, Any]) -> list[str]:
    return [reply["text"] for reply in answer["replies"]]
