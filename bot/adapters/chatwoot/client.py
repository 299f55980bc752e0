"""Chatwoot's API, as far as an agent bot needs it. Blocking; bounded in time, size and number of tries.

A bot's token may make some of these calls, and which ones differs from version to version. What it may not, an agent's
token does where one is given; what nobody may raises NotAllowed. Facts: chatwoot/chatwoot, `swagger/swagger.json`.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, Literal

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from bot.adapters.chatwoot.payload import MARK, Line, Standing, read_line, read_standing
from bot.ports import HelpDeskError

log = logging.getLogger(__name__)

SECONDS = (2.0, 8.0)
"""To connect, and between two parts of the answer."""

TRIES = 3
LONGEST_WAIT = 5.0
"""Seconds between two tries of one call, whatever the server asks for."""

LARGEST_ANSWER = 4 * 1024 * 1024

Call = Literal[
    "show", "message", "status", "priority", "attributes", "labels", "team", "messages", "conversations", "manage"
]
BOT_CALLS: tuple[Call, ...] = ("show", "message", "status", "priority", "attributes", "labels", "team")
"""Those that some version allows a bot; the others need an agent's token in every version."""

_PROBED: Mapping[Call, tuple[str, str]] = {
    "show": ("GET", ""),
    "message": ("POST", "/messages"),
    "status": ("POST", "/toggle_status"),
    "priority": ("POST", "/toggle_priority"),
    "attributes": ("POST", "/custom_attributes"),
    "labels": ("POST", "/labels"),
    "team": ("POST", "/assignments"),
}
NOBODY = 0
"""The number of no conversation: a call on it changes nothing, and its refusal tells whether it is allowed."""


class NotAllowed(HelpDeskError):
    """Neither token may make this call."""


class NotThere(HelpDeskError):
    """The conversation, or what it was to be given, is not there."""


class Wrong(HelpDeskError):
    """Chatwoot refuses what was asked, and would again."""


class Down(HelpDeskError):
    """No answer, or none that counts. `maybe`: what was asked may have happened all the same. `wait`: seconds asked for."""

    def __init__(self, said: str, maybe: bool, wait: float = 0.0):
        super().__init__(said)
        self.maybe, self.wait = maybe, wait


