"""Places of China down to the county, and countries, as words to match: built from maintained libraries' tables.

A place is {"province", "name_zh", "name_en"} and, as far as its word says, "city" and "county". `province` is its two-digit
code (GB/T 2260), `abroad`, or empty where a name stands in several provinces (西湖区) and nothing beside it says which.
"""

from __future__ import annotations

import contextlib
import gettext
import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot.nlu.typos import dictionary_words, of_sending

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
    "魔都": "31",
    "帝都": "11",
}
_ABROAD_EN = ("overseas", "abroad")
_ABROAD_ZH = ("海外", "国外", "境外")
_ALSO_COUNTRIES = {
    "usa": "US", "the us": "US", "the states": "US", "america": "US", "uk": "GB", "the uk": "GB", "england": "GB", "britain": "GB", "korea": "KR",
    "aussie": "AU", "澳洲": "AU", "vietnam": "VN", "russia": "RU", "macedonia": "MK",
}  # fmt: skip
_NAMES_ZH = {
    "KH": "柬埔寨", "BD": "孟加拉国", "KG": "吉尔吉斯斯坦", "MT": "马耳他", "BA": "波黑", "SL": "塞拉里昂", "GT": "危地马拉",
    "BO": "玻利维亚", "TT": "特立尼达和多巴哥", "CD": "刚果(金)", "CG": "刚果(布)",
}  # fmt: skip
"""Where the table of translations has no usual name."""

_ALSO_CITIES = {"dubai": ("迪拜", "Dubai"), "london": ("伦敦", "London"), "new york": ("纽约", "New York")}
_ALSO_CITIES |= {"europe": ("欧洲", "Europe"), "欧洲": ("欧洲", "Europe")}
_PLAIN_ZH = {"汉堡", "罗马"}
_PLAIN_EN = {"jersey", "jordan", "chad", "hami", "puer", "jian", "dali", "luan", "yili", "kashi"}
"""Names of cities and countries that shoppers say of other things."""

_CITIES_EN = {
    "拉萨市": "Lhasa", "乌鲁木齐市": "Urumqi", "呼和浩特市": "Hohhot", "哈尔滨市": "Harbin", "齐齐哈尔市": "Qiqihar",
    "鄂尔多斯市": "Ordos", "喀什地区": "Kashgar", "吐鲁番市": "Turpan", "日喀则市": "Shigatse", "西安市": "Xi'an",
}  # fmt: skip
"""Cities whose English name is not their pinyin."""

_BEST_KNOWN = {"suzhou": "苏州市", "fuzhou": "福州市"}
"""Which city is meant by letters that fit several; taizhou and yichun may be either."""

_DIRECT = "直辖"
"""Stands in the table for the city of counties that have none."""

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
    "青白", "开平", "安全", "富裕", "长宁", "宁静", "礼县", "成功", "保税", "高新", "金水", "中原", "大方", "管理区", "示范区", "高新区", "经开区", "新区", "东区", "西区", "通过", "上海路", "东山", "西山", "大东", "和田玉",
}  # fmt: skip
"""County names without their ending that are ordinary words; these count only with the ending (和平区)."""


Place = dict[str, str]


def place_words() -> Iterator[tuple[str, Place]]:
    """Each word with each place that it names; provinces first, then cities, counties, countries."""
    seen: set[tuple[str, ...]] = set()
    for word, place in _all():
        key = (word, place["province"], place.get("city", ""), place.get("county", ""))
        if word and key not in seen:
            seen.add(key)
            yield word, place


def _all() -> Iterator[tuple[str, Place]]:
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
        for name, city in _parts(province):
            yield from _counties(province, name, city, pinyin)
    yield from _countries()


def _cities(province: dict, pinyin) -> Iterator[tuple[str, Place]]:
    for name, city in _parts(province):
        if _DIRECT in name:
            continue
        latin = pinyin(_alias(city).removesuffix("市"))
        english = _CITIES_EN.get(name, latin.capitalize())
        place = {**_in_province(province), "name_zh": _alias(city), "name_en": english, "city": name}
        yield name, place
        if len(_alias(city)) > 1:
            yield _alias(city), place
        if len(latin) > 3 and latin not in _PLAIN_EN and _BEST_KNOWN.get(latin, name) == name:
            yield latin, place
        if name in _CITIES_EN:
            yield english.lower(), place
            yield english.lower().replace("'", ""), place


