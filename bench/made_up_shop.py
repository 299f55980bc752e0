"""A made-up shop of any size: its names, other names, model numbers, colours and sizes belong to nobody."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from bot.adapters.shop_files import load_shop
from bot.core.shop import Product, Shop, Variant

_LOOKS = {
    "轻奢": "elegant", "复古": "retro", "简约": "plain", "北欧": "nordic", "日式": "japanese", "加厚": "thick", "加绒": "fleece",
    "宽松": "loose", "修身": "slim", "折叠": "folding", "便携": "portable", "迷你": "mini", "大号": "giant", "家用": "family",
    "商用": "shop", "车载": "car", "户外": "outdoor", "儿童": "kids", "学生": "student", "办公": "office", "静音": "hushed",
    "智能": "smart", "双层": "double", "三层": "triple", "无线": "wireless", "磁吸": "magnetic", "多用": "versatile", "夏季": "summer",
}  # fmt: skip
_STUFFS = {
    "纯棉": "cotton", "亚麻": "linen", "羊绒": "cashmere", "真丝": "silk", "牛皮": "leather", "帆布": "canvas", "竹编": "bamboo",
    "实木": "oak", "陶瓷": "ceramic", "铸铁": "iron", "硅胶": "silicone", "玻璃": "glass", "黄铜": "brass", "藤编": "rattan",
    "珊瑚绒": "coral", "天丝": "tencel", "钛钢": "titanium", "尼龙": "nylon", "乳胶": "latex", "羽绒": "down",
}  # fmt: skip
_THINGS = {
    "收纳箱": "storage bin", "餐桌": "dining table", "书架": "bookshelf", "台布": "tablecloth", "抱枕": "cushion", "地毯": "rug", "窗帘": "curtain",
    "衬衫": "shirt", "风衣": "trench coat", "马甲": "waistcoat", "手套": "gloves", "围巾": "scarf", "帽子": "hat", "拖鞋": "slippers",
    "双肩包": "backpack", "钱包": "wallet", "雨伞": "umbrella", "水壶": "flask", "茶杯": "teacup", "砂锅": "casserole", "砧板": "chopping board",
    "菜刀": "kitchen knife", "挂钟": "wall clock", "花瓶": "vase", "相框": "photo frame", "香炉": "incense burner", "烛台": "candlestick",
    "跑步机": "treadmill", "哑铃": "dumbbell", "瑜伽垫": "yoga mat", "帐篷": "tent", "睡袋": "sleeping bag", "鱼竿": "fishing rod",
    "吉他": "guitar", "笔记本": "notebook", "钢笔": "fountain pen", "鼠标垫": "mouse pad", "键盘": "keyboard", "音箱": "speaker",
    "耳机": "headphones", "投影仪": "projector", "吸尘器": "vacuum cleaner", "除湿机": "dehumidifier", "缝纫机": "sewing machine",
    "婴儿车": "pram", "积木": "building bricks", "拼图": "puzzle", "狗窝": "dog bed", "猫砂盆": "litter tray", "鱼缸": "fish tank",
}  # fmt: skip
_CHARACTERS = (
    "云岚雅沐棠溪澜汐芷蘅朗曜霁昀珩琅玥璟瑶琦枫桐楠梓柏榆槿荷莲菱蔓葵苒茉兰蕙薇萱芸茗荔"
    "鹿鹤鸢鸽燕雁鲸鲤狐兔麋骏骥翎羽翼帆舟航渔汀洲渡湾屿崖峦峰岱岳嵩昆仑漠瀚沧渊泽湖潭泉"
)
_SYLLABLES = [c + v for c in "bdfghjklmnprstvz" for v in ("a", "e", "i", "o", "u", "ai", "or", "en")]
_LETTERS = "ABCDEFGHJKNPQRTUVWYZ"
_SIZES = ("S", "M", "L", "XL", "26", "27", "28", "500ml", "1L", "1.5m", "90cm", "one size")


def make_shop(shop: Shop, count: int) -> Shop:
    """`shop` with made-up products up to `count` in all; the same ones for the same count."""
    chance = random.Random(count)
    products = dict(shop.products)
    while len(products) < count:
        made = _product(_model(chance, len(products)), chance, shop)
        products.setdefault(made.id, made)
    return replace(shop, products=products, version=f"made up, {count}")


def _model(chance: random.Random, number: int) -> str:
    """VK0317, B-20455, QT88Pro: letters and digits that are never twice the same."""
    letters = "".join(chance.choices(_LETTERS, k=chance.choice((1, 2, 2, 3))))
    return f"{letters}{chance.choice(('', '', '-'))}{number:05d}{chance.choice(('', '', '', 'Pro', 'X'))}"


def _product(model: str, chance: random.Random, shop: Shop) -> Product:
    (look, look_en), (stuff, stuff_en), (thing, thing_en) = (
        chance.choice(list(words.items())) for words in (_LOOKS, _STUFFS, _THINGS)
    )
    series, series_en = "".join(chance.choices(_CHARACTERS, k=2)), "".join(chance.choices(_SYLLABLES, k=3))
    name = {"zh": f"{series}{look}{stuff}{thing} {model}", "en": f"{series_en} {look_en} {stuff_en} {thing_en} {model}"}
    also_called = (f"{stuff}{thing}", thing, f"{series}{thing}", f"{stuff_en} {thing_en}", thing_en)
    colours = chance.sample(list(shop.colours), 2)
    sizes = chance.sample(_SIZES, 2)
    variants = tuple(
        Variant(f"{model}-{colour}-{size}", model, colour, size, Decimal(chance.randrange(9, 999)), 5, None, False)
        for colour in colours
        for size in sizes
    )
    return Product(model, name, also_called, chance.choice(list(shop.categories)), None, variants)


def write_shop(source: Path, folder: Path, count: int) -> None:
    """A copy of the shop's folder with made-up products up to `count` in its tables."""
    shutil.copytree(source, folder)
    shop = load_shop(source)
    made = [p for p in make_shop(shop, count).products.values() if p.id not in shop.products]
    _append(folder / "products.csv", (_product_row(p) for p in made))
    _append(folder / "variants.csv", (_variant_row(v) for p in made for v in p.variants))


def _append(path: Path, rows: Iterable[list[str]]) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _product_row(product: Product) -> list[str]:
    chinese = [name for name in product.also_called if not name.isascii()]
    english = [name for name in product.also_called if name.isascii()]
    return [
        product.id,
        product.name["zh"],
        product.name["en"],
        "|".join(chinese),
        "|".join(english),
        product.category,
        "",
    ]


def _variant_row(variant: Variant) -> list[str]:
    return [
        variant.sku,
        variant.product,
        variant.colour or "",
        variant.size or "",
        str(variant.list_price),
        str(variant.opening_stock),
        "",
        "",
    ]
