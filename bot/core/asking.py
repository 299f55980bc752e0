"""Whether a part of a message has the form of a question."""

from __future__ import annotations

import re

_ASKED = re.compile(
    r"[吗么嘛呢?？]|多少|多久|几|怎么|咋|什么|啥|哪|能不能|可不可以|有没有|是不是|会不会|要不要|行不|如何|谁|多大|多长|多高|多重|好不好|[吧不没]$|帮我|麻烦|给我|"
    r"(?:^|[,.;!] ?|\b(?:and|but|so|also|then|or) )(?:how|what|when|where|which|who|can|could|is|are|do|does|did|will|would|should|have|any|please|i'?ll take|i'?d like|i want)\b"
)


def has_question_form(text: str) -> bool:
    """Question words and particles in folded text; a request in the form of a statement has none."""
    return bool(_ASKED.search(text))


_LESS = re.compile(r"包邮|便宜|优惠|少|减|送|打折|折扣|降|抹|让|免邮|cheaper|discount|free|less|off")


def asks_for_less(text: str) -> bool:
    """Whether a condition is about the price: less of it, postage or a gift on top."""
    return bool(_LESS.search(text))
