"""Places of China down to the county, and countries, as words to match: built from maintained libraries' tables."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from functools import lru_cache

ABROAD = "abroad"
_PROVINCES_EN = {
    "11": "Beijing", "12": "Tianjin", "13": "Hebei", "14": "Shanxi", "15": "Inner Mongolia", "21": "Liaoning",
    "22": "Jilin", "23": "Heilongjiang", "31": "Shanghai", "32": "Jiangsu", "33": "Zhejiang", "34": "Anhui",
    "35": "Fujian", "36": "Jiangxi", "37": "Shandong", "41": "Henan", "42": "Hubei", "43": "Hunan",
    "44": "Guangdong", "45": "Guangxi", "46": "Hainan", "50": "Chongqing", "51": "Sichuan", "52": "Guizhou",
    "53": "Yunnan", "54": "Tibet", "61": "Shaanxi", "62": "Gansu", "63": "Qinghai", "64": "Ningxia",
    "65": "Xinjiang", "71": "Taiwan", "81": "Hong Kong", "82": "Macau",
}  # fmt: skip
"""English names by GB/T 2260 code; the Chinese ones come from the library."""

_ALSO_EN = {
    "xizang": "54",
    "neimenggu": "15",
    "neimeng": "15",
    "hongkong": "81",
    "hk": "81",
    "macao": "82",
    "urumqi": "65",
    "lhasa": "54",
}
_ALSO_ZH = {
    "内蒙": "15",
    "广西省": "45",
    "新疆省": "65",
    "西藏省": "54",
    "宁夏省": "64",
    "江浙沪": "33",
    "港澳台": "81",
    "港澳": "81",
    "珠三角": "44",
    "东北": "21",
}
_ALSO_ABROAD = (
    "海外",
    "国外",
    "境外",
    "overseas",
    "abroad",
    "usa",
    "the us",
    "uk",
    "the uk",
    "america",
    "england",
    "europe",
    "oz",
    "aussie",
    "korea",
    "vietnam",
    "russia",
    "dubai",
    "london",
    "new york",
)
_AMBIGUOUS = {
    "朝鲜族",
    "城区",
    "市区",
    "郊区",
    "矿区",
    "新城",
    "和平",
    "东方",
    "兴隆",
    "中山",
    "大同",
    "白云",
    "海口",
    "黄山",
}
_PLAIN_WORDS = {
    "和平", "东方", "兴隆", "白云", "海洋", "新城", "城区", "郊区", "矿区", "平安", "永安", "长安", "东风", "向阳", "友好", "新华", "桥西", "桥东",
    "红旗", "前进", "建设", "合作", "民主", "团结", "光明", "温泉", "河口", "安定", "大通", "中方", "中江", "高明", "蓝田", "英德", "文成",
    "青白", "开平", "安全", "富裕", "长宁", "宁静", "礼县", "成功", "保税", "高新", "金水", "中原", "大方", "通过", "上海路", "东山", "西山", "大东", "和田玉",
}  # fmt: skip
"""County names without their ending that are ordinary words; these count only with the ending (和平区)."""


def place_words() -> Iterator[tuple[str, dict[str, str]]]:
    """Each word for a place with {"province", "name_zh", "name_en"}; provinces first, then cities, counties, countries."""
    seen: set[str] = set()
    for word, place in _all():
        if word and word not in seen:
            seen.add(word)
            yield word, place


def _all() -> Iterator[tuple[str, dict[str, str]]]:
    china, pinyin = _china()
    for name, province in china.items():
        code = province["_admin_code"][:2]
        place = {"province": code, "name_zh": _alias(province), "name_en": _PROVINCES_EN[code]}
        for word in (name, _alias(province), _PROVINCES_EN[code].lower()):
            yield word, place
    for word, code in {**_ALSO_EN, **_ALSO_ZH}.items():
        zh = next(_alias(p) for p in china.values() if p["_admin_code"][:2] == code)
        named = word if word in _ALSO_ZH else zh
        yield word, {"province": code, "name_zh": named, "name_en": _PROVINCES_EN[code]}
    for province in china.values():
        yield from _cities(province, pinyin)
    for province in china.values():
        for _, city in _parts(province):
            yield from _counties(province, city)
    yield from _countries()


def _cities(province: dict, pinyin) -> Iterator[tuple[str, dict[str, str]]]:
    code = province["_admin_code"][:2]
    for name, city in _parts(province):
        latin = pinyin(_alias(city))
        place = {"province": code, "name_zh": _alias(city), "name_en": latin.capitalize()}
        yield name, place
        if len(_alias(city)) > 1:
            yield _alias(city), place
        if len(latin) > 5:
            yield latin, place


def _counties(province: dict, city: dict) -> Iterator[tuple[str, dict[str, str]]]:
    code = province["_admin_code"][:2]
    for name, county in _parts(city):
        place = {"province": code, "name_zh": name, "name_en": _PROVINCES_EN[code]}
        yield name, place
        alias = _alias(county)
        if len(alias) > 1 and alias not in _PLAIN_WORDS | _AMBIGUOUS:
            yield alias, place


def _countries() -> Iterator[tuple[str, dict[str, str]]]:
    import pycountry

    for country in pycountry.countries:
        if country.alpha_2 in ("CN", "HK", "MO", "TW"):
            continue
        english = getattr(country, "common_name", country.name).split(",")[0]
        yield english.lower(), {"province": ABROAD, "name_zh": english, "name_en": english}
    for chinese in _countries_zh():
        yield chinese, {"province": ABROAD, "name_zh": chinese, "name_en": "abroad"}
    for word in _ALSO_ABROAD:
        name = word if word.isascii() else "abroad"
        yield word, {"province": ABROAD, "name_zh": word, "name_en": name}


def _parts(unit: dict) -> list[tuple[str, dict]]:
    return [(name, part) for name, part in unit.items() if not name.startswith("_")]


def _alias(unit: dict) -> str:
    alias = unit["_alias"]
    return alias[0] if isinstance(alias, list) else alias


@lru_cache(maxsize=1)
def _china():
    """jionlp's table of provinces, cities and counties, and its pinyin. It prints a banner, which is swallowed."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        import jionlp

    table = jionlp.china_location_loader(detail=False)

    def pinyin(text: str) -> str:
        return re.sub(r"[^a-z]", "", "".join(jionlp.pinyin(text, formater="simple")).replace("v", "u"))

    return table, pinyin


def _countries_zh() -> list[str]:
    import jionlp

    return [name for continent in jionlp.world_location_loader().values() for name in continent if name != "中国"]
