"""Answers that are owed: a buyer was told that nothing can be answered now, and gets the answer when it can be.

Such a turn has `later` in its record. The answer is added to it as soon as messages are understood again, unless the buyer
has written since: then that is answered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.adapters.database import Database, iso
from bot.adapters.situation import Situation, situation_of
from bot.adapters.store import Turn, leave_behind
from bot.adapters.tables import messages, turns

MOST_LOOKED_AT = 1000
"""Turns, the last ones, that are looked through."""


class Owing:
    """Every method is one transaction. Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database = database

    def owed(self, since: datetime) -> list[dict[str, Any]]:
        """The messages since a moment whose answers are owed, oldest first."""
        query = (
            sa.select(messages, turns.c.record)
            .join(turns, turns.c.message == messages.c.id)
            .order_by(messages.c.id.desc())
            .limit(MOST_LOOKED_AT)
        )
        last: dict[str, dict[str, Any]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                last.setdefault(row.conversation, dict(row._mapping))
        return [row for row in reversed(last.values()) if row["record"].get("later") and row["at"] >= iso(since)]

    def still_owed(self, conversation: str, row: int) -> bool:
        """Whether nobody has given the answer, and the buyer has not written again."""
        with self._database.reading() as connection:
            return _turn_that_owes(connection, conversation, row) is not None

    def pay(self, conversation: str, row: int, begun: Situation, turn: Turn, now: datetime) -> bool:
        """Adds the answer; gives whether it was still owed. It is not where the buyer has written again, or where memory or
        handoff are not as they were when the turn was begun."""
        with self._database.writing() as connection:
            situation = situation_of(connection, conversation, lock=True)
            known = _turn_that_owes(connection, conversation, row)
            if known is None or situation != begun:
                return False
            answer = {**turn.answer, "replies": [*known.answer["replies"], *turn.answer["replies"]]}
            values = {"record": dict(turn.record), "answer": answer}
            connection.execute(turns.update().where(turns.c.message == row).values(**values))
            leave_behind(connection, conversation, situation, turn, now)
        return True


def _turn_that_owes(connection: sa.engine.Connection, conversation: str, row: int) -> Any:
    """The message's turn, None where it owes nothing any more."""
    known = connection.execute(sa.select(turns).where(turns.c.message == row)).one()
    newer = sa.and_(messages.c.conversation == conversation, messages.c.sender == "buyer", messages.c.id > row)
    wrote_again = connection.execute(sa.select(messages.c.id).where(newer).limit(1)).first()
    return known if known.record.get("later") and not wrote_again else None