def _counties(province: dict, city_name: str, city: dict, pinyin) -> Iterator[tuple[str, Place]]:
    """Counties; in English a county goes by its city, the only name of it that is known."""
    known = _in_province(province)
    if _alias(city) != _alias(province) and _DIRECT not in city_name:
        latin = pinyin(_alias(city).removesuffix("市")).capitalize()
        known["name_en"] = _CITIES_EN.get(city_name, latin)
    for name, county in _parts(city):
        if name in _PLAIN_WORDS:
            continue
        alias = _alias(county)
        place = {**known, "name_zh": name, "city": city_name, "county": name}
        if _DIRECT in city_name:
            place["name_en"] = pinyin(alias).capitalize()
        yield name, place
        if len(alias) > 1 and alias not in _PLAIN_WORDS | _AMBIGUOUS:
            yield alias, place


def _in_province(province: dict) -> Place:
    code = province["_admin_code"][:2]
    return {"province": code, "name_en": _PROVINCES_EN[code]}


def _countries() -> Iterator[tuple[str, Place]]:
    named = _named_countries()
    for english, chinese in named.values():
        if english.lower() not in _PLAIN_EN:
            yield english.lower(), _abroad(chinese, english)
        yield chinese, _abroad(chinese, english)
    for word, code in _ALSO_COUNTRIES.items():
        yield word, _abroad(named[code][1], named[code][0])
    usual = {chinese for _, chinese in named.values()}
    for chinese in set(_countries_zh()) - usual:
        longer = [english for english, known in named.values() if chinese in known]
        yield chinese, _abroad(chinese, longer[0] if len(longer) == 1 else "abroad")
    yield from _cities_abroad({chinese: english for english, chinese in named.values()})
    for word, names in _ALSO_CITIES.items():
        yield word, _abroad(*names)
    for word in _ABROAD_EN:
        yield word, _abroad("海外", "abroad")
    for word in _ABROAD_ZH:
        yield word, _abroad(word, "abroad")


def _cities_abroad(english: dict[str, str]) -> Iterator[tuple[str, Place]]:
    """The larger cities of countries that buyers write from, by their Chinese names."""
    import jionlp

    for continent in jionlp.world_location_loader().values():
        for country, known in continent.items():
            if country != "中国" and country in english and known.get("main_city"):
                for city in {known["capital"], *known["main_city"]} - _PLAIN_ZH - {country}:
                    yield city, {**_abroad(city, english[country]), "county": city}


def _named_countries() -> dict[str, tuple[str, str]]:
    """English and Chinese names by alpha-2 code (ISO 3166-1), all but China's own parts."""
    import pycountry

    chinese = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["zh_CN"], fallback=True).gettext
    found = {}
    for country in pycountry.countries:
        if country.alpha_2 not in ("CN", "HK", "MO", "TW"):
            common = getattr(country, "common_name", country.name)
            known = chinese(common) if chinese(common) != common else chinese(country.name)
            found[country.alpha_2] = (common.split(",")[0], _NAMES_ZH.get(country.alpha_2, known))
    return found


def _abroad(chinese: str, english: str) -> Place:
    return {"province": ABROAD, "name_zh": chinese, "name_en": english, "city": english}


# --- several names in one message --------------------------------------------------------------------------------

_BETWEEN = re.compile(r"[\s,，、的/·-]{0,2}")

MOST_NAMES = 4
"""A place is said in so many names at most: province, city, county, and one of them again."""

Span = tuple[int, int, tuple[Place, ...]]
"""Start and end in folded text, and all places that the words there name."""

Named = tuple[int, int, str, tuple[Place, ...]]
"""The same with the entity's name between them, as phrases are found."""


