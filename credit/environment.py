"""What this process was told by its environment, typed and in one place."""

import os
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent
_HOW_WRITTEN = "In a password, @ is written %40, / %2F, : %3A, # %23 and % %25."
VAR = Path(os.environ.get("EVENHAND_VAR") or CHECKOUT / "var").resolve()


class EnvironmentRefused(ImproperlyConfigured):
    """A variable holds what it cannot; its value is not told, for it may hold a password."""


class Environment(BaseSettings):
    """Real variables win over the file that the running product leaves for people at a prompt."""

    model_config = SettingsConfigDict(
        env_file=VAR / "environment", env_ignore_empty=True, extra="ignore"
    )

    database_url: str = "postgresql:///evenhand"
    owner_database_url: str = ""
    celery_broker_url: str = "redis://127.0.0.1:6379/0"
    secret_key: str = ""
    allowed_hosts: str = "127.0.0.1,localhost"
    evenhand_https: bool = True
    evenhand_proxies: str = ""  # networks of the proxies in front, whose word for a caller counts
    evenhand_debug: bool = False
    evenhand_engine: Literal["local", "dask"] = "local"
    evenhand_dask_scheduler: str = ""
    evenhand_webhook_keys: str = ""
    evenhand_webhook_networks: str = ""
    evenhand_metrics_token: str = ""
    evenhand_address: str = ""  # of the pages, as people reach them; for links in mails
    evenhand_mail_host: str = ""  # without it and without a folder, no mail leaves
    evenhand_mail_port: PositiveInt = 587
    evenhand_mail_tls: Literal["starttls", "tls", "none"] = "starttls"
    evenhand_mail_user: str = ""
    evenhand_mail_password: str = ""
    evenhand_mail_from: str = "evenhand@localhost"
    evenhand_mail_folder: str = ""  # mails are files there: for trying it out
    evenhand_alert_webhook: str = ""  # the lender's own address for alerts
    evenhand_keep_alerts_months: PositiveInt = 36  # after they are resolved, those without a case
    evenhand_shadows: NonNegativeInt = 2  # versions of a product in shadow at once
    evenhand_shadow_queue: PositiveInt = 1000  # decisions that wait in a process for its shadows
    evenhand_shadow_busy: NonNegativeInt = 1  # they rest while more requests are under way
    evenhand_rate_per_second: PositiveInt = 100  # requests of a key without a limit of its own
    evenhand_rate_burst: PositiveInt = 200
    evenhand_pages_per_second: PositiveInt = 5  # requests of a signed-in person
    evenhand_pages_burst: PositiveInt = 100
    evenhand_keep_decisions_months: PositiveInt = 36
    evenhand_keep_audit_months: PositiveInt = 84  # never less than decisions
    evenhand_slo: Path = CHECKOUT / "loadtests" / "slo.toml"
    evenhand_processor_hour: NonNegativeFloat = 0.05  # what an hour of one processor costs
    evenhand_processor_currency: str = "EUR"
    port: int = 8000

    @property
    def hosts(self) -> list[str]:
        """The host names this product answers to."""
        return _several(self.allowed_hosts)

    @property
    def webhook_keys(self) -> list[str]:
        """The keys that secrets of webhooks are derived from, the one for new secrets first."""
        return _several(self.evenhand_webhook_keys)


def told() -> Environment:
    """Read what this process was told.

    Raises
    ------
    EnvironmentRefused
        A variable holds what it cannot.
    """
    try:
        return Environment()
    except ValidationError as wrong:
        said = [f"{str(each['loc'][0]).upper()}: {each['msg']}" for each in wrong.errors()]
    raise EnvironmentRefused(f"{'; '.join(said)}.")


def _several(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def database(url: str, *, variable: str = "DATABASE_URL", options: str = "") -> dict[str, object]:
    """Say to Django what a `postgresql://` address says; `?host=/socket/dir` included.

    Raises
    ------
    EnvironmentRefused
        It is no such address; `variable` held it.

    Examples
    --------
    >>> database("postgresql://web:pw@/evenhand?host=/run/pg")["HOST"]
    '/run/pg'
    """
    parts = _parts(url, variable)
    known = {
        "NAME": str(parts.pop("dbname", "")),
        "USER": str(parts.pop("user", "")),
        "PASSWORD": str(parts.pop("password", "")),
        "HOST": str(parts.pop("host", "")),
        "PORT": str(parts.pop("port", "")),
    }
    theirs = str(parts.pop("options", ""))
    return {
        "ENGINE": "credit.postgresql",
        **known,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            # A server that went without a word, as with its machine, is noticed within seconds
            # also by who keeps a connection and is not watched over (decision record 13).
            "tcp_user_timeout": 10_000,  # milliseconds
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            # Without a number no statement is ever prepared, whoever asks; it is for cursors that
            # bind on the server, which Django's own do not.
            "prepare_threshold": 5,
            **parts,
            "options": f"{theirs} {options}".strip(),
        },
    }


def _parts(url: str, variable: str) -> dict[str, object]:
    """Take an address apart; a slash in a password would make the rest of it a database's name."""
    try:
        parts: dict[str, object] = {**conninfo_to_dict(url)}
    except ProgrammingError:  # whose words hold the address
        parts = {"port": "none"}
    ports = str(parts.get("port") or "0").split(",")
    if "@" in str(parts.get("dbname")) or not all(map(str.isdecimal, ports)):
        raise EnvironmentRefused(
            f"{variable} is no address of a PostgreSQL database, such as "
            f"postgresql://USER:PASSWORD@HOST:5432/NAME. {_HOW_WRITTEN}"
        )
    return parts


def broker(url: str) -> str:
    """Give the broker's address, or refuse one of which a later error would tell a part."""
    try:
        for each in url.split(";"):
            urlsplit(each).port  # noqa: B018 - raises
    except ValueError:
        url = ""
    if "://" not in url:
        raise EnvironmentRefused(
            "CELERY_BROKER_URL is no address of a broker, such as redis://:PASSWORD@HOST:6379/0. "
            f"{_HOW_WRITTEN}"
        )
    return url
