"""People who type commands, and the product that is live when they do."""

import factories
import pytest


@pytest.fixture
def people(db):
    factories.user("model_developer", username="dana")
    factories.user("model_validator", username="vera")
    factories.user("officer", username="olga")
    return {"--by": "dana", "--approved-by": "vera"}


@pytest.fixture
def live(champion, people):
    return champion
