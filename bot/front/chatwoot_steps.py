"""What an answer comes to in Chatwoot: steps in order, each of which may be repeated and is done once.

A handover: the card as a private note; attributes, labels, priority; the queue's team; the line to the buyer; open for
people, which happens whatever became of the others. Each step is written down before it is tried, and what may have
happened is looked for before it is tried again.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from bot.adapters.chatwoot.book import UNTRIED, Book, Delivery, Known, Step, mark_of
from bot.adapters.chatwoot.client import Client, Down, NotAllowed, NotThere
from bot.adapters.chatwoot.payload import Line
from bot.core.masking import masked
from bot.core.when import REASONS
from bot.desk.note import note_of
from bot.desk.shown import Sight
from bot.ports import HelpDeskError

log = logging.getLogger(__name__)

PRIORITIES = {"urgent": "urgent", "high": "high", "normal": "medium", "low": "low"}
"""Chatwoot's words for the card's."""

SAY_TRIES = 2
PAUSE = 1.0
"""Seconds before what may have arrived is looked for."""

ECHO_SECONDS = 3.0
"""How long an event that tells of our own message is waited for, where messages cannot be read."""

MOST_ATTEMPTS = 5
"""Rounds after which a line that could not be sent is given up and the conversation is handed to people."""


class Later(Exception):
    """The delivery cannot be finished now; says why."""


class Carrying:
    """Blocking. `teams`: Chatwoot's team ids by queue. `sight`: by what the note is written, asked at each handover."""

    def __init__(
        self,
        client: Client,
        book: Book,
        teams: Mapping[str, int],
        sight: Callable[[], Sight],
        wait: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ):
        self._client, self._book, self._teams, self._sight = client, book, teams, sight
        self._wait, self._now = wait, now
        self._tried_here: set[tuple[int, str]] = set()

    # --- may the bot speak ---------------------------------------------------------------------------------------

    def held(self, delivery: Delivery, despite_assignment: bool = False) -> str | None:
        """Why the bot may not speak now: `status`, `assigned`, `person`; None where it may.

        Asks Chatwoot where it may, else goes by the newest event. Raises NotThere, Down.
        """
        known = self._known(delivery)
        if known.status != "pending":
            return f"status: {known.status}"
        if known.person:
            return "person"
        return "assigned" if known.assigned and not despite_assignment else None

    def _known(self, delivery: Delivery) -> Known:
        with contextlib.suppress(NotAllowed):
            self._book.seen(self._client.standing(delivery.number))
        return self._book.known(delivery.conversation)

    # --- what is to be done --------------------------------------------------------------------------------------

    def plan(self, delivery: Delivery, answer: Mapping[str, Any]) -> list[Step]:
        """Writes down the steps of an answer as `Conversations.receive` gives it."""
        said = [(f"reply:{place}", reply) for place, reply in enumerate(answer["replies"])]
        card = answer["handoff"]
        planned = [*self._before(card), *said, ("open", {})] if card else said
        return self._book.plan(delivery, planned, self._now())

    def _before(self, card: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
        hidden = masked({"card": card})["card"]
        attributes = {name: hidden[name] for name in ("episode", "reason", "queue", "headline")}
        steps: list[tuple[str, Mapping[str, Any]]] = [
            ("note", {"text": note_of(card, self._sight())}),
            ("attributes", {f"nightdesk_{name}": value for name, value in attributes.items()}),
            ("labels", {"label": card["reason"]}),
            ("priority", {"priority": PRIORITIES[card["priority"]]}),
        ]
        team = self._teams.get(card["queue"])
        return [*steps, ("team", {"team": team})] if team is not None else steps

    # --- doing it ------------------------------------------------------------------------------------------------

    def carry_out(self, delivery: Delivery) -> None:
        """Takes the steps that are left. Raises Later where something is to be tried again."""
        late = ""
        for step in self._book.steps(delivery):
            if step.state not in UNTRIED:
                continue
            try:
                self._do(delivery, step)
            except NotThere as error:
                self._gone(delivery, error)
                return
            except HelpDeskError as error:
                log.warning(
                    "chatwoot_step_failed conversation=%s step=%s error=%s", delivery.conversation, step.name, error
                )
                late = self._failed(delivery, step, error) or late
        if late:
            raise Later(late)

    def _failed(self, delivery: Delivery, step: Step, error: HelpDeskError) -> str:
        """Writes it down; gives why it is to be tried again, empty where it is not. Raises Later where nothing may follow."""
        handover = self._hands_over(delivery)
        if step.name == "open" or (isinstance(error, Down) and not handover and delivery.attempts < MOST_ATTEMPTS):
            raise Later(str(error)) from error
        if isinstance(error, Down) and delivery.attempts < MOST_ATTEMPTS:
            self._note(step, "late", str(error))
            return str(error)
        self._note(step, "failed", str(error))
        if not handover:
            self._to_people(delivery)
        return ""

    def _gone(self, delivery: Delivery, error: NotThere) -> None:
        log.warning("chatwoot_conversation_gone conversation=%s error=%s", delivery.conversation, error)
        for step in self._book.steps(delivery):
            if step.state in UNTRIED:
                self._note(step, "failed", str(error))

    def _to_people(self, delivery: Delivery) -> None:
        """What the bot could not say, a person must: the conversation is opened. Raises Later, so that this follows."""
        planned = [(step.name, step.body) for step in self._book.steps(delivery)]
        self._book.plan(delivery, [*planned, ("open", {})], self._now())
        raise Later("handed to people")

    def _hands_over(self, delivery: Delivery) -> bool:
        return any(step.name == "open" for step in self._book.steps(delivery))

    def _do(self, delivery: Delivery, step: Step) -> None:
        number = delivery.number
        if step.name == "note" or step.name.startswith("reply:"):
            self._say(delivery, step)
            return
        if step.name == "open":
            self._open(delivery, step)
            return
        if step.name == "attributes":
            known = self._best_known(delivery).attributes
            if known is None:
                self._note(step, "passed", "what is there could not be read")
                return
            self._client.set_attributes(number, {**known, **step.body})
        elif step.name == "labels":
            labels = self._best_known(delivery).labels
            if labels is None:
                self._note(step, "passed", "what is there could not be read")
                return
            kept = [label for label in labels if label not in REASONS]
            self._client.set_labels(number, [*kept, step.body["label"]])
        elif step.name == "priority":
            self._client.set_priority(number, step.body["priority"])
        elif step.name == "team":
            self._client.set_team(number, step.body["team"])
        self._note(step, "done")

    def _best_known(self, delivery: Delivery) -> Known:
        """Where it stands; by the newest event where Chatwoot does not answer."""
        try:
            return self._known(delivery)
        except Down:
            return self._book.known(delivery.conversation)

    def _open(self, delivery: Delivery, step: Step) -> None:
        status = self._best_known(delivery).status
        if status != "pending":
            self._note(step, "passed", f"status: {status}")
            return
        self._client.open(delivery.number)
        self._book.opened(delivery)
        self._note(step, "done")

    # --- messages, each once -------------------------------------------------------------------------------------

    def _say(self, delivery: Delivery, step: Step) -> None:
        """Sends it once. Where it may have been sent, it is looked for first."""
        for tries_left in reversed(range(SAY_TRIES)):
            if step.state != "due" and self._settled(delivery, step):
                return
            if step.name != "note" and (why := self.held(delivery, self._team_given(delivery))):
                self._note(step, "passed", why)
                return
            try:
                self._send(delivery, step)
                return
            except Down:
                if not tries_left:
                    raise
            self._wait(PAUSE)
            step = self._book.step(step)

    def _send(self, delivery: Delivery, step: Step) -> None:
        self._note(step, "trying")
        self._tried_here.add((step.delivery, step.name))
        private, choices = step.name == "note", step.body.get("buttons") or ()
        mark = mark_of(delivery, step)
        try:
            sent = self._client.send(delivery.number, step.body["text"], mark, private, choices)
        except Down as error:
            if not error.maybe:
                self._note(step, "due", str(error))
            raise
        self._note(step, "done", message=sent)

    def _settled(self, delivery: Delivery, step: Step) -> bool:
        """Whether nothing is to be sent any more: it is there, or nobody can say and a buyer would read it twice."""
        there = self._there(delivery, step)
        if there:
            self._note(step, "done")
            return True
        if there is None and step.name != "note":
            self._note(step, "passed", "it may have been sent, and cannot be read")
            if not self._hands_over(delivery):
                self._to_people(delivery)
            return True
        return False

    def _there(self, delivery: Delivery, step: Step) -> bool | None:
        """Whether Chatwoot has it; None where that cannot be found out."""
        if self._book.step(step).state == "done":
            return True
        with contextlib.suppress(NotAllowed):
            return self._among(self._client.lines(delivery.number, delivery.message), delivery, step)
        with contextlib.suppress(NotAllowed):
            if self._among(self._client.standing(delivery.number).lines, delivery, step):
                return True
        if (step.delivery, step.name) not in self._tried_here:
            return None
        for _ in range(int(ECHO_SECONDS / 0.5)):
            self._wait(0.5)
            if self._book.step(step).state == "done":
                return True
        return False

    def _among(self, lines: list[Line] | tuple[Line, ...], delivery: Delivery, step: Step) -> bool:
        """By its mark; in versions that keep none, by its words."""
        mark, text, private = mark_of(delivery, step), step.body["text"], step.name == "note"
        known = self._book.sent(delivery)
        mine = [one for one in lines if one.writer != "buyer" and one.id > delivery.message and one.id not in known]
        same = (one.mark is None and one.private == private and one.text.strip() == text.strip() for one in mine)
        return any(one.mark == mark for one in mine) or any(same)

    def _team_given(self, delivery: Delivery) -> bool:
        """Whether we gave it a team: Chatwoot may then choose a person of it, who has not spoken yet."""
        return any(step.name == "team" and step.state == "done" for step in self._book.steps(delivery))

    def _note(self, step: Step, state: str, why: str = "", message: int | None = None) -> None:
        self._book.note_step(step, state, self._now(), why, message)
