"""Fixtures of the API's tests: partners of a live product."""

import api_lending
import factories
import pytest


@pytest.fixture
def partner(champion):
    """Give a partner whose key may do everything."""
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
