"""Where agents are signed in, and tries to sign in that were not right."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("agent", sa.String(80), sa.ForeignKey("agents.name"), nullable=False, index=True),
        sa.Column("until", sa.String(40), nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(64), nullable=False, index=True),
        sa.Column("address", sa.String(64), nullable=False, index=True),
        sa.Column("at", sa.String(40), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("sign_ins")
    op.drop_table("sessions")
