"""What must hold of handoffs and cards at any moment, looked up in the database's rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.adapters import tables
from bot.adapters.database import Database

TABLES = ("conversations", "messages", "turns", "handoffs", "deeds", "outbox")
PEOPLE = {"anna": "agent", "bo": "agent", "lead": "lead"}
NEXT = {
    ("open", None): "waiting",
    ("claim", "waiting"): "claimed",
    ("take_over", "claimed"): "claimed",
    ("give_back", "claimed"): "closed",
    ("close", "claimed"): "closed",
    ("settle", "waiting"): "closed",
    ("expire", "waiting"): "closed",
    ("expire", "claimed"): "closed",
}
"""What may follow from what; a pass leads to `claimed` or `waiting`, by whom it goes to."""


WATCH = {
    "sqlite": ["""create trigger watch after insert on messages when new.sender = 'bot' and exists
        (select 1 from handoffs where conversation = new.conversation and state = 'claimed')
        begin insert into spoken_over values (new.id); end"""],
    "postgresql": ["""create function watch() returns trigger language plpgsql as $$ begin
        if new.sender = 'bot' and exists
          (select 1 from handoffs where conversation = new.conversation and state = 'claimed')
        then insert into spoken_over values (new.id); end if; return new; end $$""",
        "create trigger watch after insert on messages for each row execute function watch()"],
}  # fmt: skip


def watch(database: Database) -> None:
    """From now on the database itself writes down what the bot says while a person has the conversation."""
    with database.writing() as connection:
        for statement in ("create table spoken_over (message integer)", *WATCH[connection.dialect.name]):
            connection.exec_driver_sql(statement)


def all_rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Everything that the promises are about, as it stands at one moment, in the order of its keys."""
    with database.reading() as connection:
        known = {name: getattr(tables, name) for name in TABLES}
        queries = {name: sa.select(table).order_by(*table.primary_key.columns) for name, table in known.items()}
        rows = {name: [dict(row._mapping) for row in connection.execute(query)] for name, query in queries.items()}
        rows["spoken_over"] = [{"id": id} for (id,) in connection.exec_driver_sql("select * from spoken_over")]
        return rows


def is_of(row: Mapping[str, Any], turn: Mapping[str, Any], name: str = "conversation") -> bool:
    return (row[name], row["episode"]) == (turn["conversation"], turn["episode"])


def check_states(rows: Mapping[str, Any]) -> None:
    """Every handoff is where its deeds lead, each deed was possible, and a conversation's episodes follow its closings."""
    for handoff in rows["handoffs"]:
        state, agent, queue = None, None, handoff["queue"]
        for deed in (deed for deed in rows["deeds"] if deed["handoff"] == handoff["id"]):
            if deed["action"] == "pass_on":
                assert state in ("waiting", "claimed")
                to = deed["told"]["to"]
                state, agent = ("claimed", to) if to in PEOPLE else ("waiting", None)
                queue = queue if to in PEOPLE else to
            else:
                assert (deed["action"], state) in NEXT, f"{deed['action']} while {state}"
                state = NEXT[deed["action"], state]
                agent = deed["agent"] if deed["action"] in ("claim", "take_over") else agent
        assert (handoff["state"], handoff["agent"]) == (state, agent)
        graver = any(row["key"].startswith(f"g:graver:{handoff['id']}") for row in rows["outbox"])
        assert graver or handoff["queue"] == queue, "a pass to another queue was undone"
        assert (state == "closed") == (handoff["ending"] is not None) == (handoff["closed_at"] is not None)
        assert state != "waiting" or handoff["waiting_since"] is not None
    for talk in rows["conversations"]:
        mine = [handoff for handoff in rows["handoffs"] if handoff["conversation"] == talk["id"]]
        still_open = [handoff["episode"] for handoff in mine if handoff["state"] != "closed"]
        assert talk["episode"] == 1 + len(mine) - len(still_open)
        assert still_open in ([], [talk["episode"]])


def check_cards(rows: Mapping[str, Any]) -> None:
    """One card an episode, with every question of that episode and no other, told to the team once when it opened."""
    for handoff in rows["handoffs"]:
        turns = [turn for turn in rows["turns"] if is_of(handoff, turn)]
        questions = [question for turn in turns for question in turn["record"]["questions"]]
        asked = {(q["label"], q["details"].get("topic")): q["text"] for q in questions}  # asked twice it stands once
        assert sorted(question["text"] for question in handoff["card"]["questions"]) == sorted(asked.values())
        assert handoff["card"]["episode"] == handoff["id"]
        assert handoff["card"]["queue"] == handoff["queue"]
    episodes = [(handoff["conversation"], handoff["episode"]) for handoff in rows["handoffs"]]
    assert len(set(episodes)) == len(episodes)
    told = [row["key"].removeprefix("g:opened:") for row in rows["outbox"] if row["kind"] == "opened"]
    assert sorted(told) == sorted(handoff["id"] for handoff in rows["handoffs"])
