"""Reads the environment and builds the adapters. Nothing else reads it, and nothing else decides which adapter is real."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import tempfile
from datetime import timezone
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.adapters.chinese_calendar import ChineseCalendar
from bot.adapters.clock import SetClock, SystemClock
from bot.adapters.inventories.configured import ConfiguredInventory
from bot.adapters.inventories.rules import read_stock
from bot.adapters.inventories.source import Source
from bot.adapters.live_shop import LiveShop
from bot.adapters.sqlite_inventory import SqliteInventory
from bot.core.content import Finding, Tree
from bot.core.types import Language
from bot.ports import Calendar, Clock, SettingError, ShopFileError
from bot.services.common import Desk
from bot.settings import ROOT, Settings, reached, read_settings, unknown

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from bot.adapters.agents import Agents
    from bot.adapters.chatwoot.client import Client
    from bot.adapters.database import Database
    from bot.adapters.forgetting import Forgetting
    from bot.adapters.other_fronts import OtherFronts
    from bot.adapters.rasa_client import Rasa
    from bot.adapters.rasa_standby import Standby
    from bot.content.inbox import Inbox
    from bot.content.workbench import Workbench
    from bot.front.chatwoot import Chatwoot
    from bot.front.conversations import Conversations

SPARE = 1.0
"""Seconds beside those that a buyer waits for Rasa, after which a message that another front took is answered here."""


@lru_cache(maxsize=1)
def settings() -> Settings:
    return read_settings(os.environ)


def unknown_settings() -> list[str]:
    """Variables that look like settings and are none."""
    return unknown(os.environ)


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
def inventory() -> ConfiguredInventory:
    """The system that the shop's stock.yml names, or the embedded one; another folder of facts has another file of it.

    Raises ShopFileError where stock.yml is wrong.
    """
    shop = hashlib.sha256(str(settings().shop).encode()).hexdigest()[:8]
    embedded = SqliteInventory(settings().data / f"inventory-{shop}.sqlite", live_shop().current, clock())
    return ConfiguredInventory(settings().shop, embedded, live_shop().current, clock(), os.environ)


def shop_system(folder: Path) -> Source:
    """The system that the stock.yml of a folder names. Raises ShopFileError where that is wrong or missing."""
    read = read_stock(folder, os.environ, clock(), timezone.utc)
    if read is None:
        raise ShopFileError([f"{folder / 'stock.yml'} names no shop system; name one in it (docs/stock-sources.md)."])
    return read.source


def desk() -> Desk:
    """The ports of one turn, at the present time in the shop's zone."""
    shop = live_shop().current()
    now = clock().now().astimezone(ZoneInfo(shop.timezone))
    return Desk(shop, inventory(), calendar(), now, prices=inventory() if inventory().gives_prices else None)


@lru_cache(maxsize=1)
def database() -> Database:
    """The conversations, brought up to date. Imported here, because Rasa and the actions need none of it."""
    from bot.adapters.database import Database
    from bot.adapters.migrations import migrate

    settings().data.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Database(settings().database_url)
    migrate(made)
    return made


@lru_cache(maxsize=1)
def workbench() -> Workbench:
    """The content: its draft, its versions, and what makes them live. Imported here, because Rasa and the actions need none of it."""
    from bot.adapters.content import Content
    from bot.adapters.content_disk import Disk
    from bot.adapters.recent import recent_dialogues
    from bot.content.publishing import Publisher
    from bot.content.workbench import Workbench
    from bot.workbench.measured import measured_lines

    given = settings()
    commits = given.content_git.lower() == "yes"
    publisher = Publisher(Content(database()), Disk(ROOT, given.shop), standby(), given.models, clock(), commits)
    recent = partial(recent_dialogues, database())
    lines = partial(measured_lines, ROOT)
    return Workbench(publisher, given.data / "content", ROOT / "tests", lines, recent, rasa().understood)


@lru_cache(maxsize=1)
def inbox() -> Inbox:
    """What buyers asked of late and were not answered well."""
    from bot.adapters.inbox import InboxBook
    from bot.content.inbox import Inbox

    def trees() -> tuple[Tree, Tree]:
        return workbench().draft_tree(), workbench().live_tree()

    return Inbox(InboxBook(database()), trees, live_shop().current, clock())


