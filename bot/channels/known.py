"""What Rasa's connectors leave out: where the service's own message id stands, and what it can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Known:
    """`message_id` and `language`: JMESPath into what the service sends. Retries of a service carry the same id.
    `most_buttons`: how many it shows; with more, its connector drops them all. `defaults`: of its credentials."""

    message_id: str = ""
    language: str = ""
    most_buttons: int = 10
    defaults: Mapping[str, Any] = field(default_factory=dict)


KNOWN: Mapping[str, Known] = {
    # One message in a channel comes as two events, `message` and `app_mention`; channel and time are the same in both.
    # Retries are not to be passed over, as the connector does: the first may not have come. The front knows repeats.
    "slack": Known(
        "(event.ts && join(':', [event.channel, event.ts])) || actions[0].action_ts",
        most_buttons=5,
        defaults={"errors_ignore_retry": ["none"]},
    ),
    "telegram": Known("update_id", "message.from.language_code || callback_query.from.language_code"),
    "facebook": Known("entry[0].messaging[0].message.mid || entry[0].messaging[0].postback.mid", most_buttons=3),
    "twilio": Known("MessageSid"),
    "mattermost": Known("post_id || trigger_id"),
    "rocketchat": Known("message_id"),
    "webexteams": Known("data.id"),
    "hangouts": Known("message.name"),
    "botframework": Known("id", most_buttons=0),  # its buttons need a `type` that no other service's have
}
"""By the connector's name. A connector of one's own passes `message_id` to `UserMessage` itself."""
