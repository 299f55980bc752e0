"""Reads shop/stock.yml: which system holds the stock, and how it is asked. The format: docs/stock-sources.md."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from bot.adapters.inventories.folder import Folder
from bot.adapters.inventories.guarded import Limits
from bot.adapters.inventories.http_json import FIELDS, Ask, HttpJson
from bot.adapters.inventories.reading import NO, YES, Reading
from bot.adapters.inventories.shopify import VERSION, Shopify
from bot.adapters.inventories.source import Source
from bot.adapters.inventories.spelling import Spellings, key
from bot.adapters.inventories.taobao import GATEWAY, HASHES, Taobao
from bot.adapters.inventories.woocommerce import WooCommerce
from bot.adapters.shop_rules import Rules, read_rules
from bot.adapters.shop_tables import Problems, read_table
from bot.ports import Clock, ShopFileError

FILE = "stock.yml"
EMBEDDED = "embedded"
ABOUT_ALL = ("source", "oldest_minutes", "fresh_seconds", "prices", "yes", "no", "skus")
OLDEST_MINUTES = {"folder": 30}
"""How old a fact may be where stock.yml does not say; 2 for the others."""

_SECRET = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_SOUNDS_SECRET = re.compile(r"authori[sz]ation|cookie|secret|token|password|api-?key", re.I)


@dataclass(frozen=True)
class Configured:
    """What stock.yml says, ready to be asked."""

    source: Source = field(repr=False)
    limits: Limits
    reading: Reading
    spellings: Spellings


def read_stock(folder: Path, environment: Mapping[str, str], clock: Clock, zone: tzinfo) -> Configured | None:
    """What the shop's stock.yml says; None where the embedded inventory holds the stock, as it does without the file.

    Raises ShopFileError with every problem found, each with file, line, and what to do. No secret is ever shown.
    """
    if not (folder / FILE).is_file():
        return None
    problems = Problems()
    reader = _Reader(folder, environment, clock, problems)
    made = reader.read(read_rules(folder, FILE, problems), zone)
    if problems:
        raise ShopFileError(list(problems))
    return made


class _Reader:
    def __init__(self, folder: Path, environment: Mapping[str, str], clock: Clock, problems: Problems):
        self._folder, self._environment, self._clock, self._problems = folder, environment, clock, problems
        self._kinds = {
            "http_json": self._http_json,
            "woocommerce": self._woocommerce,
            "shopify": self._shopify,
            "taobao": self._taobao,
            "folder": self._of_folder,
        }

    def read(self, rules: Rules, zone: tzinfo) -> Configured | None:
        kind = rules.text("source")
        if kind == EMBEDDED:
            return None
        if kind not in self._kinds:
            if rules.has("source"):
                rules.wrong("source", f"`source` is “{kind}”; write one of {', '.join((EMBEDDED, *self._kinds))}.")
            return None
        _only(rules, (*ABOUT_ALL, *self._kinds))
        part = rules.part(kind)
        if not part.names():
            return None
        prices = bool(rules.raw("prices", bool, "true or false", False)) if rules.has("prices") else False
        limits = self._limits(rules, kind)
        spellings = self._spellings(rules, kind)
        words = {name: _words(rules, name, known) for name, known in (("yes", YES), ("no", NO))}
        source = self._kinds[kind](part, prices)
        if source is None or limits is None:
            return None
        return Configured(source, limits, Reading(zone, prices, words["yes"], words["no"]), spellings)

    def _limits(self, rules: Rules, kind: str) -> Limits | None:
        oldest = _amount(rules, "oldest_minutes", OLDEST_MINUTES.get(kind, 2), 0.1, 24 * 60)
        fresh = _amount(rules, "fresh_seconds", 30, 0, 300)
        return Limits(oldest=oldest * 60, fresh=min(fresh, oldest * 60))

    def _spellings(self, rules: Rules, kind: str) -> Spellings:
        listed = kind == "taobao"
        if not rules.has("skus"):
            if listed:
                rules.wrong("source", "`skus` is missing: Taobao is asked by sku_id; name the column that holds it.")
            return Spellings()
        part = rules.part("skus")
        _only(part, ("column", "file", "case"))
        case = part.text("case") if part.has("case") else "as_is"
        if case not in ("as_is", "upper", "lower"):
            part.wrong("case", f"`case` is “{case}”; write as_is, upper or lower.")
        theirs: dict[str, str] = {}
        if part.has("column") or listed:
            column, file = part.text("column"), part.text("file") if part.has("file") else "variants.csv"
            for row in read_table(self._folder, file, ("sku", column), self._problems) if column else ():
                ours, their = row.text("sku"), row.text(column, needed=False)
                if theirs.get(key(ours), their) != their:
                    row.wrong(f"the sku “{ours}” stands twice with different values of `{column}`; keep one.")
                if their:
                    theirs[key(ours)] = their
        return Spellings(theirs, case, only_listed=listed)

    # --- one kind each --------------------------------------------------------------------------------------------

    def _http_json(self, rules: Rules, prices: bool) -> Source | None:
        _only(rules, ("ask", "most"))
        asks = [self._ask(part) for part in rules.parts("ask")]
        if not asks:
            rules.wrong("ask", "`ask` is missing; write a list of addresses, each with its `fields`.")
        held = {name for ask in asks for name in (*ask.fields, *ask.fixed)}
        if asks and not held & {"quantity", "available"}:
            rules.wrong("ask", "no address gives `quantity` or `available`; without them no stock is known.")
        if prices and not {"price", "currency"} <= held:
            rules.wrong(
                "ask", "`prices` is true: name the fields `price` and `currency` (or `fixed: {currency: CNY}`)."
            )
        most = int(_amount(rules, "most", 50, 1, 1000))
        return HttpJson(asks, most) if asks else None

    def _ask(self, rules: Rules) -> Ask:
        _only(rules, ("address", "method", "headers", "body", "items", "fields", "fixed"))
        fields = rules.part("fields")
        _only(fields, FIELDS)
        paths = {name: path for name in fields.names() if (path := _path(fields, name)) is not None}
        method = rules.text("method") if rules.has("method") else "POST" if rules.has("body") else "GET"
        if method not in ("GET", "POST"):
            rules.wrong("method", f"`method` is “{method}”; write GET or POST.")
        body = rules.raw("body", object, "what is sent", None) if rules.has("body") else None
        fixed = rules.part("fixed") if rules.has("fixed") else None
        if fixed:
            _only(fixed, FIELDS)
        ask = Ask(
            address=self._address(rules, "address", secure=False),
            fields=paths,
            items=_path(rules, "items") if rules.has("items") else None,
            method=method,
            headers=self._headers(rules),
            body=body,
            fixed={name: fixed.text(name) for name in fixed.names()} if fixed else {},
        )
        if not any(mark in f"{ask.address} {body}" for mark in ("{sku}", "{skus}")):
            rules.wrong("address", "nothing says which SKU is asked for; put {sku} or {skus} into the address or body.")
        if not ask.one_by_one and (ask.items is None or "sku" not in paths):
            rules.wrong(
                "address", "{skus} asks for several: name the list in `items` and each one's `fields: {sku: …}`."
            )
        return ask

    def _headers(self, rules: Rules) -> dict[str, str]:
        if not rules.has("headers"):
            return {}
        part = rules.part("headers")
        found = {}
        for name in part.names():
            raw = str(part.raw(name, object, "a text", ""))
            if _SOUNDS_SECRET.search(name) and not _SECRET.search(raw):
                part.wrong(
                    name, f"`{name}` is a secret; write ${{NAME}}, NAME being an environment variable that holds it."
                )
            found[name] = _SECRET.sub(lambda found, name=name: self._variable(part, name, found[1]), raw)  # type: ignore[misc]
            if not (found[name].isascii() and found[name].isprintable()):
                part.wrong(name, f"`{name}` holds a character that no header may hold.")
        return found

    def _woocommerce(self, rules: Rules, prices: bool) -> Source:
        _only(rules, ("address", "key", "secret"))
        return WooCommerce(
            self._address(rules, "address"), self._secret(rules, "key"), self._secret(rules, "secret"), prices
        )

    def _shopify(self, rules: Rules, prices: bool) -> Source:
        _only(rules, ("address", "token", "version"))
        version = rules.text("version") if rules.has("version") else VERSION
        if not re.fullmatch(r"20\d\d-\d\d|unstable", version):
            rules.wrong("version", f"`version` is “{version}”; write one such as {VERSION}, in quotes.")
        return Shopify(self._address(rules, "address"), self._secret(rules, "token"), version)

    def _taobao(self, rules: Rules, prices: bool) -> Source:
        _only(rules, ("key", "secret", "session", "address", "sign_method"))
        hashed = rules.text("sign_method") if rules.has("sign_method") else HASHES[0]
        if hashed not in HASHES:
            rules.wrong("sign_method", f"`sign_method` is “{hashed}”; write one of {', '.join(HASHES)}.")
        address = self._address(rules, "address") if rules.has("address") else GATEWAY
        app_key, secret, session = (self._secret(rules, name) for name in ("key", "secret", "session"))
        return Taobao(app_key, secret, session, self._clock, address, hashed)

    def _of_folder(self, rules: Rules, prices: bool) -> Source:
        _only(rules, ("path", "files", "columns", "currency", "same_sku", "settle_seconds"))
        columns = rules.part("columns")
        _only(columns, FIELDS)
        named = {name: str(columns.raw(name, object, "the column's name", "")) for name in columns.names()}
        if "sku" not in named or not {"quantity", "available"} & set(named):
            rules.wrong("columns", "`columns` names `sku`, and `quantity` or `available`; add what is missing.")
        currency = rules.text("currency") if rules.has("currency") else None
        if prices and not ("price" in named and (currency or "currency" in named)):
            rules.wrong("columns", "`prices` is true: name the column of `price`, and its `currency` (such as CNY).")
        same = rules.text("same_sku") if rules.has("same_sku") else "refuse"
        if same not in ("add", "refuse"):
            rules.wrong("same_sku", f"`same_sku` is “{same}”; write add (several warehouses) or refuse.")
        path = self._folder / Path(rules.text("path")).expanduser()
        if rules.has("path") and not path.is_dir():
            rules.wrong("path", f"there is no folder “{path}”; make it, or correct the path.")
        settle = _amount(rules, "settle_seconds", 5, 0, 600)
        return Folder(path, rules.text("files"), named, currency, same == "add", settle)

    # --- single values --------------------------------------------------------------------------------------------

    def _secret(self, rules: Rules, name: str) -> str:
        raw = rules.raw(name, object, f"${{NAME}}, NAME being the environment variable that holds the {name}", "")
        found = _SECRET.fullmatch(str(raw))
        if found is None:
            if raw:
                rules.wrong(
                    name, f"`{name}` is a secret; write ${{NAME}}, NAME being an environment variable that holds it."
                )
            return ""
        return self._variable(rules, name, found[1])

    def _variable(self, rules: Rules, name: str, variable: str) -> str:
        held = self._environment.get(variable, "").strip()
        if not held:
            rules.wrong(name, f"the environment variable {variable} is not set; set it and start again.")
        return held

    def _address(self, rules: Rules, name: str, secure: bool = True) -> str:
        """A web address. `secure`: a secret goes there, so that only https will do, or this machine."""
        address = rules.text(name)
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
        except ValueError:
            parts, host = urlsplit(""), ""
        right = parts.scheme in ("https", "http") and bool(host) and address.isprintable() and " " not in address
        if rules.has(name) and not right:
            rules.wrong(name, f"`{name}` is no web address; write one such as https://shop.example.")
        elif right and secure and parts.scheme == "http" and not _this_machine(host):
            rules.wrong(
                name, f"`{name}` begins with http://, and a secret would go there for all to read; use https://."
            )
        return address


def _this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _only(rules: Rules, names: tuple[str, ...]) -> None:
    for name in rules.names():
        if name not in names:
            rules.wrong(name, f"`{name}` is not known here; there may be: {', '.join(names)}.")


def _amount(rules: Rules, name: str, default: float, least: float, most: float) -> float:
    value = rules.raw(name, (int, float), "a number", default) if rules.has(name) else default
    if not least <= value <= most:
        rules.wrong(name, f"`{name}` is {value}; write a number from {least:g} to {most:g}.")
    return float(value)


def _words(rules: Rules, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    more = rules.texts(name) if rules.has(name) else ()
    return (*known, *(word.strip().casefold() for word in more))


def _path(rules: Rules, name: str) -> ParsedResult | None:
    raw: Any = rules.raw(name, str, "a path such as data.stock", "")
    if not raw:
        return None
    try:
        return jmespath.compile(raw)
    except JMESPathError:
        rules.wrong(name, f"`{name}` is “{raw}”, which is no path; write one such as data.stock or rows[0].qty.")
        return None
