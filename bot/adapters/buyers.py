"""Which conversation is whose, for buyers who are signed in at the shop."""

from __future__ import annotations

import sqlalchemy as sa

from bot.adapters.database import Database, insert_once
from bot.adapters.tables import buyers, messages


class Buyers:
    """`buyer` is an id that tells nothing of the shop's own. Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database = database

    def conversation(self, buyer: str, own: str, begun: str | None) -> str:
        """The conversation that a buyer goes on with, on any device.

        `own` is made from their id; `begun` is the one that they wrote in before they signed in, if any: it becomes
        theirs, unless they have one already.
        """
        with self._database.writing() as connection:
            kept = sa.select(buyers.c.conversation).where(buyers.c.id == buyer)
            known = connection.execute(kept).scalar()
            if known or begun is None or _written(connection, own) or not _written(connection, begun):
                return known or own
            insert_once(connection, buyers, id=buyer, conversation=begun)
        return begun


def _written(connection: sa.engine.Connection, conversation: str) -> bool:
    query = sa.select(messages.c.id).where(messages.c.conversation == conversation).limit(1)
    return connection.execute(query).first() is not None
