"""Chatwoot: where its conversations stand, buyers' messages to be answered, steps done, deliveries that came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "chatwoot_conversations",
        sa.Column("id", sa.String(160), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("assigned", sa.Boolean, nullable=False),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("newest", sa.BigInteger, nullable=False),
        sa.Column("as_of", sa.Float, nullable=False),
        sa.Column("labels", sa.JSON),
        sa.Column("attributes", sa.JSON),
    )
    op.create_table(
        "chatwoot_deliveries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(200), nullable=False, unique=True),
        sa.Column("conversation", sa.String(160), nullable=False, index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("pictures", sa.JSON, nullable=False),
        sa.Column("state", sa.String(8), nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.String(40), nullable=False),
        sa.Column("why", sa.String(80)),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "chatwoot_steps",
        sa.Column("delivery", sa.Integer, sa.ForeignKey("chatwoot_deliveries.id"), primary_key=True),
        sa.Column("name", sa.String(24), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("message", sa.BigInteger),
        sa.Column("error", sa.Text),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "chatwoot_arrivals",
        sa.Column("delivery", sa.String(80), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    for table in ("chatwoot_arrivals", "chatwoot_steps", "chatwoot_deliveries", "chatwoot_conversations"):
        op.drop_table(table)
