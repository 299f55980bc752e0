"""Reads the environment and builds the adapters. Nothing else reads it, and nothing else decides which adapter is real."""

from __future__ import annotations

import hashlib
import os
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.adapters.chinese_calendar import ChineseCalendar
from bot.adapters.clock import SetClock, SystemClock
from bot.adapters.live_shop import LiveShop
from bot.adapters.sqlite_inventory import SqliteInventory
from bot.ports import Calendar, Clock
from bot.services.common import Desk
from bot.settings import ROOT, Settings, read_settings

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from bot.adapters.agents import Agents
    from bot.adapters.database import Database


@lru_cache(maxsize=1)
def settings() -> Settings:
    return read_settings(os.environ)


@lru_cache(maxsize=1)
def live_shop() -> LiveShop:
    """Raises ShopFileError where the shop's folder is wrong."""
    return LiveShop(settings().shop)


@lru_cache(maxsize=1)
def clock() -> Clock:
    return SetClock(settings().clock) if settings().clock else SystemClock()


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    return ChineseCalendar()


@lru_cache(maxsize=1)
def inventory() -> SqliteInventory:
    """The shop's own; another folder of facts has another inventory file."""
    shop = hashlib.sha256(str(settings().shop).encode()).hexdigest()[:8]
    return SqliteInventory(settings().data / f"inventory-{shop}.sqlite", live_shop().current, clock())


def desk() -> Desk:
    """The ports of one turn, at the present time in the shop's zone."""
    shop = live_shop().current()
    return Desk(shop, inventory(), calendar(), clock().now().astimezone(ZoneInfo(shop.timezone)))


@lru_cache(maxsize=1)
def database() -> Database:
    """The conversations, brought up to date. Imported here, because Rasa and the actions need none of it."""
    from bot.adapters.database import Database
    from bot.adapters.migrations import migrate

    settings().data.mkdir(parents=True, exist_ok=True)
    made = Database(settings().database_url)
    migrate(made)
    return made


def secret(name: str, length: int = 32) -> str:
    """A secret of this installation, of `length` random bytes: made at first use, kept in the data folder for its owner alone."""
    path = settings().data / f"{name}.secret"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(length))
    return path.read_text().strip()


def api_token() -> str:
    return settings().api_token or secret("api_token")


def first_password() -> str:
    """The password of the first agent, `lead`."""
    return settings().desk_password or secret("desk_password", 9)


def _save_lead(agents: Agents) -> None:
    """A password that is the same stays as it is kept: a new hash would end the sessions that rest on it."""
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    known = agents.find("lead")
    if known is not None and not settings().desk_password:
        return
    try:
        if known is not None and PasswordHasher().verify(known["password"], first_password()):
            return
    except VerificationError:
        pass
    agents.save("lead", PasswordHasher().hash(first_password()), "lead")


def front_app() -> Starlette:
    """The front over real adapters. Imported here, because Rasa and the actions need none of it."""
    from bot.adapters.agents import Agents
    from bot.adapters.handoffs import Handoffs
    from bot.adapters.night import Nights
    from bot.adapters.outbox import Outbox
    from bot.adapters.rasa_client import RasaClient
    from bot.adapters.robots import Robots
    from bot.adapters.robots.addresses import Addresses
    from bot.adapters.store import Store
    from bot.adapters.words import Words
    from bot.front.app import Front, make_app
    from bot.front.conversations import Conversations
    from bot.front.live import Live
    from bot.front.minding import Minding
    from bot.front.pictures import Pictures
    from bot.front.telling import Telling

    store, agents, handoffs, live = Store(database()), Agents(database()), Handoffs(database()), Live()
    _save_lead(agents)
    outbox, robots = Outbox(database()), Robots(Addresses(settings().robots_file))
    rasa = RasaClient(settings().rasa_url, settings().actions_url, secret("rasa_token"), settings().reply_seconds)
    words = Words(ROOT / "domain.yml")
    return make_app(
        Front(
            store=store,
            handoffs=handoffs,
            agents=agents,
            outbox=outbox,
            live=live,
            rasa=rasa,
            words=words,
            shop=live_shop(),
            clock=clock(),
            calendar=calendar(),
            conversations=Conversations(store, rasa, words, desk, clock(), live),
            pictures=Pictures(settings().data / "pictures", store),
            api_token=api_token(),
            secret=secret("session"),
            telling=Telling(outbox, robots, live_shop().current, clock(), calendar(), settings().public_address),
            minding=Minding(Nights(database()), handoffs, outbox, live, desk),
        )
    )
