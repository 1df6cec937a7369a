"""A version in shadow scores what the champion decided; nobody is answered by it, or waits."""

import json
import threading
from datetime import timedelta

import factories
import flawed_graphs
import numpy as np
import pytest
import toy_release
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from onnx import numpy_helper
from waiting import LONG, wait_until

from credit import meters, serving, shadow_queue, shadowing, store, tenancy
from credit.actions import model_versions, shadow_scores
from credit.actions.refusals import NotAllowed
from credit.models import Alert, AuditEvent, ModelVersion, ShadowScore
from credit.queries import shadows
from scoring import bundle
from scoring.engine import Engine
from scoring.features import validate

AT = factories.AT
pytestmark = pytest.mark.behind
FAILED = {"name": "parity", "passed": False, "detail": "0.3 points off", "blocking": True}


def bolder(parts):
    """Let the toy see half a logit less of risk in everybody."""
    factor = factories.CONTRACT.scale.factor
    for tensor in parts["tensors"]:
        if tensor.name in {"b", "base"}:
            change = -0.5 if tensor.name == "b" else 0.5 * factor
            value = numpy_helper.to_array(tensor) + np.float32(change)
            tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))


def released(change=bolder, card="A shadow."):
    contract = factories.CONTRACT
    model = toy_release.graph(contract, change=change).SerializeToString()
    content = toy_release.members(contract, model=model) | {"card.md": card.encode()}
    said = json.loads(content["manifest.json"])
    said |= bundle.identity(content, contract=contract)
    return bundle.pack(content | {"manifest.json": json.dumps(said).encode()})


@pytest.fixture(autouse=True)
def _nothing_is_kept():
    shadowing._engines.clear()
    yield
    shadowing._engines.clear()


@pytest.fixture
def champion(db, own_store, toy_bundle):
    return factories.live_product(toy_bundle)


@pytest.fixture
def candidate(champion):
    return factories.model_version(released(), contract=champion.contract)


def into_shadow(version, by=None, at=AT - timedelta(days=1)):
    by = by or factories.user("model_validator")
    return model_versions.shadow(version_id=version.pk, by=by, at=at, note="To compare.")


@pytest.fixture
def shadow(candidate):
    return into_shadow(candidate)


@pytest.fixture
def offered(monkeypatch):
    """Keep what is offered to the thread, for the test to work."""
    kept = []
    monkeypatch.setattr(shadow_scores._queue, "offer", lambda made: kept.append(made) or True)
    return kept


def counted(version, result):
    return meters.SHADOWS.labels(version.name, result)._value.get()


# --- Into shadow, and out of it


def test_a_validator_puts_a_candidate_into_shadow(candidate, validator):
    version = into_shadow(candidate, validator, AT)

    assert (version.stage, version.shadowed_by, version.shadowed_at) == ("shadow", validator, AT)
    event = AuditEvent.objects.get(type=AuditEvent.Type.MODEL_SHADOWED)
    assert (event.target, event.user) == (f"model:{version.name}", validator)
    assert event.details == {"note": "To compare.", "bundle": version.bundle_hash}
    assert serving.terms("consumer-loan", at=AT).shadows == (version,)


def test_a_second_person_signs(champion):
    trainer = factories.user("model_validator")
    own = factories.model_version(released(), contract=champion.contract, trained_by=trainer)

    with pytest.raises(NotAllowed, match="other than its trainer"):
        into_shadow(own, trainer)
    with pytest.raises(NotAllowed, match="Only a model validator"):
        into_shadow(own, factories.user("model_developer"))


def test_the_database_wants_that_signature_too(candidate):
    at = ModelVersion.objects.filter(pk=candidate.pk)

    with pytest.raises(IntegrityError, match="shadow_is_signed"):
        at.update(stage="shadow")


def test_the_database_lets_no_trainer_sign(candidate):
    with pytest.raises(IntegrityError, match="shadowed_by_someone_else"):
        ModelVersion.objects.filter(pk=candidate.pk).update(shadowed_by=candidate.trained_by)


def test_a_failed_gate_keeps_a_version_out(champion):
    version = factories.model_version(released(), contract=champion.contract, gates=[FAILED])

    with pytest.raises(model_versions.ShadowDenied, match="did not pass: parity"):
        into_shadow(version)


def test_a_bundle_that_is_gone_keeps_a_version_out(champion):
    with pytest.raises(model_versions.ShadowDenied, match="has no file"):
        into_shadow(factories.model_version(contract=champion.contract))


@pytest.mark.parametrize("stage", ["shadow", "champion", "retired"])
def test_only_a_candidate_goes_into_shadow(candidate, validator, stage):
    if stage == "shadow":
        into_shadow(candidate)
    else:
        factories.promoted(candidate)
    if stage == "retired":
        model_versions.retire(version_id=candidate.pk, by=validator, at=AT, note="Old.")

    with pytest.raises(model_versions.ShadowDenied, match=f"{stage}: only a candidate can go"):
        into_shadow(candidate)


