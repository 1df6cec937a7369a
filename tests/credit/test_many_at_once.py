"""Many considered at once come out as each would alone, on every step of the ladder."""

import factories
import pytest

from credit import considering, ladder, serving
from credit.actions import batch_runs
from credit.models import Alert, Decision
from scoring.engine import Engine, EngineFailed
from scoring.features import InputRefused
from scoring.sessions import GraphFailed

pytestmark = pytest.mark.django_db
AT = factories.AT
BODIES = [
    factories.body(**said)
    for said in (
        *(factories.REFERRED, factories.APPROVED, factories.AUTOMATIC, factories.DECLINED),
        {"features__housing": "castle"},
    )
]


def told(considered):
    if isinstance(considered, InputRefused):
        return str(considered)
    return considered.figures, considered.verdict, considered.status, considered.values


def alone(body):
    try:
        found = considering.consider(product="consumer-loan", partner=None, body=body, at=AT)
    except InputRefused as refused:
        return told(refused)
    return told(found)


def together(bodies=BODIES):
    terms = serving.terms("consumer-loan", at=AT)
    each = considering.consider_each(terms, bodies, partner=None, at=AT)
    return [told(considered) for considered in each]


def routes():
    return [each[0]["route"] for each in together(BODIES[:4])]


def test_the_champion_scores_them_to_the_same_bits(champion):
    assert together() == [alone(body) for body in BODIES]
    assert routes() == ["champion"] * 4
    assert together([]) == []


@pytest.fixture
def unloadable(champion, own_store):
    """Leave the champion without its file; there is none before it."""
    return champion


def test_without_the_champion_the_scorecard_scores_them_all(unloadable):
    assert together() == [alone(body) for body in BODIES]
    assert routes() == ["scorecard"] * 4


def test_the_last_rung_is_a_person(unloadable, no_scorecard):
    assert together() == [alone(body) for body in BODIES]
    assert routes() == ["none"] * 4


def test_a_row_that_the_champion_fails_at_takes_no_other_down(champion, monkeypatch):
    score = Engine.score

    def scored(self, values):
        if values["duration_months"] == 48:
            raise EngineFailed("the model answered what cannot be true")
        return score(self, values)

    monkeypatch.setattr(Engine, "score", scored)
    monkeypatch.setattr(
        Engine, "score_each", lambda *_, **__: scored(None, {"duration_months": 48})
    )

    assert routes() == ["champion", "champion", "champion", "scorecard"]


def test_where_the_bootstrap_models_fail_together_each_is_asked_alone(champion, monkeypatch):
    def fail(*_, **__):
        raise GraphFailed("too many at once")

    expected = [alone(body) for body in BODIES]
    monkeypatch.setattr(considering, "assess_each", fail)

    assert together() == expected

    monkeypatch.setattr(ladder, "is_asked", lambda *_: True)
    monkeypatch.setattr(ladder, "assess", fail)
    assert all("a person decides" in each[0]["warnings"][0] for each in together(BODIES[:4]))


def test_a_batch_goes_down_the_ladder_and_raises_one_alert_for_its_rows(champion, monkeypatch):
    def gone(_hash):
        raise serving.ModelUnavailable("bundle_missing", "The bundle is gone.")

    terms = serving.terms("consumer-loan", at=AT)
    serving.scorecard_of(terms.version)  # read here: a test's rows are seen by no other thread
    monkeypatch.setattr(serving, "engine_of", gone)
    factories.batch(factories.ndjson(*BODIES))

    batch_runs.work(clock=lambda: AT)

    decided = Decision.objects.select_related("application__score")
    assert {each.application.score.route for each in decided} == {"scorecard"}
    assert {each.automatic for each in decided} == {""}
    assert (Alert.objects.get().cause, Alert.objects.get().times) == ("bundle_missing", 1)
    assert len(decided) == 4
