"""The content: its files, the draft, versions, and who changed what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "content_files",
        sa.Column("sha", sa.String(64), primary_key=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "content_versions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False, index=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("author", sa.String(80)),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("model", sa.String(80)),
        sa.Column("told", sa.JSON, nullable=False),
    )
    op.create_table(
        "content_draft",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, sa.ForeignKey("content_versions.number")),
        sa.Column("files", sa.JSON, nullable=False),
    )
    op.create_table(
        "content_changes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("author", sa.String(80)),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("edit", sa.JSON, nullable=False),
        sa.Column("state", sa.String(8), nullable=False, index=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, sa.ForeignKey("content_versions.number"), index=True),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("content_changes.id")),
    )


def downgrade() -> None:
    for table in ("content_changes", "content_draft", "content_versions", "content_files"):
        op.drop_table(table)