def test_so_many_are_in_shadow_and_no_more(shadow, settings):
    settings.EVENHAND_SHADOWS = 1
    second = factories.model_version(released(card="Two."), contract=shadow.contract)

    with pytest.raises(model_versions.ShadowDenied, match="as many as may be"):
        into_shadow(second)


def test_from_shadow_a_version_becomes_the_champion_or_is_retired(shadow, champion, validator):
    second = into_shadow(
        factories.model_version(released(card="Two."), contract=shadow.contract), validator
    )

    model_versions.retire(version_id=second.pk, by=validator, at=AT, note="Worse.")
    promoted = factories.promoted(shadow, by=validator)

    found = serving.terms("consumer-loan", at=AT)
    assert (found.version, found.previous, found.shadows) == (promoted, champion, ())


# --- What it says


def test_it_scores_what_the_champion_decided_to_the_bit(shadow, offered):
    decided = factories.decide(**factories.REFERRED)

    shadow_scores.work(iter(offered))

    row = ShadowScore.objects.get()
    engine = Engine(bundle.open_bundle(bundle_path(shadow), expected_hash=shadow.bundle_hash))
    sent = factories.body(**factories.REFERRED)["features"]
    wanted = engine.score(validate(factories.CONTRACT, sent))
    assert (row.version, row.decision_id, row.at) == (shadow, decided.decision_id, AT)
    assert (row.pd, row.score, row.band) == (wanted.pd, wanted.score, wanted.band)
    assert row.pd < decided.answer["pd"]
    assert (row.recommendation, decided.answer["recommendation"]) == ("approve", "refer")


def bundle_path(version):
    return store.path_of(version.bundle_hash, ".zip")


def test_the_answer_and_what_is_stored_are_the_same_with_and_without(candidate, offered):
    def answered():
        decided = factories.decide(**factories.REFERRED)
        return {**decided.answer, "id": None}

    before = answered()
    into_shadow(candidate)
    after = answered()
    shadow_scores.work(iter(offered))

    assert len(offered) == 1
    assert after == before
    assert ShadowScore.objects.count() == 1


def test_each_version_in_shadow_scores(shadow, offered):
    into_shadow(factories.model_version(released(card="Two."), contract=shadow.contract))

    factories.decide()
    shadow_scores.work(iter(offered))

    assert ShadowScore.objects.count() == 2


def test_what_the_champion_did_not_score_is_not_compared(shadow, champion, offered):
    bundle_path(champion).unlink()

    assert factories.decide().answer["model"]["route"] == "scorecard"

    assert offered == []


def test_a_replay_is_not_scored_again(shadow, offered):
    asked = {"partner": factories.partner(), "idempotency": factories.idempotency()}

    assert not factories.decide(**asked).replayed
    assert factories.decide(**asked).replayed

    assert len(offered) == 1


def test_a_score_is_written_once(shadow, offered):
    factories.decide()

    shadow_scores.work(iter(offered * 2))
    shadow_scores.work(iter(offered))

    assert ShadowScore.objects.count() == 1


def test_a_shadow_that_asks_for_other_data_is_counted_and_alarms_nobody(champion, offered):
    other = factories.contract_version(
        source=factories.SOURCE.replace(b'name = "housing"', b'name = "home"')
    )
    factories.policy(other)
    version = into_shadow(factories.model_version(released(), contract=other))

    before = counted(version, "other_contract")

    factories.decide()
    shadow_scores.work(iter(offered))

    assert counted(version, "other_contract") == before + 1
    assert not ShadowScore.objects.exists()
    assert not Alert.objects.exists()


# --- When it is broken, slow, or late


@pytest.mark.parametrize("flaw", ["raises", "no number", "outside", "hangs"])
def test_one_that_fails_is_set_aside_with_one_alert_and_changes_no_answer(champion, offered, flaw):
    content = released(flawed_graphs.flawed(flaw), card=flaw)
    version = into_shadow(factories.model_version(content, contract=champion.contract))
    odd = factories.AMOUNT | factories.term(int(flawed_graphs.AT_MONTHS))
    if flaw == "hangs":
        shadowing._engine(version)._session._seconds = 0.05
    before = counted(version, "shadow_failed"), counted(version, "set_aside")

    answers = [factories.decide(**odd).answer for _ in range(3)]
    shadow_scores.work(iter(offered))

    assert {answer["model"]["route"] for answer in answers} == {"champion"}
    after = counted(version, "shadow_failed"), counted(version, "set_aside")
    assert (after[0] - before[0], after[1] - before[1]) == (1, 2)
    alert = Alert.objects.get()
    assert (alert.cause, alert.version, alert.times) == ("shadow_failed", version, 1)
    assert "Answers are not affected." in alert.message
    assert not ShadowScore.objects.exists()


def test_one_that_was_set_aside_is_asked_again_after_a_while(shadow, offered):
    serving.set_aside(f"{shadow.bundle_hash} (shadow)", until=AT + timedelta(seconds=30))

    for at in (AT, AT + timedelta(seconds=31)):
        factories.decide(at=at)
    shadow_scores.work(iter(offered))

    assert ShadowScore.objects.count() == 1


