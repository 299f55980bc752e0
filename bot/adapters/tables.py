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
    sa.Column("conversation", sa.String(160), sa.ForeignKey("conversations.id"), nullable=False, index=True),
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
    sa.Column("message", sa.Integer, sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("conversation", sa.String(160), sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("record", sa.JSON, nullable=False),
    sa.Column("answer", sa.JSON, nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation", sa.String(160), sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("episode", sa.Integer, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, index=True),
    sa.Column("card", sa.JSON, nullable=False),
    sa.Column("queue", sa.String(40), nullable=False, index=True),
    sa.Column("agent", sa.String(80), sa.ForeignKey("agents.name"), index=True),
    sa.Column("opened_at", sa.String(40), nullable=False),
    sa.Column("waiting_since", sa.String(40)),
    sa.Column("reminded_at", sa.String(40)),
    sa.Column("claimed_at", sa.String(40)),
    sa.Column("closed_at", sa.String(40)),
    sa.Column("ending", sa.JSON),
    sa.UniqueConstraint("conversation", "episode", name="one_card_an_episode"),
)

deeds = sa.Table(
    "deeds",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("handoff", sa.String(40), sa.ForeignKey("handoffs.id"), nullable=False, index=True),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("agent", sa.String(80)),
    sa.Column("told", sa.JSON, nullable=False, default=dict),
    sa.Column("at", sa.String(40), nullable=False),
)
"""What was done to a handoff, by whom."""

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(160), nullable=False, unique=True),
    sa.Column("robot", sa.String(40), nullable=False, index=True),
    sa.Column("conversation", sa.String(160)),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, index=True, default="due"),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("due_at", sa.String(40), nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("created_at", sa.String(40), nullable=False),
    sa.Column("sent_at", sa.String(40)),
)
"""What is to be told to the team. `state`: `due`, `sending`, `sent`, or `refused` by the service."""

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("password", sa.String(200), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("on_duty", sa.Boolean, nullable=False, default=False),
    sa.Column("seen_at", sa.String(40)),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("agent", sa.String(80), sa.ForeignKey("agents.name"), nullable=False, index=True),
    sa.Column("until", sa.String(40), nullable=False),
)
"""Where agents are signed in. `id` is the hash of what their browser holds."""

sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(64), nullable=False, index=True),
    sa.Column("address", sa.String(64), nullable=False, index=True),
    sa.Column("at", sa.String(40), nullable=False, index=True),
)
"""Tries to sign in of late that were not right. `name` and `address` are marks that tell nobody what was typed."""

pictures = sa.Table(
    "pictures",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("conversation", sa.String(160), sa.ForeignKey("conversations.id"), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("at", sa.String(40), nullable=False),
)

buyers = sa.Table(
    "buyers",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(160), sa.ForeignKey("conversations.id"), nullable=False),
)
"""Buyers who had begun a conversation before they signed in at the shop: it stays theirs. `id`: bot/front/identity.py."""

# --- Chatwoot (bot/adapters/chatwoot/book.py) ------------------------------------------------------------------------

chatwoot_conversations = sa.Table(
    "chatwoot_conversations",
    metadata,
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
"""Where each stands. `person`: the last message of a person since the bot has it; `since`: the last before it had it."""

chatwoot_deliveries = sa.Table(
    "chatwoot_deliveries",
    metadata,
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
"""Buyers' messages to be answered."""

chatwoot_steps = sa.Table(
    "chatwoot_steps",
    metadata,
    sa.Column("delivery", sa.Integer, sa.ForeignKey("chatwoot_deliveries.id"), primary_key=True),
    sa.Column("name", sa.String(24), primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("message", sa.BigInteger),
    sa.Column("error", sa.Text),
    sa.Column("at", sa.String(40), nullable=False),
)
"""What an answer or a handover comes to in Chatwoot, step by step."""

chatwoot_arrivals = sa.Table(
    "chatwoot_arrivals",
    metadata,
    sa.Column("delivery", sa.String(80), primary_key=True),
    sa.Column("at", sa.String(40), nullable=False),
)
"""Ids of the deliveries that came, so that a repeated one is known."""

# --- the content (bot/adapters/content.py) --------------------------------------------------------------------------

content_files = sa.Table(
    "content_files",
    metadata,
    sa.Column("sha", sa.String(64), primary_key=True),
    sa.Column("packed", sa.LargeBinary, nullable=False),
)
"""Texts of content files, each once. `sha`: SHA-256 of the text in UTF-8; `packed`: the same bytes through zlib."""

content_versions = sa.Table(
    "content_versions",
    metadata,
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
"""What was live. `files`: path → sha; `revision`: that of the draft it was made from; `told`: why it failed, which
gates were passed with what remark, and what else people should know."""

content_draft = sa.Table(
    "content_draft",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, sa.ForeignKey("content_versions.number")),
    sa.Column("files", sa.JSON, nullable=False),
)
"""The one draft, a single row. `version`: the one that it stands on."""

content_changes = sa.Table(
    "content_changes",
    metadata,
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
"""Who changed what. `place`: file and key as a JSON list; `revision`: the draft's with it; `version`: where it went live."""

content_inbox = sa.Table(
    "content_inbox",
    metadata,
    sa.Column("message", sa.Integer, sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("question", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("how", sa.String(8), nullable=False),
    sa.Column("places", sa.JSON, nullable=False),
    sa.Column("was", sa.JSON, nullable=False),
    sa.Column("author", sa.String(80), nullable=False),
    sa.Column("at", sa.String(40), nullable=False, index=True),
)
"""Questions of buyers that somebody has seen to (bot/adapters/inbox.py). `question`: which of the message's, from 0; `how`:
`fact`, `faq`, `example` or `aside`; `places`: of each row that answers it now, file and key; of an example its line too;
`was`: for each place a mark of what was live there."""
