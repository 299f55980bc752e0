"""Whether a part of a message asks, and for what of a condition."""

from __future__ import annotations

import re

_QUESTION = r"[吗么嘛呢?？]|多少|多久|多大|多长|多高|多重|怎么|咋|什么|啥|哪|如何|谁|好不好"
_OPENING = r"(?:^|[,.;!] ?|\b(?:and|but|so|also|then|or) )"
_ASKING = "how|what|when|where|which|who|can|could|is|are|do|does|did|will|would|should|have|any"

_FORM = re.compile(
    rf"{_QUESTION}|几|能不能|可不可以|有没有|是不是|会不会|要不要|行不|[吧不没]$|帮我|麻烦|给我|"
    rf"{_OPENING}(?:{_ASKING}|please|i'?ll take|i'?d like|i want)\b"
)
_INTERROGATIVE = re.compile(
    rf"{_QUESTION}|几[天个号点时件]|(?:能|可|会|是|有|要|行|够)[一-鿿]?不|有没有|[没不][呀啊]?$|[行可]以?[吧不没]$|够.*吧$|能.*吧$|有.*吧$|"
    rf"{_OPENING}(?:{_ASKING}|got)\b"
)


def has_question_form(text: str) -> bool:
    """Question words, particles and requests in folded text: the form of something that wants an answer or a deed."""
    return bool(_FORM.search(text))


def interrogative(text: str) -> bool:
    """Whether folded text asks something, as a whole; a wish (给我来两件吧, one in black please) does not."""
    return bool(_INTERROGATIVE.search(text))


_LESS = re.compile(r"包邮|便宜|优惠|少|减|送|打折|折扣|降|抹|让|免邮|cheaper|discount|free|less|off")


def asks_for_less(text: str) -> bool:
    """Whether a condition is about the price: less of it, postage or a gift on top."""
    return bool(_LESS.search(text))
