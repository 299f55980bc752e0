"""Rasa's own connectors (Slack, Telegram, Twilio …) through the front: a process of its own, `python -m bot.channels`.

Rasa's connectors read what a service sends and check its signature; instead of asking Rasa they hand the message to the
front's API. What the front answers, and what an agent writes later, goes out by the connector's output channel.
"""
