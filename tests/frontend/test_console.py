import re

import factories
import promotion_scene
import pytest
from django.utils import timezone
from page_words import words_of

from credit.actions import training_runs
from credit.models import ModelVersion, Role, ShadowScore, TrainingRun, User

GATES = [
    {"name": "discrimination", "passed": True, "detail": "AUC 0.79", "blocking": True},
    {"name": "fairness", "passed": False, "detail": "AIR 0.71", "blocking": False},
]

NOTE = {"note": "Figures as expected, parity proved."}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """Nobody listens: a training that was asked for stays a row that waits."""
    monkeypatch.setattr(training_runs, "_tell_worker", lambda _: None)


@pytest.fixture
def candidate(champion, toy_bundle):
    """Register a second version, trained by the worker and not promoted."""
    return version(champion, content=toy_bundle)


def version(champion, **changes):
    worker = User.objects.get(username="learning-worker")
    values = {"contract": champion.contract, "gates": GATES, "trained_by": worker}
    return factories.model_version(**{**values, **changes})


def read(client, address="/console/"):
    return words_of(client.get(address))


def test_versions_are_shown_with_figures_that_say_what_they_stand_on(as_validator, candidate):

    page = read(as_validator)

    assert "0.787 ± 0.030" in page
    assert "1,000 (300)" in page
    assert "out of fold" in page
    assert page.index("consumer-loan/2 Candidate") < page.index("consumer-loan/1 Champion")
    assert "fairness: failed, for a person to judge" in page


def test_a_console_without_a_product_says_how_one_begins(as_validator):
    assert "No product yet" in read(as_validator)


def test_a_product_without_a_model_says_so(as_validator):
    factories.contract_version()

    assert "No model has been trained yet." in read(as_validator)


def test_an_unknown_product_is_404(as_validator, champion):
    assert as_validator.get("/console/", {"product": "no-such"}).status_code == 404


@pytest.mark.parametrize("role", [Role.MODEL_VALIDATOR, Role.MODEL_DEVELOPER])
def test_a_retraining_is_started_and_followed(role, signed_in, champion):
    client = signed_in(role)
    assert 'hx-trigger="every 2s"' not in client.get("/console/").content.decode()

    answer = client.post("/console/", {"product": "consumer-loan"}, follow=True)

    page = answer.content.decode()
    assert "The retraining is on its way." in page
    assert "Waiting for the worker" in page
    assert 'hx-trigger="every 2s"' in page
    assert "Start a retraining" not in page
    assert TrainingRun.objects.get().requested_by_id == int(client.session["_auth_user_id"])


def test_one_retraining_at_a_time(as_validator, champion):
    as_validator.post("/console/", {"product": "consumer-loan"})

    answer = as_validator.post("/console/", {"product": "consumer-loan"}, follow=True)

    assert "is being trained already" in answer.content.decode()
    assert TrainingRun.objects.count() == 1


def test_progress_and_problems_of_trainings_are_shown(as_validator, champion):
    asked = {
        "product": champion.product,
        "requested_by": factories.user(),
        "requested_at": timezone.now(),
    }
    TrainingRun.objects.create(**asked, state="running", step="Fold 12 of 25", share_done=0.46)
    TrainingRun.objects.create(**asked, state="failed", problem="Only 64 bads: 100 are needed.")

    page = as_validator.get("/console/").content.decode()

    assert re.search(r'<progress[^>]*value="0\.46"', page)
    assert "Fold 12 of 25" in page
    assert "Only 64 bads: 100 are needed." in page


def test_a_version_shows_its_gates_its_figures_and_where_it_comes_from(as_validator, candidate):
    page = read(as_validator, f"/console/models/{candidate.pk}/")

    for words in ("discrimination", "AIR 0.71", "whoever signs judges it", "0.787", "± 0.030"):
        assert words in page
    for words in ("1,000, of them 300 bad", "outcomes not yet matured", "22222222"):
        assert words in page


def test_a_version_whose_bundle_cannot_be_read_says_so(as_validator, champion):
    page = read(as_validator, f"/console/models/{version(champion).pk}/")

    assert "Its bundle cannot be used" in page


def test_a_validator_promotes_a_candidate_with_a_note(as_validator, champion, candidate):
    answer = as_validator.post(f"/console/models/{candidate.pk}/", NOTE, follow=True)

    page = answer.content.decode()
    assert "consumer-loan/2 is now the champion." in page
    assert NOTE["note"] in page
    assert ModelVersion.objects.get(pk=champion.pk).stage == "retired"


def test_a_validator_puts_a_candidate_into_shadow_and_takes_it_out(as_validator, candidate):
    address = f"/console/models/{candidate.pk}/"
    assert "Put into shadow" in read(as_validator, address)

    page = words_of(as_validator.post(address, NOTE | {"to": "shadow"}, follow=True))

    assert "consumer-loan/2 is now in shadow." in page
    assert "It has scored no decision yet." in page
    assert "Put into shadow" not in page
    page = words_of(as_validator.post(f"{address}retire/", {"why": "Odd scores."}, follow=True))
    assert "consumer-loan/2 is retired." in page
    assert ModelVersion.objects.get(pk=candidate.pk).stage == "retired"
    assert "Take it out for good" not in page


