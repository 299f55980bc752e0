"""Goods that a buyer names and the shop does not list (taxonomy: a product that the shop does not sell is `ask_stock`)."""

from __future__ import annotations

import re

_ASKED = re.compile(
    r"(?:有没有|有木有|有无|卖不卖|有卖|卖|出售|有)(?P<zh>[\u3400-\u9fff a-z]{2,12}?)(?:卖|出售|这种|这类)?(?:的)?(?:吗|么|嘛|没有|没|不|呢|呀|啊)|"
    r"(?:do you|d'you|you guys|do u) (?:also )?(?:sell|carry|stock|have|do) (?:any |a |an )?(?P<en>[a-z][a-z -]{3,30})"
)
_GENERIC = re.compile(
    r"现货|有货|库存|存货|货|优惠|活动|红包|赠品|发票|人|这个|那个|这款|那款|其他|别的|颜色|尺码|码|号|大|小|色|链接|实物|图|存|多|少|新|"
    r"\b(?:it|this|that|these|those|stock|any|more|left|one|ones|some|other|colou?rs?|sizes?|in|the|in stock)\b"
)


def unlisted_goods(text: str) -> str | None:
    """The thing that is asked after by a name, in a question that names none of the shop's goods; or None."""
    match = _ASKED.search(text.lower())
    if match is None:
        return None
    named = (match["zh"] or match["en"] or "").strip()
    return named if named and not _GENERIC.search(named) else None
