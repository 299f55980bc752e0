"""Every setting, with its help. Read from the environment by `bot.bootstrap` alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from bot.ports import SettingError

CODE = Path(__file__).resolve().parent.parent
"""The folder that holds the packages."""

INSTALLED = CODE / "bot" / "project"
ROOT = INSTALLED if INSTALLED.is_dir() else CODE
"""The project's own files (config.yml, domain.yml, data/, shop/): beside the packages in a checkout, in one of them where
it is installed (pyproject.toml: force-include)."""

WORK = Path.cwd() if ROOT == INSTALLED else CODE
"""Where what is written goes, and where a shop's own folder is looked for."""

PREFIX = "NIGHTDESK_"
CHANNELS_HOST = "127.0.0.1"
"""Where the channels listen, behind a proxy."""


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


def _shop() -> Path:
    """A folder `shop` where Nightdesk was started, else the demo shop."""
    own = WORK / "shop"
    return own if own.is_dir() else ROOT / "shop"


@dataclass(frozen=True)
class Settings:
    """One field is one variable: `port` is NIGHTDESK_PORT."""

    port: int = _setting(8000, "Port of the front, the only one that the outside reaches.")
    host: str = _setting("127.0.0.1", "Address that the front listens on; 0.0.0.0 opens it to the network.")
    rasa_port: int = _setting(5005, "Port of Rasa, on NIGHTDESK_PRIVATE_HOST.")
    rasa_second_port: int = _setting(5006, "Port of the Rasa that takes over when a model is published.")
    actions_port: int = _setting(5055, "Port of the actions, on NIGHTDESK_PRIVATE_HOST.")
    api_token: str = _setting("", "Bearer token of the API; made at first start and kept in the data folder if empty.")
    desk_password: str = _setting("", "Password of the first agent, `lead`; made at first start if empty.")
    shop: Path = _setting(_shop(), "Folder of the shop's facts; another folder swaps the whole shop.")
    data: Path = _setting(WORK / "var", "Folder for what is written: databases, pictures, secrets.")
    database: str = _setting("", "SQLAlchemy URL of the conversations; a SQLite file in the data folder if empty.")
    clock: str = _setting(
        "",
        "A time such as 2026-11-21T21:30:00+08:00, or a file that holds one and is read at each use; the real time if empty.",
    )
    models: Path = _setting(WORK / "models", "Folder of the trained models.")
    content_git: str = _setting(
        "", "yes: what is published is committed to git as well, with its author's name; not committed if empty."
    )
    robots: str = _setting(
        "", "File with addresses and secrets of the chat groups' robots; robots.yml in the data folder if empty."
    )
    private_webhooks: int = _setting(
        0, "1: robots and webhooks may stand in your own network; 0: only addresses of the internet are told anything."
    )
    public_url: str = _setting(
        "", "Address under which people reach the front (https://desk.example); links in messages to the team need it."
    )
    root_path: str = _setting(
        "", "Path under which a proxy offers the front and which it takes off, such as /desk; none if empty."
    )
    shop_origins: str = _setting(
        "", "Origins of the pages that may show the chat, such as https://shop.example, between spaces; any if empty."
    )
    chatwoot_url: str = _setting(
        "", "Address of Chatwoot (https://chat.example); without it the bot has no part in it."
    )
    chatwoot_account: int = _setting(0, "Number of the account in Chatwoot; it stands in its pages' addresses.")
    chatwoot_token: str = _setting("", "Token of the agent bot in Chatwoot; `nightdesk chatwoot setup` tells it.")
    chatwoot_secret: str = _setting(
        "", "Secret by which Chatwoot signs what it sends the bot; older versions have none."
    )
    chatwoot_agent_token: str = _setting(
        "",
        "Token of an agent in Chatwoot, for reading and for what a bot may not do; an administrator's for the setup.",
    )
    chatwoot_teams: str = _setting("", "Chatwoot's teams by queue, such as sales=3,bulk=4; none are assigned if empty.")
    chatwoot_language: str = _setting("zh", "Language of the card's note in Chatwoot: zh or en.")
    trusted_proxies: str = _setting(
        "127.0.0.1 ::1",
        "Addresses or networks of the proxies in front, between spaces: who a buyer is comes from their X-Forwarded-For.",
    )
    buyer_limit: float = _setting(
        30.0, "Messages a minute that one buyer may send in the chat; 0: as many as they like."
    )
    address_limit: float = _setting(
        600.0, "Messages a minute from one address in the chat, of all its buyers; 0: as many as they like."
    )
    api_limit: float = _setting(1200.0, "Messages a minute of one conversation through the API; 0: any number.")
    logs: str = _setting("logfmt", "How the logs are written: logfmt, or json.")
    metrics_token: str = _setting(
        "", "Bearer token of /metrics; if empty, /metrics answers this machine alone and nobody behind a proxy."
    )
    channels: str = _setting(
        "",
        "File with the credentials of Rasa's connectors (Slack, Telegram …); channels.yml in the data folder if empty.",
    )
    channels_port: int = _setting(5007, "Port where these services' messages come in, on 127.0.0.1, behind your proxy.")
    redis: str = _setting(
        "",
        "Redis (redis://host:6379/0), by which several fronts tell each other what happens; one front alone if empty.",
    )
    rasa_urls: str = _setting(
        "",
        "Rasa workers on other machines (http://rasa:5005), between spaces; a name with several addresses is as many. "
        "The one of this machine if empty.",
    )
    actions: str = _setting("", "The actions on another machine (http://actions:5055); those of this one if empty.")
    private_host: str = _setting(
        "127.0.0.1", "Address that Rasa and the actions listen on; another one needs a token of their line."
    )
    rasa_token: str = _setting(
        "", "Token of the line between front, Rasa and actions; made at first start and kept with the secrets if empty."
    )
    secrets: str = _setting(
        "", "Folder of the secrets (session.secret …), the same for all fronts; the data folder if empty."
    )
    endpoints: str = _setting(
        "",
        "Rasa's endpoints.yml of your own, such as with an event broker (docs/deploying.md); the project's if empty.",
    )
    reply_seconds: float = _setting(4.0, "How long a buyer waits for Rasa before one honest line goes out instead.")

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'nightdesk.sqlite'}"

    @property
    def robots_file(self) -> Path:
        """Raises SettingError where a file is named that is not there."""
        return self._file("ROBOTS", self.robots, "robots.yml")

    @property
    def channels_file(self) -> Path:
        """Raises SettingError where a file is named that is not there."""
        return self._file("CHANNELS", self.channels, "channels.yml")

    def _file(self, setting: str, given: str, usual: str) -> Path:
        named = Path(given).expanduser().resolve()
        if given and not named.is_file():
            raise SettingError(f"{PREFIX}{setting} is “{given}”; there is no such file.")
        return named if given else self.data / usual

    @property
    def public_address(self) -> str:
        """`public_url` without a slash at its end. Raises SettingError where it is no address."""
        if self.public_url and not re.fullmatch(r"https?://[^\s<>()\[\]\"'|]{1,200}", self.public_url):
            raise SettingError(
                f"{PREFIX}PUBLIC_URL is “{self.public_url}”; an address such as https://desk.example is wanted."
            )
        return self.public_url.rstrip("/")

    @property
    def proxies(self) -> list[str]:
        """The proxies that are trusted. Raises SettingError where one is no address."""
        for proxy in self.trusted_proxies.split():
            try:
                ip_network(proxy, strict=False)
            except ValueError:
                raise SettingError(
                    f"{PREFIX}TRUSTED_PROXIES names “{proxy}”; addresses such as 10.0.0.5 or 10.0.0.0/8 are wanted."
                ) from None
        return self.trusted_proxies.split()

    @property
    def log_format(self) -> str:
        """Raises SettingError where it is none that we write."""
        if self.logs not in ("logfmt", "json"):
            raise SettingError(f"{PREFIX}LOGS is “{self.logs}”; logfmt or json is wanted.")
        return self.logs

    @property
    def demo(self) -> bool:
        """Whether the shop is the one that the project ships with; its page shows the widget."""
        return self.shop == ROOT / "shop"

    @property
    def path(self) -> str:
        """`root_path`. Raises SettingError where it is no path."""
        if self.root_path and not re.fullmatch(r"(/[\w.~-]+)+", self.root_path, re.ASCII):
            raise SettingError(f"{PREFIX}ROOT_PATH is “{self.root_path}”; a path such as /desk is wanted.")
        return self.root_path

    @property
    def frame_ancestors(self) -> str:
        """Who may frame the chat, as a content security policy says it. Raises SettingError where one is no origin."""
        for origin in self.shop_origins.split():
            if not re.fullmatch(r"https?://(\*\.)?[\w.-]+(:\d+)?", origin, re.ASCII):
                raise SettingError(
                    f"{PREFIX}SHOP_ORIGINS names “{origin}”; origins such as https://shop.example are wanted, "
                    "without a path."
                )
        return " ".join(("'self'", *self.shop_origins.split())) if self.shop_origins else "*"

    @property
    def chatwoot_teams_by_queue(self) -> dict[str, int]:
        """Raises SettingError where it is of another form."""
        pairs = [pair.strip() for pair in self.chatwoot_teams.split(",") if pair.strip()]
        wrong = [pair for pair in pairs if not re.fullmatch(r"[\w-]{1,40}\s*=\s*\d{1,9}", pair)]
        if wrong:
            raise SettingError(f"{PREFIX}CHATWOOT_TEAMS has “{wrong[0]}”; pairs such as sales=3,bulk=4 are wanted.")
        return {queue.strip(): int(team) for queue, team in (pair.split("=") for pair in pairs)}

    # --- several processes on several machines -------------------------------------------------------------------

    @property
    def redis_url(self) -> str:
        """Raises SettingError where it is no address of a Redis; it is not told, for a password may stand in it."""
        if self.redis and not re.fullmatch(r"(rediss?|unix)://\S+", self.redis):
            raise SettingError(f"{PREFIX}REDIS is no address of a Redis; redis://host:6379/0 is wanted.")
        return self.redis

    @property
    def workers(self) -> tuple[str, ...]:
        """The Rasa workers of other machines. Raises SettingError where one is no address."""
        return tuple(_private_url("RASA_URLS", url) for url in self.rasa_urls.split())

    @property
    def is_alone(self) -> bool:
        """Whether one front with a Rasa of its own is all there is: then it publishes content by itself."""
        return not self.redis and not self.rasa_urls

    @property
    def endpoints_file(self) -> Path:
        """Raises SettingError where a file is named that is not there."""
        file = self._file("ENDPOINTS", self.endpoints, "endpoints.yml")
        return file if self.endpoints else ROOT / "endpoints.yml"

    @property
    def is_private(self) -> bool:
        """Whether Rasa and the actions listen to this machine alone. Raises SettingError where it is no address."""
        try:
            return ip_address(self.private_host).is_loopback
        except ValueError:
            raise SettingError(
                f"{PREFIX}PRIVATE_HOST is “{self.private_host}”; an address such as 127.0.0.1 or 0.0.0.0 is wanted."
            ) from None

    @property
    def secrets_folder(self) -> Path:
        return Path(self.secrets).expanduser().resolve() if self.secrets else self.data

    @property
    def front_url(self) -> str:
        """Where the front is reached from this machine; so are Rasa and the actions below."""
        return f"http://{reached(self.host)}:{self.port}"

    @property
    def rasa_url(self) -> str:
        return self.private_url(self.rasa_port)

    @property
    def actions_url(self) -> str:
        """Raises SettingError where it is no address."""
        return _private_url("ACTIONS", self.actions) if self.actions else self.private_url(self.actions_port)

    def private_url(self, port: int) -> str:
        """Where this machine's Rasa or actions are reached."""
        return f"http://{reached(self.private_host)}:{port}"


