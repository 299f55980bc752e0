"""Both forms in which Chatwoot tells the same thing: words at the top, numbers inside a conversation."""

from __future__ import annotations

import pytest

from bot.adapters.chatwoot.payload import MARK, Unreadable, read_event, read_line, read_standing
from tests.adapters.chatwoot.events import NEW, OLD, Said, Talk, conversation, message_event, pushed


@pytest.mark.parametrize("kind", ["incoming", 0, "0"])
def test_a_kind_is_a_word_or_a_number(kind: object) -> None:
    assert read_line({"id": 1, "message_type": kind}).kind == "incoming"


@pytest.mark.parametrize("kind", [None, 17, -1, "shouting", True, 1.0, [], "²"])
def test_a_kind_of_no_known_form_is_nothing_to_answer(kind: object) -> None:
    assert read_line({"id": 1, "message_type": kind}).kind == "activity"


@pytest.mark.parametrize("version", [OLD, NEW])
@pytest.mark.parametrize(
    ("sender", "kind", "writer"),
    [("contact", 0, "buyer"), ("user", 1, "person"), ("agent_bot", 1, "bot"), ("rule", 1, "system")],
)
def test_the_same_message_is_the_same_in_both_forms(version: str, sender: str, kind: int, writer: str) -> None:
    said = Said(101, kind, "在吗", sender, attributes={MARK: "a/note"}, at=1_764_000_000.0)
    talk = Talk(42, said=[said])
    event = read_event(message_event(version, "message_created", talk, said))
    assert event.line == read_line(pushed(said, talk)) == event.standing.lines[0]
    assert (event.line.writer, event.line.mark, event.line.at) == (writer, "a/note", 1_764_000_000.0)


def test_what_a_person_wrote_with_another_program_is_a_persons() -> None:
    echo = {"id": 1, "message_type": "outgoing", "sender": None, "content_attributes": {"external_echo": True}}
    assert read_line(echo).writer == "person"


@pytest.mark.parametrize(
    ("meta", "assigned"),
    [
        ({"assignee": None}, False),
        ({}, False),
        (None, False),
        ({"assignee": {"id": 3, "name": "小林"}}, True),
        ({"assignee": {"id": 3, "type": "user"}, "assignee_type": "User"}, True),
        ({"assignee": {"id": 7}, "assignee_type": "AgentBot"}, False),
        ({"assignee": {"id": 7, "type": "agent_bot"}}, False),
    ],
)
def test_a_bot_that_has_it_is_nobody(meta: object, assigned: bool) -> None:
    assert read_standing({**conversation(NEW, Talk(1)), "meta": meta}).assigned is assigned


@pytest.mark.parametrize("status", ["pending", 2])
def test_a_state_is_a_word_or_a_number(status: object) -> None:
    assert read_standing({"id": 1, "status": status}).status == "pending"


def test_a_state_that_is_not_known_is_not_the_bots() -> None:
    assert read_standing({"id": 1, "status": "on_hold"}).status == "open"


def test_attributes_may_come_as_the_text_of_their_json() -> None:
    line = read_line(
        {"id": 1, "message_type": 1, "content_attributes": '{"submitted_values": [{"title": "要", "value": "yes"}]}'}
    )
    assert line.chosen == "yes"


@pytest.mark.parametrize(
    "payload", [{}, {"event": None}, {"event": "message_created", "id": "x", "conversation": {"id": 1}}]
)
def test_what_lacks_its_ids_is_unreadable(payload: dict) -> None:
    with pytest.raises(Unreadable):
        read_event(payload)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://a b", "", None, 'https://a/"x'])
def test_a_picture_at_no_address_is_left_out(address: object) -> None:
    assert read_line({"id": 1, "attachments": [{"file_type": "image", "data_url": address}]}).pictures == ()
