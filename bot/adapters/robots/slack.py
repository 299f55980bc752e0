"""Slack's incoming webhook: Block Kit.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks · reference/block-kit/blocks

The blocks are slack_sdk's, which knows their limits. Its WebhookClient is not used: it follows redirects, reads an answer
of any size, and its time-out begins anew with every byte.
"""

from __future__ import annotations

import html
import json
from datetime import datetime

from slack_sdk.models.blocks import Block, HeaderBlock, MarkdownTextObject, PlainTextObject, SectionBlock

from bot.adapters.robots.addresses import Address
from bot.adapters.robots.line import Answer, Outcome, Request, by_status, short
from bot.core.telling import Message, Told

MOST_BLOCKS = 50
LARGEST = 12_000
"""Bytes of a whole request. Slack names no such limit; what is longer than this it may cut."""


def fits(message: Message) -> bool:
    texts = [_text(told, titled=True) for told in message.told]
    if len(texts) * 2 + 2 > MOST_BLOCKS or any(len(text) > SectionBlock.text_max_length for text in texts):
        return False
    return len(_body(message)) <= LARGEST


def request(address: Address, message: Message, now: datetime) -> Request:
    return Request(address.url, _body(message), {"Content-Type": "application/json; charset=utf-8"})


def outcome(answer: Answer) -> Outcome:
    """A webhook that took a message answers “ok” and nothing else; errors are a word, beside their status."""
    done = by_status(answer)
    if done.state == "sent" and answer.text.strip() != "ok":
        said = f"{answer.status} {short(answer.text)}".strip()
        return Outcome("refused", f"refused: {said}") if answer.text else Outcome("later", f"unclear: {said}")
    return done


def _body(message: Message) -> bytes:
    blocks: list[Block] = [HeaderBlock(text=_plain(message.title))]
    for told in message.told:
        blocks += _blocks(told, titled=len(message.told) > 1)
    if message.more:
        blocks.append(SectionBlock(text=_plain(message.more)))
    shown = {"text": html.escape(message.title, quote=False), "blocks": [block.to_dict() for block in blocks]}
    return json.dumps(shown, ensure_ascii=False).encode()


def _blocks(told: Told, titled: bool) -> list[Block]:
    text = _text(told, titled)
    blocks: list[Block] = [SectionBlock(text=_plain(text))] if text else []
    if told.link:
        words, address = (html.escape(part, quote=False) for part in told.link)
        blocks.append(SectionBlock(text=MarkdownTextObject(text=f"<{address}|{words}>")))
    return blocks


def _text(told: Told, titled: bool) -> str:
    return "\n".join([told.title, *told.lines] if titled else told.lines)


def _plain(text: str) -> PlainTextObject:
    """Plain text: what a buyer wrote is neither Markdown nor a call to the channel."""
    return PlainTextObject(text=text, emoji=False)
