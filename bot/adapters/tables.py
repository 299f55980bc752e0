"""The tables of the conversation store."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(160), primary_key=True),
    sa.Column("language", sa.String(2), nullable=False, default="zh"),
    sa.Column("episode", sa.Integer, nullable=False, default=1),
    sa.Column("dialogue", sa.JSON, nullable=False, default=dict),
    sa.Column("created_at", sa.String(40), nullable=False),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("sender", sa.String(8), nullable=False),
    sa.Column("message_id", sa.String(160)),
    sa.Column("name", sa.String(80)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("buttons", sa.JSON, nullable=False, default=list),
    sa.Column("attachments", sa.JSON, nullable=False, default=list),
    sa.Column("at", sa.String(40), nullable=False),
    sa.UniqueConstraint("conversation", "message_id", name="one_message_once"),
)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("message", sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("conversation", sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("record", sa.JSON, nullable=False),
    sa.Column("answer", sa.JSON, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation", sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, index=True),
    sa.Column("card", sa.JSON, nullable=False),
    sa.Column("opened_at", sa.String(40), nullable=False),
    sa.Column("closed_at", sa.String(40)),
    sa.UniqueConstraint("conversation", "episode", name="one_card_an_episode"),
)

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("password", sa.String(200), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
)

pictures = sa.Table(
    "pictures",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation", sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
)
