"""An address that is none is refused in a sentence, which tells nothing of what it holds."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from credit import environment
from credit.environment import EnvironmentRefused

DATABASES = [
    "s3cret",
    "mysql://bob:s3cret@host/evenhand",
    "postgresql://bob:s3cret@[host/evenhand",
    "postgresql://bob:s3cret%zz@host/evenhand",
    "postgresql://bob:s3cret@host:port/evenhand",
    "postgresql://bob:s3cret/more@host/evenhand",
    "postgresql://bob:77/s3cret@host/evenhand",
    "postgresql://bob:s3cret@host/evenhand?s3cret=1",
]
BROKERS = [
    "s3cret",
    "redis://:s3cret/more@host:6379/0",
    "redis://:s3cret@[host:6379/0",
    "redis://:good@host:6379/0;redis://:s3cret@host:port/0",
]


@pytest.mark.parametrize("address", DATABASES)
def test_no_database_has_such_an_address(address):
    with pytest.raises(EnvironmentRefused, match=r"^OWNER_DATABASE_URL is no address") as refused:
        environment.database(address, variable="OWNER_DATABASE_URL")

    _tells_nothing(refused.value)


@pytest.mark.parametrize("address", BROKERS)
def test_no_broker_has_such_an_address(address):
    with pytest.raises(EnvironmentRefused, match=r"^CELERY_BROKER_URL is no address") as refused:
        environment.broker(address)

    _tells_nothing(refused.value)


def _tells_nothing(refused):
    assert "s3cret" not in str(refused)
    assert "%40" in str(refused)
    assert refused.__suppress_context__ or refused.__context__ is None


@pytest.mark.parametrize(
    "address",
    [
        *("postgresql:///evenhand", "postgresql://", "host=db port=5432 dbname=evenhand"),
        *("postgresql://bob:p%40ss%2Fword@a:5432,b:5433/evenhand", "postgres://bob@[::1]/evenhand"),
    ],
)
def test_addresses_that_libpq_takes_are_taken(address):
    assert environment.database(address)["ENGINE"] == "credit.postgresql"


@pytest.mark.parametrize(
    "address",
    [
        *("redis://127.0.0.1:6379/0", "rediss://:p%2Fw@host/0", "sentinel://a:1;sentinel://b:2"),
        *("pgmq://bob@host/evenhand", "memory://"),
    ],
)
def test_brokers_that_celery_takes_are_taken(address):
    assert environment.broker(address) == address


@pytest.mark.parametrize(
    ("name", "value"), [("EVENHAND_ENGINE", "spark"), ("EVENHAND_MAIL_PORT", "s3cret")]
)
def test_another_variable_is_named_without_its_value(monkeypatch, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(EnvironmentRefused, match=f"^{name}: Input should be") as refused:
        environment.told()

    assert value not in str(refused.value)


def test_a_command_says_it_in_one_line():
    refused = subprocess.run(
        [sys.executable, "manage.py", "products"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": DATABASES[1]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("DATABASE_URL is no address of a PostgreSQL database")
    assert refused.stderr.count("\n") == 1
