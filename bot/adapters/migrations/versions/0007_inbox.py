"""The content team's inbox: which of the buyers' questions somebody has seen to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "content_inbox",
        sa.Column("message", sa.Integer, sa.ForeignKey("messages.id"), primary_key=True),
        sa.Column("question", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("places", sa.JSON, nullable=False),
        sa.Column("was", sa.JSON, nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("at", sa.String(40), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("content_inbox")