def test_a_shadow_of_the_champions_own_bundle_cannot_set_the_champion_aside(
    champion, toy_bundle, offered, monkeypatch
):
    version = into_shadow(factories.model_version(toy_bundle, contract=champion.contract))
    factories.decide()
    before = counted(version, "shadow_failed")
    monkeypatch.setattr(serving, "opened", lambda _: serving.ModelUnavailable("timed_out", "slow"))

    shadow_scores.work(iter(offered))

    assert counted(version, "shadow_failed") == before + 1
    assert factories.decide().answer["model"]["route"] == "champion"


def test_a_database_that_is_away_loses_the_scores_and_says_so(shadow, offered, monkeypatch):
    def away(**_):
        raise OperationalError("the connection is closed")

    factories.decide()
    monkeypatch.setattr(shadow_scores, "store", away)
    monkeypatch.setattr(shadow_scores.connection, "close", lambda: None)
    before = counted(shadow, "not_stored")

    shadow_scores.work(iter(offered))

    assert counted(shadow, "not_stored") == before + 1


def test_what_does_not_fit_is_dropped_and_counted(shadow, settings, monkeypatch):
    settings.EVENHAND_SHADOW_QUEUE = 1
    monkeypatch.setattr(shadow_scores._queue, "_start", lambda: None)
    before = counted(shadow, "offered"), counted(shadow, "dropped_full")

    for _ in range(3):
        factories.decide()

    after = counted(shadow, "offered"), counted(shadow, "dropped_full")
    assert (after[0] - before[0], after[1] - before[1]) == (3, 2)
    shadow_scores._queue._waiting.clear()
    shadow_scores._queue._wake.clear()


@pytest.fixture
def real_queue(committed, monkeypatch):
    """Let the thread work, and leave the database when the test is over."""
    yield shadow_scores._queue
    monkeypatch.setattr(shadow_queue, "SECONDS_TO_END", LONG)  # what is under way ends in it
    shadow_scores._queue.end()
    shadow_scores._queue._begin()


def test_a_slow_shadow_delays_nobody_and_its_scores_arrive(
    real_queue, own_store, toy_bundle, monkeypatch
):
    champion = factories.live_product(toy_bundle)
    version = into_shadow(factories.model_version(released(), contract=champion.contract))
    score, may_score = shadowing.scored, threading.Event()

    def slow(*asked):
        assert may_score.wait(LONG)
        return score(*asked)

    monkeypatch.setattr(shadowing, "scored", slow)
    decided = [factories.decide() for _ in range(4)]
    assert not ShadowScore.objects.filter(version=version).exists()
    may_score.set()

    wait_until(lambda: ShadowScore.objects.filter(version=version).count() == 4)
    assert {each.decision_id for each in decided} <= set(
        ShadowScore.objects.values_list("decision_id", flat=True)
    )


# --- Who may see and change it


def test_the_serving_role_adds_scores_and_changes_none(shadow, offered):
    factories.decide()
    shadow_scores.work(iter(offered))

    assert ShadowScore.objects.count() == 1
    for statement in ("UPDATE credit_shadowscore SET pd = 0", "DELETE FROM credit_shadowscore"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


@pytest.mark.django_db(databases=["default", "owner"])
def test_not_even_the_owner_changes_what_a_shadow_said(as_owner):
    with pytest.raises(IntegrityError, match="is append-only"), as_owner.cursor() as cursor:
        cursor.execute("UPDATE credit_shadowscore SET pd = pd")


def test_a_partners_transaction_sees_none_of_it(shadow, offered):
    partner = factories.partner()
    factories.decide(partner=partner)
    shadow_scores.work(iter(offered))
    assert ShadowScore.objects.count() == 1

    with tenancy.rows_of(partner):
        assert ShadowScore.objects.count() == 0


# --- How it compares


def test_nothing_is_compared_before_there_is_a_score(shadow):
    assert shadows.compared(shadow.pk) is None


def test_the_comparison_has_its_n_its_period_and_its_intervals(shadow, offered):
    later = AT + timedelta(hours=3)
    told = [
        factories.decide(at=at, **asked)
        for at, asked in ((AT, factories.REFERRED), (later, factories.AUTOMATIC))
    ]
    shadow_scores.work(iter(offered))

    found = shadows.compared(shadow.pk)

    rows = {row.decision_id: row.pd for row in ShadowScore.objects.all()}
    differences = [rows[each.decision_id] - each.answer["pd"] for each in told]
    assert (found.n, found.first_at, found.last_at) == (2, AT, later)
    assert found.pd_difference == pytest.approx(sum(differences) / 2)
    half = 1.959964 * abs(differences[0] - differences[1]) / 2
    assert found.pd_difference_in.high - found.pd_difference == pytest.approx(half, rel=1e-4)
    assert (found.flips, found.flips_share) == (1, 0.5)
    assert 0.05 < found.flips_share_in.low < 0.5 < found.flips_share_in.high < 0.95
