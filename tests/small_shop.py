"""A small shop made by hand, with an inventory and a calendar beside it, for the tests of core and services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core import shop as s
from bot.core.labels import HANDED_OVER
from bot.ports import InventoryError, Stock
from bot.services.common import Desk

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 11, 21, 21, 4, tzinfo=SHANGHAI)
"""A Saturday: pre-sale people are there until 22:00, the other queues are not."""
REASONS = (*HANDED_OVER, "unknown_answer", "repeated_misunderstanding")


def pair(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def word(id: str, zh: str, en: str, *words: str, kind: str | None = None) -> s.Word:
    return s.Word(id, pair(zh, en), (zh, en, *words), kind)


def words(*entries: s.Word) -> dict[str, s.Word]:
    return {entry.id: entry for entry in entries}


COLOURS = words(
    word("white", "白色", "white", "白的"),
    word("grey", "灰色", "grey", "灰的"),
    word("black", "黑色", "black", "黑的"),
    word("beige", "米色", "beige"),
    word("red", "红色", "red", "红的"),
    word("green", "绿色", "green"),
)
VARIANTS = {
    "Y915": [("white", "1.75L", 399, 42), ("grey", "1.75L", 399, 0, 7)],
    "L18": [("white", "1.5L", 199, 120)],
    "M500": [("red", "5L", 899, 8), ("white", "5L", 899, 3)],
    "D20": [(None, "1.2L", 259, 65)],
    "R30": [(None, "3L", 229, 30), (None, "4L", 269, 55), (None, "5L", 319, 0, 14)],
    "K17": [("white", "1.7L", 129, 200), ("black", "1.7L", 129, 150), ("green", "1.7L", 129, 0, None, True)],
    "H3": [("white", "4L", 169, 36)],
    "V15": [("white", "15L", 199, 46)],
    "V32": [("white", "32L", 349, 21)],
    "J01": [("black", "28", 159, 14), ("black", "29", 159, 7), ("black", "30", 159, 0)],
    "W05": [
        *(("black", size, 369, stock) for size, stock in (("S", 12), ("M", 20), ("L", 16), ("XL", 5), ("XXL", 0))),
        *(("beige", size, 369, stock) for size, stock in (("S", 4), ("M", 0), ("L", 7))),
    ],
    "U36": [("white", "M", 79, 38), ("white", "L", 79, 0, 4), ("grey", "M", 79, 0, 9), ("grey", "L", 79, 22)],
    "S60": [("grey", "1.5m", 259, 25), ("grey", "1.8m", 289, 13)],
    "FB08": [(None, "400ml", 19, 150), (None, "1200ml", 39, 0)],
    "B02": [(None, "one size", 29, 300)],
}
PRODUCTS = {
    "Y915": ("破壁机 Y915", "high-speed blender Y915", "appliances", None),
    "L18": ("料理机 L18", "food processor L18", "appliances", None),
    "M500": ("厨师机 M500", "stand mixer M500", "appliances", None),
    "D20": ("豆浆机 D20", "soy milk maker D20", "appliances", None),
    "R30": ("电饭煲 R30", "rice cooker R30", "appliances", None),
    "K17": ("电热水壶 K17", "electric kettle K17", "appliances", None),
    "H3": ("加湿器 H3", "humidifier H3", "appliances", None),
    "V15": ("烤箱 V15", "oven V15", "appliances", None),
    "V32": ("烤箱 V32", "oven V32", "appliances", None),
    "J01": ("直筒牛仔裤 J01", "straight jeans J01", "clothing", "true"),
    "W05": ("轻薄羽绒服 W05", "light down jacket W05", "clothing", "small"),
    "U36": ("宽松T恤 U36", "loose T-shirt U36", "clothing", "large"),
    "S60": ("纯棉四件套 S60", "cotton bedding set S60", "home", None),
    "FB08": ("玻璃保鲜盒 FB08", "glass food box FB08", "home", None),
    "B02": ("防水围裙 B02", "waterproof apron B02", "clothing", None),
}


def sku(product: str, colour: str | None, size: str | None) -> str:
    return "-".join(part for part in (product, colour, size) if part)


def _product(id: str) -> s.Product:
    zh, en, category, fit = PRODUCTS[id]
    variants = []
    for colour, size, price, stock, *more in VARIANTS[id]:
        back, gone = (*more, None, False)[:2] if len(more) < 2 else more
        variants.append(s.Variant(sku(id, colour, size), id, colour, size, Decimal(price), stock, back, bool(gone)))
    return s.Product(id, pair(zh, en), (), category, fit, tuple(variants))


CAPABILITIES = [
    ("Y915", "knead_dough", "limited", pair("面粉最多 200 克", "at most 200 g of flour"), ("M500",)),
    ("Y915", "soy_milk", "yes", pair("约 28 分钟", "about 28 minutes"), ()),
    ("Y915", "baby_food", "yes", pair("", ""), ()),
    ("L18", "knead_dough", "limited", pair("面粉最多 300 克", "at most 300 g of flour"), ("M500",)),
    ("L18", "soy_milk", "no", pair("它没有加热功能", "it does not heat"), ("D20", "Y915")),
    ("M500", "knead_dough", "yes", pair("200 克到 1.5 公斤", "200 g to 1.5 kg"), ()),
    ("D20", "soy_milk", "yes", pair("干豆 25 分钟", "dry beans 25 minutes"), ()),
    ("K17", "keep_warm", "no", pair("烧开就断电", "it switches off"), ()),
    ("W05", "machine_wash", "no", pair("羽绒会结团", "the down clumps"), ()),
    ("J01", "machine_wash", "yes", pair("翻面冷水", "inside out, cold"), ()),
    ("J01", "stretch", "limited", pair("2% 氨纶", "2 % elastane"), ()),
    ("U36", "stretch", "yes", pair("", ""), ()),
    ("W05", "stretch", "yes", pair("一点点", "a little"), ()),
    ("S60", "pilling", "limited", pair("洗二十次后有一点", "a little after twenty washes"), ()),
    ("U36", "pilling", "no", pair("做过抗起球处理", "it is treated against it"), ()),
]
SIZE_ROWS = {
    "J01": [("28", (158, 166), (50, 56), None), ("29", (160, 168), (55, 61), None), ("30", (163, 172), (60, 66), None)],
    "W05": [("S", (155, 162), (43, 50), None), ("M", (160, 167), (49, 57), None), ("L", (165, 172), (56, 65), None)],
    "U36": [("M", (160, 170), (50, 63), None), ("L", (168, 177), (61, 73), None)],
    "R30": [("3L", None, None, (1, 3)), ("4L", None, None, (2, 5)), ("5L", None, None, (4, 8))],
    "D20": [("1.2L", None, None, (1, 4))],
    "S60": [("1.5m", None, None, None), ("1.8m", None, None, None)],
}
NOTES = {
    "1.5m": pair("被套 200×230 厘米", "quilt cover 200×230 cm"),
    "1.8m": pair("被套 220×240 厘米", "quilt cover 220×240 cm"),
}
HOURS = {
    "sales": s.Opening("daily", time(9), time(22), True),
    "bulk": s.Opening("daily", time(9), time(22), True),
    **{
        queue: s.Opening("working_days", time(9), time(18), True)
        for queue in ("tracking", "refund", "aftersale", "complaint")
    },
}
QUEUES = {
    "bulk_order": "bulk",
    "track_parcel": "tracking",
    "request_refund": "refund",
    "product_problem": "aftersale",
    "complaint": "complaint",
}


def make_shop(**changes) -> s.Shop:
    """The small shop, with any of its parts changed."""
    parts = dict(
        name=pair("禾禾家", "Hehe Home"),
        about=pair("厨电和服装", "appliances and clothing"),
        genuine=pair("品牌自营，全新正品", "our own shop, new and genuine"),
        timezone="Asia/Shanghai",
        products={id: _product(id) for id in PRODUCTS},
        categories=words(
            word("appliances", "小家电", "appliances"),
            word("clothing", "服装", "clothing"),
            word("home", "家居用品", "home goods"),
        ),
        colours=COLOURS,
        capability_names=words(
            word("knead_dough", "和面", "knead dough"),
            word("soy_milk", "打豆浆", "make soy milk"),
            word("baby_food", "做辅食", "make baby food"),
            word("keep_warm", "保温", "keep warm"),
            word("machine_wash", "机洗", "be machine washed"),
            word("fly", "飞", "fly"),
            word("stretch", "有弹力", "stretch", kind="trait"),
            word("pilling", "起球", "pill", kind="trait"),
        ),
        attributes=words(
            word("power", "功率", "power"),
            word("noise", "噪音", "noise"),
            word("fit", "版型", "fit"),
            word("colour", "颜色", "colours"),
            word("size", "尺码", "sizes"),
            word("capacity", "容量", "capacity"),
        ),
        topics=words(word("clean", "清洁", "cleaning"), word("wash", "洗涤", "washing")),
        capabilities={(p, c): s.Capability(p, c, v, limit, instead) for p, c, v, limit, instead in CAPABILITIES},
        specs=(
            s.Spec("Y915", None, "power", pair("1000 瓦", "1000 W")),
            s.Spec("Y915", None, "noise", pair("78 分贝", "78 dB")),
            s.Spec("L18", None, "power", pair("300 瓦", "300 W")),
            s.Spec("R30", "3L", "power", pair("500 瓦", "500 W")),
            s.Spec("R30", "4L", "power", pair("700 瓦", "700 W")),
        ),
        size_rows={
            id: tuple(s.SizeRow(id, size, h, w, p, NOTES.get(size, pair("", ""))) for size, h, w, p in rows)
            for id, rows in SIZE_ROWS.items()
        },
        usage={
            ("Y915", "clean"): s.Usage("Y915", "clean", pair("冲洗后开自清洗", "rinse and run the self-clean programme")),
            ("W05", "wash"): s.Usage("W05", "wash", pair("手洗或干洗", "hand wash or dry clean")),
        },
        shipping=s.Shipping(
            origin=pair("杭州", "Hangzhou"),
            cut_off=time(16),
            zones=(
                s.Zone(pair("江浙沪皖", "nearby"), ("33", "31", "32", "34"), (1, 2)),
                s.Zone(pair("偏远", "far"), ("65", "54", "63", "64", "15"), (5, 8)),
                s.Zone(pair("其他地区", "the rest"), ("rest",), (2, 4)),
            ),
            couriers=(
                s.Courier("zto", pair("中通", "ZTO"), ("中通",), None),
                s.Courier("yto", pair("圆通", "YTO"), ("圆通",), None),
                s.Courier("sf", pair("顺丰", "SF Express"), ("顺丰",), Decimal(12)),
            ),
            couriers_not_used=("京东", "ems"),
            free_from=Decimal(59),
            postage=Decimal(8),
            postage_by_province={"65": Decimal(15), "54": Decimal(15)},
            not_served=("81", "82", "71", "abroad"),
        ),
        offers=s.Offers(Decimal(299), Decimal(20), (s.Gift("M500", pair("打蛋器", "an egg whisk")),), ("双12", "black friday")),
        payment=s.Payment(
            accepted=(
                word("alipay", "支付宝", "Alipay"),
                word("bank_card", "银行卡", "bank card"),
                word("huabei", "花呗", "Huabei"),
            ),
            refused=(word("cash_on_delivery", "货到付款", "cash on delivery"),),
            instalments=s.Instalments(pair("花呗", "Huabei"), (3, 6), Decimal(299)),
        ),
        policies=s.Policies(
            return_days=7,
            return_exceptions={"B02": pair("洗过不能退", "not once washed")},
            warranty_years={"appliances": 1},
            warranty_parts=(s.PartWarranty(pair("电机", "motor"), 3, ("Y915", "L18", "M500")),),
            fault_days=15,
            invoice_days=30,
            special_invoice_words=("专票", "special vat"),
        ),
        people=s.People(QUEUES, HOURS, pair("人工在线", "people are online"), pair("人工{when}上班", "people are back {when}")),
        handover=s.Handover(bulk_from=10, misunderstandings=2, sure_enough=0.3, few_left=5),
        card=s.CardWords(
            headline={r: pair(f"{r}｜{{wants}}｜{{about}}｜{{offer}}", r) for r in REASONS},
            suggested={r: pair(f"您的{{wants}}（{r}）", f"your {{wants}} ({r})") for r in REASONS},
            nothing_said=pair("未说明商品", "no product named"),
            unnamed=pair("宝贝", "your item"),
        ),
        version="small",
    )  # fmt: skip
    return s.Shop(**{**parts, **changes})


SHOP = make_shop()


@dataclass
class FakeInventory:
    """The opening stock, changed by `sold`; `down` makes it unreachable, `missing` and `uncounted` make holes.

    `available` says whether a SKU can be bought, `prices` what it costs, as a shop's own system may.
    """

    shop: s.Shop = SHOP
    sold: dict[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()
    down: bool = False
    available: dict[str, bool] = field(default_factory=dict)
    prices: dict[str, Decimal] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def stock(self, skus: tuple[str, ...]) -> dict[str, Stock]:
        self.asked.append(skus)
        if self.down:
            raise InventoryError("no line")
        return {sku: self._stock(sku) for sku in skus if sku in self.shop.by_sku and sku not in self.missing}

    def _stock(self, sku: str) -> Stock:
        variant = self.shop.by_sku[sku]
        left = None if sku in self.uncounted else self.sold.get(sku, variant.opening_stock)
        more = self.available.get(sku), self.prices.get(sku)
        return Stock(sku, left, variant.back_in_days, variant.discontinued, EVENING, "inventory", *more)


class FakeCalendar:
    """Weekends are off; Spring Festival is that of 2026."""

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5

    def is_public_holiday(self, day: date) -> bool:
        return False

    def spring_festival(self, year: int) -> tuple[date, date]:
        return date(year, 2, 16), date(year, 2, 21)


def make_desk(now: datetime = EVENING, shop: s.Shop = SHOP, **inventory) -> Desk:
    """Prices are asked of the inventory where `prices` are given."""
    held = FakeInventory(shop, **inventory)
    return Desk(shop, held, FakeCalendar(), now, prices=held if "prices" in inventory else None)