def live_findings() -> list[Finding]:
    """What the checks say of the live files. Needs no database."""
    from bot.adapters.content_disk import Disk
    from bot.content.checks import check
    from bot.workbench.measured import measured_lines

    return check(Disk(ROOT, settings().shop).read(), test_lines=measured_lines(ROOT), today=clock().now().date())


@lru_cache(maxsize=1)
def standby() -> Standby:
    """Which Rasa serves."""
    from bot.adapters.rasa_standby import Standby

    return Standby(settings().data, settings().rasa_port, reached(settings().private_host))


@lru_cache(maxsize=1)
def rasa() -> Rasa:
    """The line to the Rasa of this machine that serves, or to the workers on others."""
    from bot.adapters.rasa_client import RasaClient
    from bot.adapters.rasa_workers import RasaWorkers

    given = settings()
    make = partial(RasaClient, actions_url=given.actions_url, token=rasa_token(), seconds=given.reply_seconds)
    return RasaWorkers(given.workers, make) if given.workers else make(standby().url)


def other_fronts() -> OtherFronts | None:
    """The line to the other fronts, None where this is the only one."""
    from bot.adapters.other_fronts import OtherFronts

    return OtherFronts(settings().redis_url, secret("session")) if settings().redis_url else None


def forgetting() -> Forgetting:
    """What is kept of buyers, to be exported and erased."""
    from bot.adapters.forgetting import Forgetting

    return Forgetting(database(), pictures_folder())


def pictures_folder() -> Path:
    return settings().data / "pictures"


def secret(name: str, length: int = 32) -> str:
    """A secret of this installation, of `length` random bytes: made at first use, kept in a folder for its owner alone.
    Of two processes that make it at once, one does. Raises SettingError where it is not there and cannot be made."""
    path = settings().secrets_folder / f"{name}.secret"
    try:
        if not path.is_file():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # readable by its owner alone
                file.write(secrets.token_urlsafe(length))
                file.flush()
                with contextlib.suppress(FileExistsError):
                    os.link(file.name, path)
        return path.read_text().strip()
    except OSError as error:
        raise SettingError(f"The secret {path} is not there and cannot be made ({error.strerror}).") from error


def rasa_token() -> str:
    """The token of the line between front, Rasa and actions. Raises SettingError where they listen to a network with none
    that was given: each process would make one of its own."""
    given = settings()
    if not given.is_private and not given.rasa_token and not (given.secrets_folder / "rasa_token.secret").is_file():
        raise SettingError(
            f"NIGHTDESK_PRIVATE_HOST is “{given.private_host}”: Rasa and the actions would listen to a network without a "
            "token. Set NIGHTDESK_RASA_TOKEN, the same for all processes, or put rasa_token.secret into NIGHTDESK_SECRETS."
        )
    return given.rasa_token or secret("rasa_token")


def api_token() -> str:
    return settings().api_token or secret("api_token")


def widget_secret() -> str:
    """With it a shop signs its users, so that they find their conversation on another device (docs/website.md)."""
    return secret("widget")


def make_secrets() -> None:
    """Makes what is missing, before several processes start that share them. Raises SettingError."""
    for make in (api_token, rasa_token, widget_secret, first_password, chatwoot_path, channels_path):
        make()
    secret("session")


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


def chatwoot_client(bot_token: str = "") -> Client:
    """Chatwoot's API. Raises SettingError where its address or account is not set."""
    from bot.adapters.chatwoot.client import Client

    given = settings()
    if not re.fullmatch(r"https?://[^\s<>()\[\]\"'|]{1,200}", given.chatwoot_url):
        raise SettingError(
            f"NIGHTDESK_CHATWOOT_URL is “{given.chatwoot_url}”; an address such as https://chat.example is wanted."
        )
    if given.chatwoot_account < 1:
        raise SettingError(f"NIGHTDESK_CHATWOOT_ACCOUNT is {given.chatwoot_account}; the account's number is wanted.")
    token = bot_token or given.chatwoot_token
    return Client(given.chatwoot_url, given.chatwoot_account, token, given.chatwoot_agent_token)


def chatwoot_path() -> str:
    """The last part of the webhook's address, which nobody can guess."""
    return secret("chatwoot_path", 24)