class Client:
    """Raises NotAllowed, NotThere, Wrong and Down, all of them HelpDeskError. Messages and errors never hold a token."""

    def __init__(
        self,
        url: str,
        account: int,
        bot_token: str,
        agent_token: str = "",
        wait: Callable[[float], None] = time.sleep,
        seconds: tuple[float, float] = SECONDS,
    ):
        self._base = f"{url.rstrip('/')}/api/v1/accounts/{account}"
        self._tokens = {"bot": bot_token, "agent": agent_token}
        self._wait, self._seconds = wait, seconds
        self._refused: set[Call] = {"messages", "conversations", "manage"}
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=16))

    # --- what a conversation is ----------------------------------------------------------------------------------

    def standing(self, number: int) -> Standing:
        """Where it stands now."""
        return read_standing(_object(self._ask("show", "GET", number, "")))

    def lines(self, number: int, after: int = 0) -> list[Line]:
        """Its messages with an id above `after`, oldest first, private ones too: at most 100, else the last 20."""
        query = f"/messages?after={after}" if after else "/messages"
        answer = _object(self._ask("messages", "GET", number, query))
        return [read_line(one) for one in answer.get("payload") or () if isinstance(one, Mapping)]

    def pending(self, page: int) -> list[Standing]:
        """A page of the conversations that a bot has, from 1 on; empty behind the last."""
        path = f"/conversations?status=pending&assignee_type=all&page={page}"
        answer = _object(self._try("conversations", "agent", "GET", path, None, True))
        found = _object(answer.get("data")).get("payload") or ()
        return [read_standing(one) for one in found if isinstance(one, Mapping)]

    # --- what is done to it --------------------------------------------------------------------------------------

    def send(
        self, number: int, text: str, mark: str, private: bool = False, choices: Sequence[Mapping[str, str]] = ()
    ) -> int | None:
        """Sends a message of the bot's; gives its id where the answer says it. Not repeated where it may have arrived."""
        body: dict[str, Any] = {"content": text, "message_type": "outgoing", "private": private}
        body["content_attributes"] = {MARK: mark}
        if choices:
            items = [{"title": one["title"], "value": one["payload"]} for one in choices]
            body |= {"content_type": "input_select", "content_attributes": {"items": items, MARK: mark}}
        sent = _object(self._ask("message", "POST", number, "/messages", body, repeatable=False))
        return read_line(sent).id or None

    def set_attributes(self, number: int, attributes: Mapping[str, Any]) -> None:
        """Replaces them all; versions that know `merge` keep what is not named."""
        body = {"custom_attributes": dict(attributes), "merge": True}
        self._ask("attributes", "POST", number, "/custom_attributes", body)

    def set_labels(self, number: int, labels: Sequence[str]) -> None:
        """Replaces them all."""
        self._ask("labels", "POST", number, "/labels", {"labels": list(labels)})

    def set_priority(self, number: int, priority: str) -> None:
        """`urgent`, `high`, `medium` or `low`."""
        self._ask("priority", "POST", number, "/toggle_priority", {"priority": priority})

    def set_team(self, number: int, team: int) -> None:
        self._ask("team", "POST", number, "/assignments", {"team_id": team})

    def open(self, number: int) -> None:
        """Hands it to people. By the bot's token wherever possible: an agent's would take it for that agent."""
        self._ask("status", "POST", number, "/toggle_status", {"status": "open"})

    # --- what this installation allows ---------------------------------------------------------------------------

    @property
    def reads(self) -> bool:
        """Whether there is a token that may read all messages."""
        return bool(self._tokens["agent"])

    def probe(self) -> dict[Call, bool]:
        """Which calls the bot's token may make, by asking for a conversation that is not there: nothing is changed.

        Raises NotAllowed where the token or the account is wrong, Down where Chatwoot does not answer.
        """
        found: dict[Call, bool] = {}
        for call, (method, path) in _PROBED.items():
            body: dict[str, Any] | None = {} if method == "POST" else None
            try:
                self._try(call, "bot", method, f"/conversations/{NOBODY}{path}", body, True)
            except NotAllowed as error:
                if not _of_bots(str(error)):
                    raise
                found[call] = False
            except (NotThere, Wrong):
                found[call] = True
            else:
                found[call] = True
        self._refused |= {call for call, allowed in found.items() if not allowed}
        return found

    def inboxes(self, path: str) -> set[int]:
        """The inboxes whose bot is sent to an address that ends so. Needs an agent's token."""
        listed = _object(self._try("conversations", "agent", "GET", "/inboxes", None, True)).get("payload") or ()
        found = set()
        for inbox in (one["id"] for one in listed if isinstance(one, Mapping) and isinstance(one.get("id"), int)):
            answer = self._try("conversations", "agent", "GET", f"/inboxes/{inbox}/agent_bot", None, True)
            bot = _object(_object(answer).get("agent_bot"))
            if str(bot.get("outgoing_url") or "").endswith(path):
                found.add(inbox)
        return found

    def manage(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the account's own, by the agent's token, which must be an administrator's for most of them."""
        return self._try("manage", "agent", method, path, body, repeatable=method != "POST")

    # --- the line ------------------------------------------------------------------------------------------------

    def _ask(self, call: Call, method: str, number: int, path: str, body: Any = None, repeatable: bool = True) -> Any:
        path = f"/conversations/{number}{path}"
        if call not in self._refused:
            try:
                return self._try(call, "bot", method, path, body, repeatable)
            except NotAllowed as error:
                if not _of_bots(str(error)):
                    raise
                log.warning("chatwoot_not_for_bots call=%s", call)
                self._refused.add(call)
        if not self._tokens["agent"]:
            raise NotAllowed(f"{call}: this installation does not allow it to bots, and there is no agent's token")
        return self._try(call, "agent", method, path, body, repeatable)

    def _try(self, call: Call, token: str, method: str, path: str, body: Any, repeatable: bool) -> Any:
        """The call's JSON. Tried again while it surely did not happen, and where that does no harm, otherwise too."""
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(call, token, method, path, body)
            except Down as error:
                if attempt == TRIES or (error.maybe and not repeatable):
                    raise
                self._wait(min(LONGEST_WAIT, max(error.wait, 0.25 * 2**attempt)))
        raise AssertionError("unreachable")

    def _once(self, call: Call, token: str, method: str, path: str, body: Any) -> Any:
        headers = {"api_access_token": self._tokens[token]}
        given: dict[str, Any] = {"json": body} if body is not None else {}
        try:
            response = self._session.request(
                method,
                self._base + path,
                headers=headers,
                timeout=self._seconds,
                allow_redirects=False,
                stream=True,
                **given,
            )
            with closing(response):
                content = response.raw.read(LARGEST_ANSWER, decode_content=True)
        except requests.RequestException as error:
            raise Down(f"{call}: {type(error).__name__}", maybe=not _never_left(error)) from None
        except Exception as error:  # urllib3's own, while the answer's body is read
            raise Down(f"{call}: {type(error).__name__}", maybe=True) from None
        response._content = content
        return _meaning(call, response)


def _never_left(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _meaning(call: Call, response: requests.Response) -> Any:
    status = response.status_code
    said = f"{call}: {status} {_short(response.text)}".strip()
    if status == 429:
        asked = response.headers.get("Retry-After", "")
        raise Down(said, maybe=False, wait=float(asked) if re.fullmatch(r"\d{1,5}", asked) else 1.0)
    if status >= 500 or status == 408:
        raise Down(said, maybe=True)
    if status in (401, 403):
        raise NotAllowed(said)
    if status == 404:
        raise NotThere(said)
    if not 200 <= status < 300:
        raise Wrong(said)
    if not response.content.strip():
        return None
    try:
        return response.json()
    except ValueError:
        raise Down(f"{call}: {status} with what is no JSON", maybe=True) from None


def _of_bots(said: str) -> bool:
    return "for bots" in said


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _short(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text[:300]).split())[:160]
