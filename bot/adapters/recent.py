"""What buyers wrote of late, for a draft to be tried on. Whoever keeps it masks it first."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.adapters.database import Database, iso
from bot.adapters.tables import messages


def recent_dialogues(database: Database, since: datetime, most: int) -> list[tuple[str, ...]]:
    """The newest messages of buyers, at most so many, in the order of each conversation's episode. Raises StoreError."""
    query = (
        sa.select(messages.c.id, messages.c.conversation, messages.c.episode, messages.c.text)
        .where(messages.c.sender == "buyer", messages.c.at >= iso(since), messages.c.text != "")
        .order_by(messages.c.id.desc())
        .limit(most)
    )
    with database.reading() as connection:
        rows = connection.execute(query).all()
    found: dict[tuple[str, int], list[str]] = {}
    for row in reversed(rows):
        found.setdefault((row.conversation, row.episode), []).append(row.text)
    return [tuple(texts) for texts in found.values()]
