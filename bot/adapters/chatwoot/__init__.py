"""Chatwoot, a help desk: what it sends, what it may be asked, and what is kept of both. docs/chatwoot.md."""
