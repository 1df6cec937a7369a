"""Pages say by which law a version was judged, and where a place has none."""

import factories
import law_scene
import pytest
from page_words import words_of

from credit.models import Role

LATER = law_scene.LATER


@pytest.fixture
def judged(db, own_store, settings, tmp_path):
    """Let XX have a law whose later pack blocks otherwise."""
    settings.EVENHAND_LAWS = law_scene.laws(tmp_path / "laws", threshold=0.3)
    contract = factories.contract_version(source=law_scene.SOURCE)
    factories.policy(contract)
    factories.promoted(factories.model_version(factories.toy_bundle(), contract=contract))
    return law_scene.candidate(contract)


def test_a_versions_page_says_which_law_changed_and_what_to_do(signed_in, judged, monkeypatch):
    page = f"/console/models/{judged.pk}/"
    before = words_of(signed_in(Role.MODEL_VALIDATOR).get(page))
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)

    after = words_of(signed_in(Role.MODEL_VALIDATOR).get(page))

    assert "By the law of 23 October 2026: XX, in force since" in before
    assert "Have its dossier measured anew" in after
    assert after.count("XX, in force since 22 November 2026") == 2  # the way, and the promotion


def test_a_place_without_a_law_pack_is_told_where_the_product_is_looked_at(
    as_validator, db, own_store
):
    source = factories.SOURCE.replace(b'jurisdictions = ["EU", "DE"]', b'jurisdictions = ["TW"]')
    version = factories.model_version(
        factories.toy_bundle(), contract=factories.contract_version(source=source)
    )

    said = "jurisdictions: there is no law pack of TW on 22 November 2026."
    for page in ("/console/", f"/console/models/{version.pk}/"):
        assert said in words_of(as_validator.get(page))
