"""Registers the agent bot with a Chatwoot account, and says what stands in its way. Needs an administrator's token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.chatwoot.client import Client

NAME = "Nightdesk"
ATTRIBUTES = {
    "nightdesk_episode": "Handoff",
    "nightdesk_reason": "Reason",
    "nightdesk_queue": "Queue",
    "nightdesk_headline": "Headline",
}
"""The conversation attributes that a handover writes, with the names that agents read."""

LABEL_COLOUR = "#1F93FF"


@dataclass(frozen=True)
class Registered:
    """`token` and `secret` as Chatwoot tells them, empty where it does not. `said`: lines about what was done."""

    bot: int
    token: str
    secret: str
    teams: Mapping[str, int]
    said: tuple[str, ...]


def register(
    client: Client, hook: str, inboxes: Sequence[int], reasons: Sequence[str], queues: Mapping[str, Sequence[str]]
) -> Registered:
    """Makes what is missing and leaves the rest as it is; so it may be run again.

    `hook`: the webhook's address. `queues`: by id, the names that a team may have for it. Raises HelpDeskError.
    """
    said: list[str] = []
    bot = _bot(client, hook, said)
    for inbox in inboxes:
        client.manage("POST", f"/inboxes/{inbox}/set_agent_bot", {"agent_bot": bot["id"]})
        said.append(f"inbox {inbox}: {NAME} answers there")
    said += [f"label {label}: made" for label in _add_labels(client, reasons)]
    said += [f"attribute {key}: made" for key in _add_attributes(client)]
    token, secret = str(bot.get("access_token") or ""), str(bot.get("secret") or "")
    return Registered(int(bot["id"]), token, secret, _teams(client, queues), tuple(said))


def _bot(client: Client, hook: str, said: list[str]) -> Mapping[str, Any]:
    known = [one for one in _listed(client.manage("GET", "/agent_bots")) if one.get("name") == NAME]
    wanted = {"name": NAME, "description": "Pre-sale desk", "outgoing_url": hook, "bot_type": 0}
    if not known:
        said.append("agent bot: made")
        return _object(client.manage("POST", "/agent_bots", wanted))
    if known[0].get("outgoing_url") == hook:
        said.append("agent bot: is there")
        return known[0]
    said.append("agent bot: has its new address")
    return _object(client.manage("PATCH", f"/agent_bots/{known[0]['id']}", {"outgoing_url": hook}))


def _add_labels(client: Client, titles: Sequence[str]) -> Iterator[str]:
    known = {one.get("title") for one in _listed(client.manage("GET", "/labels"))}
    for title in titles:
        if title not in known:
            client.manage("POST", "/labels", {"title": title, "color": LABEL_COLOUR, "show_on_sidebar": True})
            yield title


def _add_attributes(client: Client) -> Iterator[str]:
    listed = _listed(client.manage("GET", "/custom_attribute_definitions?attribute_model=0"))
    known = {one.get("attribute_key") for one in listed}
    for key, name in ATTRIBUTES.items():
        if key not in known:
            kind = {"attribute_display_type": 0, "attribute_model": 0, "attribute_description": name}
            body = {"attribute_key": key, "attribute_display_name": name, **kind}
            client.manage("POST", "/custom_attribute_definitions", body)
            yield key


def _teams(client: Client, queues: Mapping[str, Sequence[str]]) -> dict[str, int]:
    teams = {str(one.get("name", "")).strip().lower(): one["id"] for one in _listed(client.manage("GET", "/teams"))}
    found = {queue: [teams[name.lower()] for name in names if name.lower() in teams] for queue, names in queues.items()}
    return {queue: ids[0] for queue, ids in found.items() if ids}


# --- what stands in its way --------------------------------------------------------------------------------------


def hindrances(inbox: Mapping[str, Any]) -> Iterator[str]:
    """What an inbox sends by itself beside the bot, as lines for people. `inbox` as the API tells it."""
    name = f"inbox {inbox.get('id')} ({inbox.get('name', '')})"
    if inbox.get("working_hours_enabled") and inbox.get("out_of_office_message"):
        yield f"{name}: the out-of-office message is on; the buyer would get it beside the bot's answer. Switch it off."
    if inbox.get("greeting_enabled") and inbox.get("greeting_message"):
        yield f"{name}: the greeting is on; the buyer would be greeted twice. Switch it off."
    if inbox.get("enable_email_collect"):
        yield f"{name}: asking for the e-mail address is on; it comes between the buyer's question and the answer. Switch it off."


def inboxes(client: Client) -> list[Mapping[str, Any]]:
    return _listed(client.manage("GET", "/inboxes"))


def _listed(answer: Any) -> list[Mapping[str, Any]]:
    found = answer.get("payload") if isinstance(answer, Mapping) else answer
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _object(answer: Any) -> Mapping[str, Any]:
    return answer if isinstance(answer, Mapping) else {}
