"""What stands on the shop's own pages: the widget's script, and a page of the demo shop that shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.adapters.buyers import Buyers
from bot.core.formats import money, money_range
from bot.core.shop import Product, Shop

STATIC = Path(__file__).parent / "static"
WORDS = ("open", "open_unread", "close", "dismiss", "news")
"""The words that the widget itself says (static/words.json)."""

SMALLER = [Middleware(GZipMiddleware)]
"""For scripts and pages alone: what holds a secret beside words from outside is not compressed."""

DEMO_PRODUCTS = ("Y915", "M500", "W05", "T500")
"""Those that the demo page has a drawing of."""


@dataclass(frozen=True)
class Site:
    """How the shop's pages may use the chat. `secret` signs the shop's users; `ancestors`: who may frame the chat."""

    buyers: Buyers
    secret: str
    ancestors: str = "*"
    demo: bool = False


def site_routes(site: Site | None) -> list[Route]:
    routes = [Route("/widget.js", widget, middleware=SMALLER)]
    if site is not None and site.demo:
        routes.append(Route("/demo", demo, middleware=SMALLER))
        routes.append(Route("/demo/products", products))
    return routes


@lru_cache(maxsize=1)
def _script() -> str:
    """The script with its words in it: a page that lets in no address but the script's and the frame's can use it."""
    words = json.loads((STATIC / "words.json").read_text(encoding="utf-8"))
    said = {language: {name: words[name][language] for name in WORDS} for language in ("zh", "en")}
    return (STATIC / "widget.js").read_text(encoding="utf-8").replace("__WORDS__", json.dumps(said, ensure_ascii=False))


async def widget(_: Request) -> Response:
    return Response(_script(), media_type="text/javascript", headers={"Cache-Control": "public, max-age=600"})


async def demo(request: Request) -> Response:
    """A product page of the demo shop, as a shop's server would write it."""
    shop, asked = request.app.state.front.shop.current(), request.query_params
    language = "en" if asked.get("lang") == "en" else "zh"
    known = [name for name in DEMO_PRODUCTS if name in shop.products]
    product = asked.get("product") if asked.get("product") in known else known[0]
    words = json.loads((STATIC / "demo.json").read_text(encoding="utf-8"))
    values = {
        "language": language,
        "locale": "en" if language == "en" else "zh-CN",
        "other": "zh" if language == "en" else "en",
        "product": product,
        "shop": shop.name[language],
        "greeting": words["greeting"][language].format(name=shop.products[product].name[language]),
    }
    page = Template((STATIC / "demo.html").read_text(encoding="utf-8"))
    return HTMLResponse(page.substitute({name: escape(value) for name, value in values.items()}))


async def products(request: Request) -> Response:
    """The demo page's products, from the shop's own facts."""
    shop = request.app.state.front.shop.current()
    shown = [_shown(shop.products[name], shop) for name in DEMO_PRODUCTS if name in shop.products]
    offer = {"from": money(shop.offers.off_from), "off": money(shop.offers.off)}
    return JSONResponse({"shop": dict(shop.name), "products": shown, "offer": offer})


def _shown(product: Product, shop: Shop) -> dict[str, Any]:
    """A product as a buyer sees it: name, price, what it comes in, and its values."""
    specs = [spec for spec in shop.specs if spec.product == product.id and spec.attribute in shop.attributes]
    return {
        "id": product.id,
        "name": dict(product.name),
        "price": money_range(v.list_price for v in product.variants),
        "colours": [dict(shop.colours[colour].name) for colour in product.colours],
        "sizes": list(product.sizes),
        "specs": [{"name": dict(shop.attributes[s.attribute].name), "value": dict(s.value)} for s in specs],
    }
