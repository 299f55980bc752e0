"""`nightdesk chatwoot setup` registers the agent bot; `nightdesk chatwoot check` says what it may do and what is in its way."""

from __future__ import annotations

from collections.abc import Sequence

from bot import bootstrap
from bot.adapters.chatwoot.client import BOT_CALLS, Client
from bot.adapters.chatwoot.registering import hindrances, inboxes, register
from bot.core.when import REASONS
from bot.ports import HelpDeskError, SettingError

MEANINGS = {
    "show": "read a conversation before it speaks",
    "message": "answer, and leave the card as a note",
    "status": "open a conversation for people",
    "priority": "set the priority",
    "attributes": "write the reason and the queue",
    "labels": "label the reason",
    "team": "give it to a queue's team",
}
NEEDED = ("message", "status")
"""Without these it cannot work at all."""


def setup(chosen: Sequence[int]) -> int:
    """Prints what was done and the settings that follow from it."""
    address = bootstrap.settings().public_address
    if not address:
        raise SettingError(
            "NIGHTDESK_PUBLIC_URL is empty; Chatwoot needs the address under which it reaches Nightdesk."
        )
    client = _with_agent_token()
    names = bootstrap.live_shop().current().telling.queues
    queues = {
        queue: [queue, *names.get(queue, {}).values()] for queue in bootstrap.live_shop().current().people.openings
    }
    done = register(client, f"{address}/chatwoot/{bootstrap.chatwoot_path()}", chosen, REASONS, queues)
    for line in done.said:
        print(line)
    print("\nSet these, and start Nightdesk again:")
    print(f"  NIGHTDESK_CHATWOOT_TOKEN={done.token or '(Chatwoot shows it on the bot’s page)'}")
    print(f"  NIGHTDESK_CHATWOOT_SECRET={done.secret or ''}")
    print(f"  NIGHTDESK_CHATWOOT_TEAMS={','.join(f'{queue}={team}' for queue, team in done.teams.items())}")
    if not done.secret:
        print("This version told no secret for signing: where the bot's page shows none, leave it empty.")
    _print_inboxes(client, chosen)
    return 0


def check() -> int:
    """1 where the bot cannot work, 0 otherwise."""
    client = bootstrap.chatwoot_client()
    try:
        allowed = client.probe()
    except HelpDeskError as error:
        print(f"Chatwoot cannot be asked: {error}")
        return 1
    works = True
    for call in BOT_CALLS:
        by = "yes" if allowed[call] else "by the agent's token" if client.reads else "no"
        works = works and (by != "no" or call not in NEEDED)
        print(f"{MEANINGS[call]:44} {by}")
    if not client.reads:
        print(
            "\nThere is no NIGHTDESK_CHATWOOT_AGENT_TOKEN: messages that came while Nightdesk was down are not found."
        )
        return 0 if works else 1
    mine = client.inboxes(f"/chatwoot/{bootstrap.chatwoot_path()}")
    print(f"{'answers in the inboxes':44} {', '.join(map(str, sorted(mine))) or 'none: setup --inbox NUMBER'}")
    _print_inboxes(client, sorted(mine))
    return 0 if works and mine else 1


def _with_agent_token() -> Client:
    client = bootstrap.chatwoot_client()
    if not client.reads:
        raise SettingError(
            "NIGHTDESK_CHATWOOT_AGENT_TOKEN is empty; the setup needs an administrator's (their profile shows it)."
        )
    return client


def _print_inboxes(client: Client, chosen: Sequence[int]) -> None:
    for inbox in inboxes(client):
        if inbox.get("id") in chosen:
            for line in hindrances(inbox):
                print(line)
        elif not chosen:
            print(f"inbox {inbox.get('id')}: {inbox.get('name', '')}")
