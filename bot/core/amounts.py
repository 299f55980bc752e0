"""Money in folded text: prices and reductions, for a piece or the order, and whether the buyer offers them.

A number is money where a currency stands beside it, or where the words round it make it an offer (两件600我就拍, can you
do 350). Words that only may do so (how about …) count for sums that are neither a size, a height nor a voltage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bot.core.found import PIECES, UNIT, Found
from bot.core.numerals import CHINESE, NUMBER, parse_number

LEAST = 10
"""Bare numbers below this are pieces or days, not prices; reductions may be smaller."""

LEAST_WEAK = 50
MOST_NUMBERS = 60
"""More numbers than this in one message are a list of something, not offers."""

_NUMBER = re.compile(
    rf"(?<!{CHINESE})(?<![几数]){CHINESE}{{0,6}}[百千][一二三四五六七八九]?(?=一(?:{PIECES})(?!起|人|月))|{NUMBER}"
)
"""Before “一件” a round sum ends (一百五一件 is 150 for one, 三百一件 300)."""

_TENTHS = re.compile(
    rf"\s*块\s*(?P<n>[1-9一二三四五六七八九])\s*(?:毛|角)?(?![\d.]|(?:{PIECES})(?!邮)|{UNIT}|{CHINESE})"
)
"""99块9: what follows the currency is tenths of it."""

_CURRENCY = r"(?:块钱|块|元|圆|rmb|cny|yuan|¥|￥|bucks?|usd|\$)"
_CURRENCY_BEFORE = re.compile(r"(?:[¥￥$]|rmb|cny)\s*$")
_CURRENCY_BEHIND = re.compile(rf"\s*{_CURRENCY}(?![a-z]|石|充|儿|布)")
_NOT_MONEY = re.compile(rf"\s*(?:{UNIT}|(?:{PIECES})(?!邮|包))")
_PER_ONE = rf"\s*[,，/]?\s*(?:一|每|1)\s*(?:{PIECES})(?!起|人|月)"

_OF_SO_MANY = rf"\s*[,，/]?\s*(?:每|{NUMBER})\s*(?:{PIECES})(?!起|人|月)"
_NO_SUM = re.compile(r"一块(?!钱|[\d一二三四五六七八九]|多|毛)")
"""Together (一块儿买), or one flat thing (一块电池)."""

_CUT_BEFORE = re.compile(
    r"(?:便宜|(?<![至多不缺])少[收算要]?|(?<!满)减|优惠|(?<!转)让|(?<![温])降|(?<!零头)抹|(?<![a-z])(?:off|less|down|cheaper by|knock)) ?"
    r"(?:个|我|点|一点|一?下|掉|了)? ?$"
)
_CUT_BEHIND = re.compile(rf"\s*{_CURRENCY}?\s*(?:off\b|less\b|discount|cheaper)")
_TO_BEFORE = re.compile(r"(?:便宜|少|减|优惠|让|降|打折?)(?:到|成|至)\s?$")

_OFFER_BEFORE = re.compile(
    r"(?:最多|最低|最高|(?<![发退寄演])出|出价|给你们?|就给|(?<!寄|发|送)给|卖我|卖给我|(?<!打)算我?|收我|收你|凑个?整?数?|按|(?<!没)花|(?<!预算)只有|一口价)\s?(?:个)?$|"
    rf"(?:每(?:{PIECES})|单价)\s?$|"
    r"(?<![a-z])(?:offer(?:ing)?|pay|i(?:['’]?ll| will|['’]?d| would| can)? (?:give|do|offer|pay)(?: you)?|"
    r"(?:can|could|would|will|do|may) (?:you|u|ya|we|i|they) (?:please |just |maybe )?"
    r"(?:do|take|accept|manage|make it|get it|have it|go(?: down)? to|sell (?:it|them|this|both)? ?(?:for|at)|let (?:it|them|me) .{0,12}(?:for|at)|give (?:it|them) .{0,8}(?:for|at)))"
    r"(?: it| them| both| me)?(?: for| at)? ?$"
)
_OFFER_BEHIND = re.compile(
    rf"(?:{_OF_SO_MANY})?\s*[,，]?\s*(?:"
    r"(?:的话|行的话|行|可以|ok|okay|好)?\s*(?:我们?|俺)?\s*(?:就|立马|马上|立刻|直接|现在)(?:去|能)?(?:拍|买|下单|付|拿|入|要|定|带走|成交|收|可以|行|包邮)|"
    r"(?:能|可以|可不可以|能不能)?\s*(?:卖(?!的|了)|成交|出不出|卖我)|(?:拍|买|拿下?|带走|要(?=$|[了吧呗啦,，。!！ 的]))(?!\s*(?:[的过到了贵几多\d大小中什哪]|x{0,3}[sml](?![a-z])))|拿下|"
    r"包邮(?!吗|么|嘛|不|是|对|没|的|呢|呀|啊|$)|打包(?:带走|价)?|全包|给我(?:吧|呗|行|可以|$))"
)
_OFFER_BEHIND_EN = re.compile(
    rf"\s*{_CURRENCY}?\s*(?:for (?:both|all|the (?:pair|lot|two|set)|(?:two|three|four|five|[2-9])(?! ?\d))\b|each\b(?! of)|apiece|a ?piece\b|per (?:piece|unit|item)|"
    r"in (?:all|total)|altogether|all in\b|total\b|and (?:it['’]?s|its|you have|we have|you got) (?:a )?(?:deal|yours|mine)|or no deal|,? ?deal\b|,? ?(?:and|then) i(?:['’]?ll| will|['’]?d) (?:take|buy|order|get|pay))"
)
_WEAK_BEFORE = re.compile(
    rf"(?:一共|总共|打包价?|总价|合计|一起|全部)\s?(?:给|算|就|是)?\s?$|{NUMBER}(?:{PIECES})\s?$|"
    r"(?<![a-z])(?:for|at|do|say|how about|what about|make it|call it|max(?:imum)?(?: of)?|only have|just) ?$"
)
_WEAK_BEHIND = re.compile(
    rf"(?:每|{NUMBER})(?:{PIECES})(?!起|人|月)\s*(?:$|[,，。!！])|(?:{_OF_SO_MANY})?\s*[,，]?\s*(?:吧|呗)?\s*(?:(?:可以|行|好|成|中|干|ok)(?:吗|么|嘛|不|吧|啵|$)|行不行|可不可以|能不能|好不好|成不成|怎么样|咋样|如何|给不给|出吗)|"
    rf"{_PER_ONE}|\s*(?:is )?(?:ok|okay|deal|possible|fine)\b"
)
_WORDS_MAY_FOLLOW = re.compile(
    r"\s*(?:$|[^a-z\s\d]|(?:and|then|i|ill|id|if|or|in total|in all|total|altogether|all|each|apiece|a piece|per|please|pls|plz|ok|okay|"
    r"deal|both|for|including|incl|with|free|shipped|delivered|max|instead|now|today|right|because|since|as|but|so|is|would|will|"
    r"can|could|maybe|lah|thanks|thx|yuan|rmb|bucks?|im|we|you|u)\b)"
)
_RAISED_BEFORE = re.compile(r"^\s*那就?\s?$")
_RAISED_BEHIND = re.compile(r"\s*(?:$|[ ,，。!！]|吧|呗|总行)")
"""Another sum after the first (那700)."""

_COMPETITOR = re.compile(
    r"(?:别家|别的店|别人家|人家|隔壁|其他家|另一家|那边|拼多多|pdd|淘宝|(?<![a-z])(?:elsewhere|other shops?|another shop|amazon|competitors?))[^\d,，。?？]{0,14}$"
)
_CONFIRMED = re.compile(
    rf"(?:{_PER_ONE})?\s*{_CURRENCY}?\s*(?:(?:是|对)(?:吗|么|吧|不|不是)|是不是|包邮(?:吗|么|嘛|不|呢|$)|吗|么|嘛|没错吧|的吗)|^\s*,? ?(?:right|correct)\b"
)
_ASKED_EN = re.compile(r"^\s*(?:so |and |but )*(?:is|was|are|isn't|why is) (?:it|that|this|they|the price|the total)\b")
_BUDGET_BEFORE = re.compile(r"(?:预算|(?<![a-z])(?:budget|under|below|less than|within|up to))[^\d,，。?？]{0,8}$")
_BUDGET_BEHIND = re.compile(r"\s*(?:以内|以下|之内|以上|左右|上下)")
_BARE_HEIGHT_BEFORE = re.compile(r"(?<![\d.])1[4-9]\d\s*(?:cm|公分)?[\s,，/、]{1,3}$")
_PUBLISHED = re.compile(
    r"满\s*\d+[^\d,，。?？]{0,4}$|(?:券|活动|红包|满减)[^\d,，。?？]{0,4}$|(?:coupon|voucher)[a-z ]{0,12}$"
)
_OF_A_PERSON = re.compile(r"\s*的\s*(?!话|价|总价|预算)")
_BODY_TALK = re.compile(r"穿|码|身高|个子|体重|斤|公分|cm|kg|tall|weigh|wear|size|height|\bfit")
_CURRENT_TALK = re.compile(r"volt|plug|socket|伏|电压|插座|插头|watt|瓦")
_BOUGHT = re.compile(rf"\s*{_CURRENCY}?\s*(?:块)?(?:拍|买|入手?|收)(?:的|过|到|贵)")

_PER_PIECE = re.compile(
    rf"一(?:{PIECES})(?!起|人|月|共)|每\s*(?:{PIECES})|单价|各(?=便宜|少|减|优惠|让|降)|each|a ?piece|apiece|per (?:piece|unit|item)"
)
_PER_ORDER = re.compile(
    r"一共|总共|一起|打包|总价|合计|全部|全包|in all|in total|altogether|for (?:both|all|two|three|the (?:pair|lot|two|set))|total|all in\b|"
    rf"(?<![a-z])(?!one\b)(?!1\b){NUMBER} for ?[¥￥$]?$"
)


def find_amounts(text: str) -> Iterator[Found]:
    """Prices and reductions with {"kind", "per", "offered"}; `value` is CNY with two decimals, the span its number."""
    for match in islice(_NUMBER.finditer(text), MOST_NUMBERS):
        found = _amount(text, match)
        if found:
            yield found


def _amount(text: str, match: re.Match) -> Found | None:
    number = parse_number(match[0])
    start, end = match.span()
    if not number or number > 999_999 or _NO_SUM.match(text, start):
        return None
    sign = _CURRENCY_BEFORE.search(text, max(0, start - 5), start)
    unit = _CURRENCY_BEHIND.match(text, end)
    tenths = _TENTHS.match(text, end)
    number += (parse_number(tenths["n"]) or 0) / 10 if tenths else 0
    unit = tenths or unit
    before = text[max(0, start - 40) : sign.start() if sign else start]
    rest = text[unit.end() if unit else end :][:40]
    if not (sign or unit) and not _may_be_money(text, match, before, rest):
        return None
    kind = "reduction" if _is_cut(before, rest) else "price"
    offered = _is_offered(text, number, before, rest, kind, currency=bool(sign or unit))
    if not offered and not (sign or unit or _COMPETITOR.search(before) or _is_mentioned(before, rest, number)):
        return None
    extra = {"kind": kind, "per": _per(text, before, rest), "offered": offered}
    return Found("price", f"{number:.2f}", start, unit.end() if unit else end, extra)


def _may_be_money(text: str, match: re.Match, before: str, rest: str) -> bool:
    """Whether a number without a currency can be a sum: no unit behind it, no letter or decimal glued to it."""
    glued = re.search(r"[a-z\d._第-]$", before) or re.match(r"[a-z_\d]|\.\d", rest)
    if glued or (match[0].isalpha() and match[0].isascii()):
        return False
    if not match[0][0].isdigit() and len(match[0]) < 2 and match[0] != "十":
        return False
    per_one = re.match(_PER_ONE, rest)
    return bool(per_one) or not (_NOT_MONEY.match(rest) or _OF_A_PERSON.match(rest) or _BOUGHT.match(rest))


def _is_cut(before: str, rest: str) -> bool:
    return bool(_CUT_BEFORE.search(before) and not _TO_BEFORE.search(before)) or bool(_CUT_BEHIND.match(rest))


def _is_offered(text: str, number: float, before: str, rest: str, kind: str, *, currency: bool) -> bool:
    """Whether the words make the sum an offer of the buyer's, and not just a mention or a question what it is."""
    if _PUBLISHED.search(before) or _BOUGHT.match(rest) or _ASKED_EN.search(_clause(before)):
        return False
    if _BUDGET_BEFORE.search(before) or _BUDGET_BEHIND.match(rest):
        return False
    if kind == "reduction":
        return True
    if number < LEAST:
        return False
    if _OFFER_BEHIND.match(rest) or _OFFER_BEHIND_EN.match(rest) or _TO_BEFORE.search(before):
        return True
    if _OFFER_BEFORE.search(before):
        return bool(_WORDS_MAY_FOLLOW.match(rest))
    return _is_weakly_offered(text, number, before, rest, currency=currency)


