"""Fixtures of the API's tests: partners of a live product."""

import uuid

import api_lending
import factories
import pytest
from django.db import connections

from credit.models import ModelVersion


@pytest.fixture
def partner(champion):
    """Give a partner whose key may do everything."""
    return api_lending.Partner(api_lending.key_of().key)


@pytest.fixture
def early_partner(db):
    """Give a partner for whom there is no product yet: for what is refused before one is asked."""
    return api_lending.Partner(api_lending.key_of().key)


@pytest.fixture
def other_partner(champion):
    return api_lending.Partner(api_lending.key_of("bank-two").key)


@pytest.fixture
def stranger(db):
    return api_lending.Partner()


@pytest.fixture
def application():
    return factories.body


@pytest.fixture(scope="module")
def database_for_commits(django_db_setup, django_db_blocker):
    """Copy the empty test database, for tests that commit: append-only rows cannot be removed."""
    with django_db_blocker.unblock():
        original = connections["owner"].settings_dict["NAME"]
        copy = f"{original}_commits"
        connections.close_all()
        with connections["owner"]._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
        yield copy
        with connections["owner"]._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


@pytest.fixture
def committed(database_for_commits, django_db_blocker):
    """Work on the copy with real commits, from any number of threads."""
    original = connections["owner"].settings_dict["NAME"]
    with django_db_blocker.unblock():
        _use(database_for_commits)
        yield
        _use(original)


def _use(name):
    connections.close_all()
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = name


@pytest.fixture
def committed_partner(committed, toy_bundle):
    """Give a partner of a live product, all of it committed."""
    if not ModelVersion.objects.filter(stage="champion").exists():
        factories.live_product(toy_bundle)
    return api_lending.Partner(api_lending.key_of(f"bank-{uuid.uuid4().hex}").key)
