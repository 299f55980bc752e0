"""What a statement says of the purchase: what is wanted, where it goes, how the buyer is reached, by when.

The classifier hears one message; whoever said “黑色L一件吧” after three questions has bought, and whoever says where it goes
while a person is coming has no remark for the order but an address, which has a place of its own on the card.
"""

from __future__ import annotations

import re

from bot.core.asking import asks_for_less, interrogative
from bot.core.dialogue import Dialogue
from bot.core.labels import AFTER_SALE, ANSWERED, BUYING
from bot.core.types import Entity, Question

_SURE = 0.85
"""From this confidence on a matter for a person is what the classifier heard, even where a contact is left with it."""

_SURE_OF_THE_RARE = 0.6
"""Below this one a matter after the sale is doubted while nothing was bought."""

_VARIANT = {"product", "colour", "size"}
_CHOICES = _VARIANT | {"quantity"}

_WISH = re.compile(
    r"来|拿|捎|整|留|要|拍|下单|订|买|吧|改|换|加|\b(?:take|buy|order|get|want|please|pls|ok|then|make (?:it|that)|for me)\b"
)
_NOT_WANTED = re.compile(
    r"不要|不买|不拿|不看|不用|算了|先不|再看|再说|考虑|\b(?:don'?t|not|no longer|drop|skip|without)\b"
)
_GOES_TO = re.compile(r"寄|发|送|邮|到|在|\b(?:to|in|goes|deliver(?:ed)?|ship|send|sent)\b")
_REMARK = re.compile(
    r"收件|收货人|联系人|姓名|电话|写|包(?!邮)|盒|送给|送人|备注|礼|卡片|放|贴|别|不一样|另|分开|一起|发票|抬头|顺丰|加急|快点|尽快|先发|改地址|地址改|"
    r"\b(?:name|note|card|gift|wrap|leave|door|call|different|separate|invoice|receipt|rush|instead|address|attn|don'?t)\b"
)
_SOON = re.compile(r"之?前|要|得|必须|\b(?:need|needs|must|has to|have to|by)\b")
_BOUGHT = re.compile(r"下单|马上拍|就拍|立马拍|付款|买|\b(?:buy|order)\b")


def label_of_statement(question: Question, own: tuple[Entity, ...], dialogue: Dialogue) -> str | None:
    """The label of a statement about the purchase, or None where the statement is none or its own label may stand."""
    text = question.text.lower()
    if interrogative(text):
        return None
    names = {e.name for e in own}
    ordering = dialogue.handed_over in BUYING
    if "contact" in names and question.confidence < _SURE and not names & _CHOICES:
        return "inform"
    if dialogue.handed_over in AFTER_SALE and names >= {"product"} and "quantity" not in names:
        return "inform" if question.label == "purchase_intent" else None  # which order is meant
    if ordering and question.label == "negotiate_price" and "quantity" in names and "price" not in names:
        return None if asks_for_less(text) else "purchase_intent"
    if question.label == "order_note" and _only_where(text, names):
        return "purchase_intent" if _BOUGHT.search(text) else "inform"
    if _wanted(question, text, own):
        return "purchase_intent"
    if ordering and names & _CHOICES and _changes_its_mind(question, text):
        return "inform"
    if question.label == "ask_shipping_time" and dialogue.handed_over and "date" in names and _SOON.search(text):
        return "inform"
    return None


def not_ordered_yet(question: Question, dialogue: Dialogue) -> str | None:
    """What else was meant where the classifier is not sure of a matter after the sale, or of a remark, and nothing was bought:
    the next likely label that is neither."""
    unsure = question.confidence < _SURE_OF_THE_RARE
    early = dialogue.handed_over in BUYING and question.label in AFTER_SALE and question.label != "complaint"
    remark = question.label == "order_note" and dialogue.handed_over is None and interrogative(question.text.lower())
    if not unsure or not (early or remark):
        return None
    return next((label for label in question.others if label in ANSWERED), None)


def is_whole_want(own: tuple[Entity, ...], text: str) -> bool:
    """Whether a part names a number of a thing and which one of its kind, as a wish."""
    names = {e.name for e in own}
    return "quantity" in names and len(names & _VARIANT) > 1 and bool(_WISH.search(text.lower()))


def _only_where(text: str, names: set[str]) -> bool:
    """Whether nothing is said but where it goes, and perhaps by when."""
    return "region" in names and bool(_GOES_TO.search(text)) and not _REMARK.search(text) and not names & _CHOICES


def _wanted(question: Question, text: str, own: tuple[Entity, ...]) -> bool:
    """Whether a number of something is said without asking: with a wish, or with all that tells one thing from others."""
    names = {e.name for e in own}
    if question.label in ("complaint", "request_human", "bulk_order", "negotiate_price"):
        return False
    if "quantity" not in names or not names & _VARIANT or _REMARK.search(text):
        return False
    return bool(_WISH.search(text)) or len(names & _VARIANT) > 1


def _changes_its_mind(question: Question, text: str) -> bool:
    """Whether a choice is changed while a person is coming, which the classifier took for a question or a matter after the sale."""
    sure = question.confidence >= 0.6 and question.label in ANSWERED
    known = (*ANSWERED, *AFTER_SALE)
    return question.label in known and not sure and bool(_WISH.search(text) or _NOT_WANTED.search(text))
