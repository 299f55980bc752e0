"""Who has a handoff, since when the buyer waits, how it ended, what was done to it; the outbox; who is on duty."""

from __future__ import annotations

from datetime import datetime, timezone

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_HANDOFFS = ("queue", "agent", "waiting_since", "reminded_at", "claimed_at", "ending")


def upgrade() -> None:
    with op.batch_alter_table("agents") as table:
        table.add_column(sa.Column("on_duty", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("seen_at", sa.String(40)))
    with op.batch_alter_table("handoffs") as table:
        table.add_column(sa.Column("queue", sa.String(40), nullable=False, server_default="sales"))
        table.add_column(sa.Column("agent", sa.String(80)))
        table.add_column(sa.Column("waiting_since", sa.String(40)))
        table.add_column(sa.Column("reminded_at", sa.String(40)))
        table.add_column(sa.Column("claimed_at", sa.String(40)))
        table.add_column(sa.Column("ending", sa.JSON))
        table.create_foreign_key("handoffs_agent", "agents", ["agent"], ["name"])
        table.create_index("ix_handoffs_agent", ["agent"])
        table.create_index("ix_handoffs_queue", ["queue"])
    handoffs = sa.table(
        "handoffs",
        sa.column("id"),
        sa.column("card", sa.JSON),
        sa.column("queue"),
        sa.column("waiting_since"),
        sa.column("opened_at"),
        sa.column("closed_at"),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(handoffs)).all():
        kept = {"queue": row.card.get("queue", "sales"), "card": row.card, "opened_at": _utc(row.opened_at)}
        kept |= {"closed_at": _utc(row.closed_at), "waiting_since": None if row.closed_at else _utc(row.opened_at)}
        connection.execute(handoffs.update().where(handoffs.c.id == row.id).values(**kept))
    op.create_table(
        "deeds",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("handoff", sa.String(40), sa.ForeignKey("handoffs.id"), nullable=False, index=True),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("agent", sa.String(80)),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(160), nullable=False, unique=True),
        sa.Column("robot", sa.String(40), nullable=False, index=True),
        sa.Column("conversation", sa.String(160)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("state", sa.String(8), nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.String(40), nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("sent_at", sa.String(40)),
    )


def _utc(at: str | None) -> str | None:
    """Moments were kept in the zone of the clock; in one zone their texts sort as they do."""
    return datetime.fromisoformat(at).astimezone(timezone.utc).isoformat(timespec="milliseconds") if at else None


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("deeds")
    with op.batch_alter_table("handoffs") as table:
        table.drop_index("ix_handoffs_queue")
        table.drop_index("ix_handoffs_agent")
        table.drop_constraint("handoffs_agent", type_="foreignkey")
        for column in _HANDOFFS:
            table.drop_column(column)
    with op.batch_alter_table("agents") as table:
        table.drop_column("seen_at")
        table.drop_column("on_duty")
