"""The conversations that buyers who are signed in at the shop began before they signed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "buyers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(160), sa.ForeignKey("conversations.id"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("buyers")
