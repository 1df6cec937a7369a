"""What each process of the product is told by its environment."""

import os
from dataclasses import dataclass

from services import broker, postgres
from services.broker import Broker
from services.keepsakes import remembered
from services.places import Places, write_atomically
from services.postgres import Postgres

OWNER, WEB, WORKER = "evenhand_owner", "evenhand_web", "evenhand_worker"
SERVER_SWITCHES = ("DATABASE_URL", "OWNER_DATABASE_URL", "CELERY_BROKER_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The database and broker in use: our own, or those that the environment names."""

    places: Places
    postgres: Postgres | None
    broker: Broker | None

    @classmethod
    def prepare(cls, places: Places, *, may_forget: bool = False) -> "Settings":
        """Make ready what the environment does not name a server for."""
        is_named = bool(os.environ.get("DATABASE_URL"))
        return cls(
            places=places,
            postgres=None if is_named else postgres.prepare(places, may_forget=may_forget),
            broker=None if os.environ.get("CELERY_BROKER_URL") else broker.prepare(places),
        )

    def database_url(self, login: str) -> str:
        """Return the address for a login; a given DATABASE_URL serves them all."""
        if self.postgres is not None:
            return self.postgres.url(login)
        given = os.environ["DATABASE_URL"]
        return os.environ.get("OWNER_DATABASE_URL") or given if login == OWNER else given

    def environment(self, login: str) -> dict[str, str]:
        """Return the whole environment of a process that signs in to the database as `login`.

        Only the worker's commands and migrations learn the owner's password, never the web.
        """
        return {**os.environ, "PYTHONUNBUFFERED": "1", **self._ours(login)}

    def _ours(self, login: str) -> dict[str, str]:
        places = self.places
        secret_key = os.environ.get("SECRET_KEY") or remembered(
            places.var / "secret_key", length=50
        )
        broker_url = self.broker.url if self.broker else os.environ["CELERY_BROKER_URL"]
        return {
            "DATABASE_URL": self.database_url(login),
            "OWNER_DATABASE_URL": self.database_url(WEB if login == WEB else OWNER),
            "CELERY_BROKER_URL": broker_url,
            "SECRET_KEY": secret_key,
            "EVENHAND_VAR": str(places.var),
            "EVENHAND_HTTPS": os.environ.get("EVENHAND_HTTPS", "0"),
            "EVENHAND_MAIL_FOLDER": os.environ.get(
                "EVENHAND_MAIL_FOLDER", str(places.var / "mail")
            ),
        }

    def counting_environment(self, login: str) -> dict[str, str]:
        """Return the environment of a process whose counts `/metrics` tells."""
        return {**self.environment(login), "PROMETHEUS_MULTIPROC_DIR": str(self.places.counts)}

    def leave_for_people(self) -> None:
        """Write the file that makes `manage.py` work at a prompt while the product is up."""
        ours = self._ours(WORKER)
        lines = [f"{name}='{value}'\n" for name, value in ours.items() if name != "EVENHAND_VAR"]
        write_atomically(self.places.environment, "".join(lines))


def without_servers() -> dict[str, str]:
    """Return our environment without any server of the user's."""
    return {name: value for name, value in os.environ.items() if name not in SERVER_SWITCHES}