def _is_weakly_offered(text: str, number: float, before: str, rest: str, *, currency: bool) -> bool:
    if not currency:
        a_height = 140 <= number <= 209 and (_BODY_TALK.search(text) or re.search(r"what about ?$", before))
        a_weight = number <= 209 and _BARE_HEIGHT_BEFORE.search(before)
        if number < LEAST_WEAK or a_height or a_weight or _CURRENT_TALK.search(text):
            return False
    if _CONFIRMED.match(rest) or _COMPETITOR.search(before):
        return False
    if _WEAK_BEHIND.match(rest) or re.match(r"\s*then\b", rest):
        return True
    if _RAISED_BEFORE.search(before) and _RAISED_BEHIND.match(rest) and (currency or number > 209):
        return True
    return bool(_WEAK_BEFORE.search(before) and _WORDS_MAY_FOLLOW.match(rest))


def _is_mentioned(before: str, rest: str, number: float) -> bool:
    """A sum named without a currency, to make sure of it (两件一共738吗)."""
    told = _WEAK_BEFORE.search(before) or re.match(_PER_ONE, rest) or _OFFER_BEHIND_EN.match(rest)
    return number >= LEAST_WEAK and bool(told) and bool(_CONFIRMED.match(rest) or _ASKED_EN.search(_clause(before)))


def _clause(before: str) -> str:
    return re.split(r"[,，.。;；?？!！]", before)[-1]


def _per(text: str, before: str, rest: str) -> str | None:
    """For a piece or the order: what stands at the number first, then anywhere in the message."""
    for words, nearest in ((rest[:12], 0), (before[-12:], -1), (text, 0)):
        piece, order = list(_PER_PIECE.finditer(words)), list(_PER_ORDER.finditer(words))
        if piece and order:
            sooner = piece[nearest].start() < order[nearest].start()
            return "piece" if sooner == (nearest == 0) else "order"
        if piece or order:
            return "piece" if piece else "order"
    return None
