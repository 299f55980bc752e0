"""Handoffs in the database: what agents do to them. Every act is one transaction that checks who has it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.adapters.database import Database, iso
from bot.adapters.store import close, write_deed, write_notices
from bot.adapters.tables import agents, conversations, deeds, handoffs, messages
from bot.core.handoff import KEPT, OPEN, Action, Agent, Ending, Refused, check
from bot.core.notices import Notice


class Handoffs:
    """Raises Refused where something is not possible now, StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database = database

    # --- looking -------------------------------------------------------------------------------------------------

    def listed(self, states: Sequence[str] = OPEN, limit: int = 200) -> list[dict[str, Any]]:
        """Handoffs in these states, newest first."""
        query = (
            sa.select(handoffs).where(handoffs.c.state.in_(states)).order_by(handoffs.c.opened_at.desc()).limit(limit)
        )
        return self._rows(query)

    def counts(self) -> dict[str, int]:
        """How many are open, by state."""
        query = (
            sa.select(handoffs.c.state, sa.func.count()).where(handoffs.c.state.in_(OPEN)).group_by(handoffs.c.state)
        )
        with self._database.reading() as connection:
            return dict.fromkeys(OPEN, 0) | {state: count for state, count in connection.execute(query)}

    def find(self, handoff: str) -> dict[str, Any] | None:
        found = self._rows(sa.select(handoffs).where(handoffs.c.id == handoff))
        return found[0] if found else None

    def search(
        self, words: str = "", since: datetime | None = None, until: datetime | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        """Handoffs of any state whose card or conversation's name holds all the words, newest first."""
        query = sa.select(handoffs).order_by(handoffs.c.opened_at.desc()).limit(limit)
        for word in words.split()[:6]:
            places = (sa.cast(handoffs.c.card, sa.Text), handoffs.c.conversation)
            query = query.where(
                sa.or_(*(sa.func.lower(place).contains(word.lower(), autoescape=True) for place in places))
            )
        if since:
            query = query.where(handoffs.c.opened_at >= iso(since))
        if until:
            query = query.where(handoffs.c.opened_at < iso(until))
        return self._rows(query)

    def deeds(self, handoff: str) -> list[dict[str, Any]]:
        """What was done to it, in order."""
        return self._rows(sa.select(deeds).where(deeds.c.handoff == handoff).order_by(deeds.c.id))

    def _rows(self, query: Any) -> list[dict[str, Any]]:
        with self._database.reading() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    # --- acting --------------------------------------------------------------------------------------------------

    def claim(self, handoff: str, who: Agent, now: datetime) -> dict[str, Any]:
        """Takes a waiting handoff; of two at once one gets it. Claiming one's own again changes nothing."""
        with self._database.writing() as connection:
            row = _locked(connection, handoff)
            if row["state"] == "claimed" and row["agent"] == who.name:
                return row
            check("claim", row["state"], row["agent"], who)
            return _changed(
                connection, row, "claim", who, {}, now, state="claimed", agent=who.name, claimed_at=iso(now)
            )

    def take_over(self, handoff: str, who: Agent, now: datetime) -> dict[str, Any]:
        """A lead takes a conversation from another agent."""
        with self._database.writing() as connection:
            row = _checked(connection, handoff, "take_over", who)
            return _changed(connection, row, "take_over", who, {"from": row["agent"]}, now, agent=who.name)

    def reply(
        self,
        handoff: str,
        who: Agent,
        message_id: str,
        text: str,
        attachments: Sequence[Mapping[str, str]],
        now: datetime,
    ) -> int:
        """Sends an agent's words to the buyer, once for each message id; gives the message's number."""
        with self._database.writing() as connection:
            row = _checked(connection, handoff, "reply", who)
            sent = sa.select(messages.c.id).where(
                messages.c.conversation == row["conversation"], messages.c.message_id == message_id
            )
            known = connection.execute(sent).scalar()
            if known is not None:
                return int(known)
            values = {"conversation": row["conversation"], "episode": row["episode"], "sender": "agent"}
            values |= {"message_id": message_id, "name": who.name, "text": text, "attachments": list(attachments)}
            connection.execute(messages.insert().values(**values, buttons=[], at=iso(now)))
            mine = handoffs.update().where(handoffs.c.id == handoff)
            connection.execute(mine.values(waiting_since=None, reminded_at=None))
            return int(connection.execute(sent).scalar_one())

    def pass_on(
        self,
        handoff: str,
        who: Agent,
        remark: str,
        now: datetime,
        *,
        agent: str | None = None,
        queue: str | None = None,
        notices: Sequence[Notice] = (),
    ) -> dict[str, Any]:
        """To another agent, who has it from now on, or to a queue, where it waits again."""
        with self._database.writing() as connection:
            row = _checked(connection, handoff, "pass_on", who)
            told = {"to": agent or queue, "remark": remark}
            write_notices(connection, row["conversation"], notices, now)
            if agent is not None:
                takes = sa.select(agents.c.name).where(agents.c.name == agent, agents.c.role.in_(("agent", "lead")))
                if not connection.execute(takes).first():
                    raise Refused("no_such_agent", agent)
                since = row["claimed_at"] or iso(now)
                return _changed(
                    connection, row, "pass_on", who, told, now, state="claimed", agent=agent, claimed_at=since
                )
            waits = {"state": "waiting", "agent": None, "queue": queue, "card": {**row["card"], "queue": queue}}
            waits["waiting_since"] = row["waiting_since"] or iso(now)
            return _changed(connection, row, "pass_on", who, told, now, **waits)

    def give_back(self, handoff: str, who: Agent, now: datetime, seen: int | None = None) -> None:
        """The bot answers again; what the buyer said about themselves stays known. `seen`: as for `close`."""
        with self._database.writing() as connection:
            row = _checked(connection, handoff, "give_back", who)
            _nothing_unread(connection, row, seen)
            talk = sa.select(conversations.c.dialogue).where(conversations.c.id == row["conversation"])
            dialogue = connection.execute(talk).scalar_one()
            kept = {name: dialogue[name] for name in KEPT if name in dialogue}
            close(connection, row, {"outcome": "given_back"}, who.name, "give_back", now, dialogue=kept)

    def close(self, handoff: str, who: Agent, ending: Ending, now: datetime, seen: int | None = None) -> None:
        """`seen`: the last message that the agent has seen; raises Refused (`stale`) where the buyer wrote since."""
        with self._database.writing() as connection:
            row = _checked(connection, handoff, "close", who)
            _nothing_unread(connection, row, seen)
            close(connection, row, ending.as_json(), who.name, "close", now)

    def expire(self, handoff: str, now: datetime) -> bool:
        """Closes one in which nothing happens any more; gives whether it was still open."""
        with self._database.writing() as connection:
            row = _locked(connection, handoff)
            if row["state"] not in OPEN:
                return False
            close(connection, row, {"outcome": "idle"}, None, "expire", now)
            return True

    def reminded(self, handoff: str, notices: Sequence[Notice], now: datetime) -> bool:
        """Writes down that somebody was reminded of it; gives whether that was new."""
        with self._database.writing() as connection:
            row = _locked(connection, handoff)
            if row["state"] not in OPEN or row["reminded_at"] is not None:
                return False
            write_notices(connection, row["conversation"], notices, now)
            connection.execute(handoffs.update().where(handoffs.c.id == handoff).values(reminded_at=iso(now)))
            return True


def _locked(connection: sa.engine.Connection, handoff: str) -> dict[str, Any]:
    """The handoff, which nobody else changes until the transaction ends; the conversation's row is taken first, as in
    a buyer's turn."""
    talk = sa.select(handoffs.c.conversation).where(handoffs.c.id == handoff).scalar_subquery()
    connection.execute(sa.select(conversations.c.id).where(conversations.c.id == talk).with_for_update())
    row = connection.execute(sa.select(handoffs).where(handoffs.c.id == handoff)).one_or_none()
    if row is None:
        raise Refused("closed")
    return dict(row._mapping)


def _checked(connection: sa.engine.Connection, handoff: str, action: Action, who: Agent) -> dict[str, Any]:
    row = _locked(connection, handoff)
    check(action, row["state"], row["agent"], who)
    return row


def _nothing_unread(connection: sa.engine.Connection, row: Mapping[str, Any], seen: int | None) -> None:
    """A conversation is not ended over words of the buyer's that the agent has not seen."""
    if seen is None:
        return
    of_buyer = (messages.c.conversation == row["conversation"], messages.c.sender == "buyer", messages.c.id > seen)
    if connection.execute(sa.select(messages.c.id).where(*of_buyer).limit(1)).first():
        raise Refused("stale")


def _changed(
    connection: sa.engine.Connection,
    row: Mapping[str, Any],
    action: Action,
    who: Agent,
    told: Mapping[str, Any],
    now: datetime,
    **changes: Any,
) -> dict[str, Any]:
    connection.execute(handoffs.update().where(handoffs.c.id == row["id"]).values(**changes, reminded_at=None))
    write_deed(connection, row["id"], action, who.name, told, now)
    return {**row, **changes, "reminded_at": None}