def reached(host: str) -> str:
    """The address, as it stands in a URL, by which this machine reaches what listens on `host`: one that stands for all
    addresses is reached by the loopback of its kind."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return str(address) if address.version == 4 else f"[{address}]"


def _private_url(setting: str, url: str) -> str:
    if not re.fullmatch(r"http://[\w.-]+(:\d{1,5})?|http://\[[0-9a-f:]+\](:\d{1,5})?", url, re.ASCII | re.IGNORECASE):
        raise SettingError(f"{PREFIX}{setting} names “{url}”; addresses such as http://rasa:5005 are wanted.")
    return url


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment. Raises SettingError naming the variable, its value and what is wanted."""
    values: dict[str, Any] = {}
    for entry in fields(Settings):
        name = PREFIX + entry.name.upper()
        raw = environment.get(name, "").strip()
        if raw:
            values[entry.name] = _typed(name, raw, type(entry.default))
    return Settings(**values)


def _typed(name: str, raw: str, kind: type[Any]) -> Any:
    if kind is str:
        return raw
    if issubclass(kind, Path):
        return Path(raw).expanduser().resolve()
    try:
        return kind(raw)
    except ValueError:
        wanted = {"int": "a whole number", "float": "a number"}[kind.__name__]
        raise SettingError(f"{name} is “{raw}”; {wanted} is wanted.") from None


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like settings but are none: mostly typing errors."""
    known = {PREFIX + entry.name.upper() for entry in fields(Settings)}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def describe() -> str:
    """The settings as a table for people."""
    lines = []
    for entry in fields(Settings):
        default = entry.default if entry.default != "" else "–"
        if isinstance(default, Path):
            default = f"{default.name}/"
        lines.append(f"{PREFIX + entry.name.upper():26} {entry.metadata['help']} [{default}]")
    return "\n".join(lines)