def channels_path() -> str:
    """A part of the addresses that channels' services send to, which nobody can guess: not all of them sign."""
    return secret("channels_path", 24)


def chatwoot(conversations: Conversations, rasa: Rasa) -> Chatwoot | None:
    """The agent bot; None where Chatwoot is not set. Raises SettingError."""
    from bot.adapters.chatwoot.book import Book
    from bot.desk.shown import Sight
    from bot.front.chatwoot import HELD, Chatwoot
    from bot.front.chatwoot_steps import Carrying

    given = settings()
    if not given.chatwoot_url:
        return None
    if not given.chatwoot_token:
        raise SettingError("NIGHTDESK_CHATWOOT_TOKEN is empty; `nightdesk chatwoot setup` tells the agent bot's token.")
    if given.chatwoot_language not in ("zh", "en"):
        raise SettingError(f"NIGHTDESK_CHATWOOT_LANGUAGE is “{given.chatwoot_language}”; zh or en is wanted.")
    language: Language = "en" if given.chatwoot_language == "en" else "zh"

    def sight() -> Sight:
        at = desk()
        return Sight(at.shop, at.calendar, at.now, language)

    client, book = chatwoot_client(), Book(database(), given.chatwoot_account)
    carrying = Carrying(client, book, given.chatwoot_teams_by_queue, sight)
    named = (given.chatwoot_account, chatwoot_path(), given.chatwoot_secret)
    held = HELD if given.redis_url else None
    return Chatwoot(client, book, carrying, conversations, *named, ready=rasa.ready, held=held)


def front_app() -> Starlette:
    """The front over real adapters. Imported here, because Rasa and the actions need none of it."""
    from bot.adapters.agents import Agents
    from bot.adapters.buyers import Buyers
    from bot.adapters.handoffs import Handoffs
    from bot.adapters.night import Nights
    from bot.adapters.outbox import Outbox
    from bot.adapters.owing import Owing
    from bot.adapters.robots import Robots
    from bot.adapters.robots.addresses import Addresses
    from bot.adapters.store import Store
    from bot.adapters.words import Words
    from bot.front.app import Front, make_app
    from bot.front.conversations import Conversations
    from bot.front.limits import Limits
    from bot.front.live import Live
    from bot.front.minding import Minding
    from bot.front.pictures import Pictures
    from bot.front.site import Site
    from bot.front.telling import Telling
    from bot.workbench.bench import Bench
    from bot.workbench.trial import Trial

    store, agents, handoffs, others = Store(database()), Agents(database()), Handoffs(database()), other_fronts()
    live = Live(others)
    _save_lead(agents)
    if settings().is_alone:
        workbench().recover()
    outbox, robots = (
        Outbox(database()),
        Robots(Addresses(settings().robots_file), public=not settings().private_webhooks),
    )
    words = Words(ROOT / "domain.yml")
    trial = Trial(settings().data / "content" / "trying", settings().models, lambda: standby().serving().get("model"))
    patience = settings().reply_seconds + SPARE if others else 0.0
    conversations = Conversations(store, rasa(), words, desk, clock(), live, Owing(database()), patience)
    return make_app(
        Front(
            store=store,
            handoffs=handoffs,
            agents=agents,
            outbox=outbox,
            live=live,
            rasa=rasa(),
            words=words,
            shop=live_shop(),
            clock=clock(),
            calendar=calendar(),
            conversations=conversations,
            pictures=Pictures(pictures_folder(), store),
            api_token=api_token(),
            secret=secret("session"),
            telling=Telling(outbox, robots, live_shop().current, clock(), calendar(), settings().public_address),
            site=Site(
                Buyers(database()),
                widget_secret(),
                settings().frame_ancestors,
                settings().demo,
            ),
            limits=Limits(settings().buyer_limit, settings().address_limit, settings().api_limit, others=others),
            metrics_token=settings().metrics_token,
            minding=Minding(Nights(database()), handoffs, outbox, live, desk, forgetting()),
            chatwoot=chatwoot(conversations, rasa()),
            workbench=Bench(workbench(), inbox(), clock(), trial) if settings().is_alone else None,
            others=others,
        )
    )
