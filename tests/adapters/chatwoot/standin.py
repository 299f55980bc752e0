"""A stand-in for Chatwoot that keeps its rules: who may call what, what a write replaces, states, words and numbers.

What it knows of them is of chatwoot/chatwoot (`swagger/swagger.json` and the controllers behind it), in our own words:

* 4.2 allows a bot neither to read a conversation nor its labels, and signs nothing; 2026 allows both, and signs.
* No version lets a bot list conversations or messages; only an agent's token does.
* `labels` and `custom_attributes` replace what is there; 2026 keeps the rest of the attributes if asked to `merge`.
* A bot that opens a pending conversation hands it over; an agent who opens one gets it.
* In what the API answers and in `conversation.messages`, kinds are numbers; in an event's top level they are words.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.adapters.chatwoot.events import (
    ACCOUNT,
    INBOX,
    NEW,
    OLD,
    START,
    Said,
    Talk,
    conversation_event,
    message_event,
    pushed,
    shown,
)
from tests.serving import Quiet, StandIn, serving

BOT_TOKEN, AGENT_TOKEN = "bot-token", "agent-token"
TEAM = 3
HOOK = "https://desk.example/chatwoot/a-path-that-nobody-guesses"

FOR_BOTS = {
    OLD: {"toggle_status", "toggle_priority", "create", "update", "custom_attributes", "messages", "assignments"},
    NEW: {
        "show",
        "toggle_status",
        "toggle_typing_status",
        "toggle_priority",
        "create",
        "update",
        "custom_attributes",
        "messages",
        "assignments",
        "labels",
    },
}
Fault = Callable[[str, str], bool]


class Chatwoot(StandIn):
    """`asked`: (method, path, token). `events`: the webhooks it would send, oldest first; whoever tests delivers them."""

    def __init__(self, version: str = NEW):
        super().__init__(_Handler)
        self.version = version
        self.for_bots = set(FOR_BOTS[version])
        self.talks: dict[int, Talk] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.events: list[dict[str, Any]] = []
        self.faults: list[tuple[Fault, int, str]] = []
        self.team_assigns: str | None = None
        self.keeps_content_attributes = True
        self.bots: list[dict[str, Any]] = []
        self.bot_of: dict[int, int] = {INBOX: 7}
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.teams = [{"id": TEAM, "name": "售前"}, {"id": 9, "name": "Somebody else"}]
        self.inbox = {"id": INBOX, "name": "Website", "working_hours_enabled": True, "out_of_office_message": "Closed"}
        self._ids = itertools.count(101)
        self._at = START

    # --- what people do there ------------------------------------------------------------------------------------

    def talk(self, number: int = 42, **values: Any) -> Talk:
        return self.talks.setdefault(number, Talk(number, **values))

    def buyer(self, text: str, number: int = 42, **values: Any) -> dict[str, Any]:
        """A buyer writes; gives the event."""
        return self.add(number, text, "contact", 0, **values)

    def person(self, text: str, number: int = 42, private: bool = False) -> dict[str, Any]:
        return self.add(number, text, "user", 1, private=private)

    def add(self, number: int, text: str, sender: str, kind: int, **values: Any) -> dict[str, Any]:
        talk = self.talk(number)
        said = Said(next(self._ids), kind, text, sender, at=self._tick(talk), **values)
        talk.said.append(said)
        return self._tell("message_created", talk, said)

    def set_status(self, status: str, number: int = 42) -> dict[str, Any]:
        """A person sets it on Chatwoot's page."""
        talk = self.talk(number)
        talk.status = status
        self._tick(talk)
        return self._tell({"open": "conversation_opened", "resolved": "conversation_resolved"}.get(status, ""), talk)

    def choose(self, title: str, number: int = 42) -> dict[str, Any]:
        """The buyer presses a quick reply of the bot's last message, which comes as an update of that message."""
        said = next(one for one in reversed(self.talk(number).said) if one.content_type == "input_select")
        item = next(one for one in said.attributes["items"] if one["title"] == title)
        said.attributes["submitted_values"] = [item]
        self._tick(self.talk(number))
        return self._tell("message_updated", self.talk(number), said)

    def _tick(self, talk: Talk) -> float:
        self._at += 0.4
        talk.updated = self._at
        return self._at

    def _tell(self, event: str, talk: Talk, said: Said | None = None) -> dict[str, Any]:
        told = message_event(self.version, event, talk, said) if said else conversation_event(self.version, event, talk)
        if event:
            self.events.append(told)
        return told

    # --- faults --------------------------------------------------------------------------------------------------

    def fails(self, method: str, ending: str, how: str = "502", times: int = 1) -> None:
        """The next calls of this kind: `502` not done, `502 done` done all the same, `429`, `reset`, `html`."""
        self.faults.append((lambda m, p: m == method and p.split("?")[0].endswith(ending), times, how))

    def fault(self, method: str, path: str) -> str:
        for place, (matches, times, how) in enumerate(self.faults):
            if times and matches(method, path):
                self.faults[place] = (matches, times - 1, how)
                return how
        return ""

    def count(self, method: str, ending: str) -> int:
        return sum(m == method and p.split("?")[0].endswith(ending) for m, p, _ in self.asked)

    # --- the API -------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, token: str, body: dict[str, Any]) -> tuple[int, Any]:
        if token not in (BOT_TOKEN, AGENT_TOKEN):
            return 401, {"error": "Invalid Access Token"}
        plain, _, query = path.partition("?")
        found = re.fullmatch(rf"/api/v1/accounts/{ACCOUNT}(/.*)", plain)
        if not found:
            return 401, {"error": "You are not authorized to access this account"}
        bot = token == BOT_TOKEN
        rest = found[1]
        mine = re.fullmatch(r"/conversations/(\d+)(?:/(\w+))?", rest)
        if bot and not (mine and self._may(method, mine[2])):
            return 401, {"error": "Access to this endpoint is not authorized for bots"}
        if not mine:
            return self._of_the_account(method, rest, query, body)
        talk = self.talks.get(int(mine[1]))
        if talk is None:
            return 404, {"error": "Resource could not be found"}
        return self._of_a_talk(method, mine[2], query, body, talk, bot)

    def _may(self, method: str, what: str | None) -> bool:
        call = what or "show"
        return call in self.for_bots and not (call == "messages" and method == "GET")

    def _of_a_talk(
        self, method: str, what: str | None, query: str, body: dict[str, Any], talk: Talk, bot: bool
    ) -> tuple[int, Any]:
        match method, what:
            case "GET", None:
                return 200, shown(self.version, talk)
            case "GET", "messages":
                after = int(query.partition("after=")[2] or 0)
                found = [one for one in talk.said if one.id > after][:100] if after else talk.said[-20:]
                return 200, {"meta": {}, "payload": [pushed(one, talk) for one in found]}
            case "POST", "messages":
                return self._create_message(body, talk, bot)
            case "POST", "toggle_status":
                return self._toggle_status(body, talk, bot)
            case "POST", "toggle_priority":
                if body.get("priority") not in (None, "low", "medium", "high", "urgent"):
                    return 422, {"error": f"'{body.get('priority')}' is not a valid priority"}
                talk.priority = body.get("priority")
                return 200, None
            case "POST", "labels":
                talk.labels = list(body.get("labels") or [])
                return 200, {"payload": talk.labels}
            case "GET", "labels":
                return 200, {"payload": talk.labels}
            case "POST", "custom_attributes":
                kept = talk.attributes if body.get("merge") and self.version == NEW else {}
                talk.attributes = {**kept, **(body.get("custom_attributes") or {})}
                return 200, {"custom_attributes": talk.attributes}
            case "POST", "assignments":
                talk.team = body.get("team_id")
                talk.assignee = talk.assignee or self.team_assigns
                return 200, {"id": talk.team}
        return 404, {"error": "Resource could not be found"}

    def _create_message(self, body: dict[str, Any], talk: Talk, bot: bool) -> tuple[int, Any]:
        if not isinstance(body.get("content"), str) or not body["content"]:
            return 422, {"error": "Content is missing"}
        items = (body.get("content_attributes") or {}).get("items") or []
        if any(set(item) - {"title", "value"} for item in items):
            return 422, {"error": "contains invalid keys for items."}
        kept = body.get("content_attributes") or {}
        if not self.keeps_content_attributes:
            kept = {"items": items} if items else {}
        values = {"private": bool(body.get("private")), "attributes": dict(kept)}
        sender = "agent_bot" if bot else "user"
        self.add(talk.number, body["content"], sender, 1, content_type=body.get("content_type") or "text", **values)
        return 200, pushed(talk.said[-1], talk)

    def _toggle_status(self, body: dict[str, Any], talk: Talk, bot: bool) -> tuple[int, Any]:
        status = body.get("status")
        if status not in ("open", "resolved", "pending", "snoozed"):
            return 422, {"error": f"'{status}' is not a valid status"}
        talk.handed_over += bot and talk.status == "pending" and status == "open"
        if status == "open" and not bot:
            talk.assignee = "the agent whose token it is"
        self.set_status(status, talk.number)
        return 200, {"meta": {}, "payload": {"success": True, "current_status": status, "conversation_id": talk.number}}

    def _of_the_account(self, method: str, rest: str, query: str, body: dict[str, Any]) -> tuple[int, Any]:
        if method == "POST":
            self.made.append((rest, body))
        match method, rest:
            case "GET", "/conversations":
                page = int(re.search(r"page=(\d+)", query)[1])  # type: ignore[index]
                found = [talk for talk in self.talks.values() if talk.status == "pending"]
                chosen = found[25 * (page - 1) : 25 * page]
                return 200, {"data": {"meta": {}, "payload": [shown(self.version, talk) for talk in chosen]}}
            case "GET", "/inboxes":
                return 200, {"payload": [self.inbox, {"id": 6, "name": "Others"}]}
            case "GET", "/agent_bots":
                return 200, self.bots
            case "POST", "/agent_bots":
                made = {**body, "id": 7, "access_token": BOT_TOKEN}
                self.bots.append(made | ({"secret": "signing-secret"} if self.version == NEW else {}))
                return 200, self.bots[-1]
            case "GET", "/teams":
                return 200, self.teams
            case "GET", "/labels" | "/custom_attribute_definitions":
                names = {"/labels": "title", "/custom_attribute_definitions": "attribute_key"}
                made_there = [made for path, made in self.made if path == rest and names[rest] in made]
                return 200, {"payload": made_there} if rest == "/labels" else made_there
            case "POST", "/labels" | "/custom_attribute_definitions":
                return 200, body
        if found := re.fullmatch(r"/inboxes/(\d+)/(agent_bot|set_agent_bot)", rest):
            inbox = int(found[1])
            if found[2] == "set_agent_bot":
                self.bot_of[inbox] = body["agent_bot"]
                return 200, None
            bot = {"id": self.bot_of.get(inbox), "outgoing_url": HOOK} if inbox in self.bot_of else {}
            return 200, {"agent_bot": bot}
        return 404, {"error": "Resource could not be found"}


class _Handler(Quiet):
    server: Chatwoot

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def _serve(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self.headers.get("api_access_token", "")
        self.server.asked.append((method, self.path, token))
        how = self.server.fault(method, self.path)
        if how and not how.endswith("done"):
            self._broken(how)
            return
        status, answer = self.server.answer(method, self.path, token, json.loads(raw) if raw else {})
        if how:
            self._broken(how.removesuffix(" done"))
            return
        self._say(status, json.dumps(answer).encode() if answer is not None else b"")

    def _broken(self, how: str) -> None:
        if how == "reset":
            self.connection.close()
        elif how == "429":
            self._say(429, b'{"error": "Retry later"}', {"Retry-After": "1"})
        elif how == "html":
            self._say(200, b"<html>down for maintenance</html>")
        elif how == "slow":
            time.sleep(1.5)
            self._say(200, b"{}")
        else:
            self._say(int(how), b"<html>bad gateway</html>")

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def chatwoot(version: str = NEW) -> Iterator[Chatwoot]:
    with serving(Chatwoot(version)) as server:
        yield server
