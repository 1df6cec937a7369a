"""Fixtures of the API's tests: partners of a live product."""

import uuid

import api_lending
import factories
import pytest

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


@pytest.fixture
def committed_partner(committed, toy_bundle):
    """Give a partner of a live product, all of it committed."""
    if not ModelVersion.objects.filter(stage="champion").exists():
        factories.live_product(toy_bundle)
    return api_lending.Partner(api_lending.key_of(f"bank-{uuid.uuid4().hex}").key)