def test_a_version_whose_policy_asks_for_steps_is_retired_too(as_validator, db):
    candidate = promotion_scene.candidate_of(promotion_scene.live())
    address = f"/console/models/{candidate.pk}/"
    assert "Take it out for good" in read(as_validator, address)

    page = words_of(as_validator.post(f"{address}retire/", {"why": ""}, follow=True))
    assert "Say in a sentence why it is taken out." in page

    page = words_of(as_validator.post(f"{address}retire/", {"why": "Odd."}, follow=True))
    assert "consumer-loan/2 is retired." in page


def test_a_champion_is_retired_with_a_warning(as_validator, champion):
    address = f"/console/models/{champion.pk}/"
    assert "Without a champion every application goes to a person." in read(as_validator, address)

    as_validator.post(f"{address}retire/", {"why": "Odd scores."})

    assert ModelVersion.objects.get(pk=champion.pk).stage == "retired"


def test_only_a_validator_is_offered_to_retire(as_auditor, candidate):
    address = f"/console/models/{candidate.pk}/"
    assert "Take it out for good" not in read(as_auditor, address)
    assert as_auditor.post(f"{address}retire/", {"why": "Odd."}).status_code == 403


def test_a_version_that_was_in_shadow_says_how_it_compares(as_validator, candidate):
    address = f"/console/models/{candidate.pk}/"
    decided = [factories.decide(**asked) for asked in (factories.REFERRED, factories.AUTOMATIC)]
    for each, recommendation in zip(decided, ("decline", "approve"), strict=True):
        ShadowScore.objects.create(
            version=candidate,
            decision_id=each.decision_id,
            pd=each.answer["pd"] + 0.01,
            score=each.answer["score"],
            band=each.answer["band"],
            recommendation=recommendation,
            at=factories.AT,
        )

    page = read(as_validator, address)

    assert "2, of 22 Nov 2026" in page
    assert "+1.00% on average (+1.00% to +1.00%)" in page
    assert "1, 50.0% (9.5% to 90.5%)" in page


def test_a_version_goes_nowhere_that_is_no_stage(as_validator, candidate):
    answer = as_validator.post(f"/console/models/{candidate.pk}/", NOTE | {"to": "candidate"})

    assert answer.status_code == 422


def test_a_promotion_without_a_note_is_422(as_validator, candidate):
    answer = as_validator.post(f"/console/models/{candidate.pk}/", {"note": "  "})

    assert answer.status_code == 422
    assert "Say in a sentence why this version may serve." in answer.content.decode()
    assert ModelVersion.objects.get(pk=candidate.pk).stage == "candidate"


def test_who_trained_it_is_told_why_they_cannot_promote_it(signed_in, champion):
    trainer = factories.user(Role.MODEL_VALIDATOR)
    candidate = version(champion, trained_by=trainer)
    client = signed_in(user=trainer)

    page = read(client, f"/console/models/{candidate.pk}/")
    answer = client.post(f"/console/models/{candidate.pk}/", NOTE)

    assert "needs someone other than its trainer" in page
    assert "Promote to champion" not in page
    assert answer.status_code == 403
    assert "needs someone other than its trainer" in answer.content.decode()
    assert ModelVersion.objects.get(pk=candidate.pk).stage == "candidate"


def test_a_developer_sees_why_and_cannot_promote(signed_in, candidate):
    client = signed_in(Role.MODEL_DEVELOPER)

    assert "Only a model validator may sign for" in read(client, f"/console/models/{candidate.pk}/")
    assert client.post(f"/console/models/{candidate.pk}/", NOTE).status_code == 403


def test_a_failed_blocking_gate_is_named_in_place_of_the_button(as_validator, champion, toy_bundle):
    gate = {"name": "parity", "passed": False, "detail": "differs by 0.2", "blocking": True}
    candidate = version(champion, content=toy_bundle, gates=[gate])

    page = read(as_validator, f"/console/models/{candidate.pk}/")
    answer = as_validator.post(f"/console/models/{candidate.pk}/", NOTE, follow=True)

    assert "did not pass: parity" in page
    assert "did not pass: parity" in answer.content.decode()
    assert ModelVersion.objects.get(pk=candidate.pk).stage == "candidate"


def test_a_bundle_that_is_missing_cannot_be_promoted(as_validator, champion):
    candidate = version(champion)

    answer = as_validator.post(f"/console/models/{candidate.pk}/", NOTE, follow=True)

    assert "cannot serve" in answer.content.decode()


def test_a_figure_that_was_not_measured_is_a_dash(as_validator, champion):
    version(champion, metrics={"auc": {"mean": 0.7, "sd": 0.03}, "ece": {}})

    assert as_validator.get("/console/").status_code == 200


def test_an_unknown_version_is_404(as_validator):
    assert as_validator.get("/console/models/999999/").status_code == 404
