"""Goods that a buyer names and the shop does not list (taxonomy: a product that the shop does not sell is `ask_stock`)."""

from __future__ import annotations

import re

_ASKED = re.compile(
    r"(?:有没有|有木有|有无|卖不卖|有卖|卖|出售|有)(?P<zh>[\u3400-\u9fff]{2,10}?)(?:卖|出售|这种|这类)?(?:的)?(?:吗|么|嘛|没有|没|不|呢|呀|啊|$)|"
    r"(?:do you|d'you|you guys|do u) (?:also )?(?:sell|carry|stock|have) (?:any |a |an )?(?P<en>[a-z][a-z -]{3,30})"
)
_GENERIC = re.compile(
    r"什么|啥|哪|现货|有货|库存|存货|货|优惠券?|活动|红包|赠品|发票|运费险|客服|人|在|这个|那个|这款|那款|其他|别的|颜色|尺码|号码|码|号|[大中小多少新好]|一点|色|链接|实物|图片?|"
    r"[\u3400-\u9fff]{1,2}色|便宜|贵|厚|薄|轻|款式|型号|规格|尺寸|大小|容量|质保|保修|说明书|配件|"
    r"[的了吗呢没还再和或跟与更第一二三两点个件款种些]|"
    r"\b(?:it|this|that|these|those|stock|any|more|left|ones?|some|other|colou?rs?|sizes?|in|the|enough|of|for|me|a|an|discounts?|coupons?|invoices?)\b|[ -]"
)


_OPEN = re.compile(r"什么|啥|哪|推荐|几|\b(?:what|which|something|anything)\b")

_PREPOSITION = re.compile(r" (?:in|with|for|at|to|left|still|there|please|right|now|currently|available)\b")
_POINTED_AT = re.compile(
    r"(?:it|this|that|these|those|them|one|ones|the same|black|white|gr[ea]y|red|green|blue|pink|beige)\b"
)
"""Things that were named before, or nothing but a colour of them."""


def unlisted_goods(text: str) -> str | None:
    """The thing that is asked after by a name, in a question that names none of the shop's goods; or None."""
    match = _ASKED.search(text.lower())
    if match is None:
        return None
    named = (match["zh"] or _PREPOSITION.split(match["en"] or "")[0]).strip()
    if _POINTED_AT.match(named):
        return None
    if _OPEN.search(named):
        return None
    return named if len(_GENERIC.sub("", named)) > 1 else None
