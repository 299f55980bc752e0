"""Where Rasa keeps its trackers: live ones, of the latest conversations, without their history.

Rasa's own stores write a tracker down after each message and build it again from all its events before the next, which
is most of a turn, and more with each turn. The record of a conversation is the front's (bot/adapters/store.py), which
sends what is remembered with each message; a tracker is needed for the turn at hand alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

MOST_CONVERSATIONS = 2000


class LiveTrackerStore(TrackerStore):
    """`endpoints.yml`: `tracker_store: {type: bot.engine.trackers.LiveTrackerStore}`.

    `most`: of how many conversations, those that wrote last. An older one begins anew, with what the front sends.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        most: int = MOST_CONVERSATIONS,
        **_: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        self._most = int(most)
        self._trackers: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        self._saved: dict[str, int] = {}  # how many events each tracker had when it was saved

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker as it was saved last: without what a turn did to it that was broken off."""
        tracker = self._trackers.get(sender_id)
        if tracker is None:
            return None
        self._trackers.move_to_end(sender_id)
        if len(tracker.events) > self._saved[sender_id]:
            broken_off, tracker = tracker, self.init_tracker(sender_id)
            tracker.update_with_events(list(islice(broken_off.events, self._saved[sender_id])), self.domain)
            self._trackers[sender_id] = tracker
        return tracker

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        """It listens already: no action is run to begin a session, of which there is one a conversation."""
        tracker = self.init_tracker(sender_id)
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        await self.save(tracker)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Tells the event broker what is new, then keeps the tracker with what its events left behind."""
        sender = tracker.sender_id
        if self.event_broker is not None:
            new = list(tracker.events)[self._saved.get(sender, 0) :]
            await self._stream_new_events(self.event_broker, new, sender)
        tracker.events.clear()
        tracker.events.extend(_left_behind(tracker))
        self._saved[sender] = len(tracker.events)
        self._trackers[sender] = tracker
        self._trackers.move_to_end(sender)
        while len(self._trackers) > self._most:
            oldest, _ = self._trackers.popitem(last=False)
            del self._saved[oldest]

    async def keys(self) -> Iterable[str]:
        return self._trackers.keys()


def _left_behind(tracker: DialogueStateTracker) -> list[Event]:
    """Events from which the same state follows: the slots that are set, and that the bot listens."""
    slots = [SlotSet(slot.name, slot.value) for slot in tracker.slots.values() if slot.value is not None]
    return [*slots, ActionExecuted(ACTION_LISTEN_NAME)]