def settle_places(text: str, spans: Iterable[Span]) -> list[tuple[int, int, Place]]:
    """The places that are meant: neighbouring names of which one lies in the other are one place (杭州西湖区).

    Two names of which neither lies in the other are two places. A name of several places is the one that lies in another
    place of the message, else the largest; where that leaves several provinces, the province stays empty.
    """
    runs: list[list[Span]] = []
    for span in sorted(spans, key=lambda s: s[:2]):
        if (
            runs
            and len(runs[-1]) < MOST_NAMES
            and _BETWEEN.fullmatch(text[runs[-1][-1][1] : span[0]])
            and _together([*runs[-1], span])
        ):
            runs[-1].append(span)
        else:
            runs.append([span])
    merged = [(run[0][0], run[-1][1], _together(run)) for run in runs]
    sure = [places[0] for _, _, places in merged if len({p["province"] for p in places}) == 1]
    return [(start, end, _the_place(places, sure)) for start, end, places in merged]


def _together(run: list[Span]) -> tuple[Place, ...]:
    """The places that all names of a run may mean together, each as precise as the run says."""
    found = _largest(run[0][2]) if len(run) == 1 else run[0][2]
    for _, _, places in run[1:]:
        joined = [_joined(a, b) for a in found for b in places if _lies_in(a, b) or _lies_in(b, a)]
        found = tuple(place for i, place in enumerate(joined) if place not in joined[:i])
    return found


def _joined(a: Place, b: Place) -> Place:
    wide, narrow = (a, b) if _lies_in(b, a) else (b, a)
    names = wide["name_zh"], narrow["name_zh"]
    name = names[1] if names[1].startswith(names[0]) else "".join(names)
    return {**narrow, "name_zh": name}


def _lies_in(place: Place, wide: Place) -> bool:
    same = place["province"] == wide["province"]
    return same and all(level not in wide or wide[level] == place.get(level) for level in ("city", "county"))


def _largest(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """Of a province, a city and a county of one name, the first."""
    levels = [len({"city", "county"} & set(place)) for place in places]
    return tuple(place for place, level in zip(places, levels) if level == min(levels))


def _the_place(places: tuple[Place, ...], others: list[Place]) -> Place:
    narrowed = [p for p in places for other in others if other is not p and _lies_in(p, other)] or list(places)
    if len({p["province"] for p in narrowed}) == 1:
        return narrowed[0]
    return {"province": "", "name_zh": places[0]["name_zh"], "name_en": places[0]["name_en"]}


# --- the libraries' tables ---------------------------------------------------------------------------------------


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


# --- names that are other words too ------------------------------------------------------------------------------

_OF_A_PLACE = re.compile(r"(?:省|市|区|县|州|盟|旗|镇|人|话|那边|这边|地区|当地|本地|全境)")
_FULL_NAME = re.compile(r"[省市区县州盟旗]$")
_ALSO_VERBS = {"开封"}


def without_other_words(text: str, found: Iterable[Named]) -> list[Named]:
    """Those that are places where they stand: not over the end of another word (上高铁, 大理石台面) or the beginning of
    one (中山装); the short name of a county beside another place or words of sending alone (洞口 is a hole as well)."""
    found = list(found)
    word_at = {at: word for word in (dictionary_words(text) if found else ()) for at in range(*word)}
    found = [one for one in found if text[one[0] : one[1]].isascii() or not _cuts_a_word(word_at, *one[:2])]
    starts, ends = {start for start, _, _, _ in found}, {end for _, end, _, _ in found}
    kept = []
    for start, end, name, places in found:
        alone = not (text[start:end].isascii() or ends & {start, start - 1} or starts & {end, end + 1})
        ordinary = alone and _is_ordinary(text[start:end], places) and not of_sending(text, start, end)
        if not (ordinary or (alone and _is_in_a_word(text, word_at, start, end))):
            kept.append((start, end, name, places))
    return kept


def _cuts_a_word(word_at: dict[int, tuple[int, int]], start: int, end: int) -> bool:
    words = {word_at[start], word_at[end - 1]}
    return any(word[0] < start < word[1] < end or start < word[0] < end < word[1] for word in words)


def _is_in_a_word(text: str, word_at: dict[int, tuple[int, int]], start: int, end: int) -> bool:
    """A word of two places (上海浦东) is none but those; whoever asks has looked for a place beside it."""
    word = word_at[start]
    return word[0] <= start and end < word[1] and not _OF_A_PLACE.match(text, end)


def _is_ordinary(name: str, places: tuple[Place, ...]) -> bool:
    return name in _ALSO_VERBS or (all("county" in place for place in places) and not _FULL_NAME.search(name))
