"""A model serves only if it is whole, passed its gates, and someone else signed."""

import factories
import pytest

from credit import store
from credit.actions import contracts, model_versions, policies
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, ModelVersion
from credit.queries import models
from scoring.contract import ContractRefused

AT = factories.AT
FAILED = {"name": "parity", "passed": False, "detail": "0.3 points off", "blocking": True}
WARNED = {"name": "fairness", "passed": False, "detail": "AIR 0.7", "blocking": False}


@pytest.fixture
def candidate(db, toy_bundle):
    contract = factories.contract_version()
    factories.policy(contract)
    return factories.model_version(toy_bundle, contract=contract)


def promote(version, by):
    return model_versions.promote(version_id=version.pk, by=by, at=AT, note="It is better.")


def test_a_validator_makes_a_candidate_the_champion(candidate, validator):
    version = promote(candidate, validator)

    assert (version.stage, version.promoted_by, version.promoted_at) == ("champion", validator, AT)
    event = AuditEvent.objects.get(type=AuditEvent.Type.MODEL_PROMOTED)
    assert (event.target, event.user) == ("model:consumer-loan/1", validator)
    assert event.details["note"] == "It is better."


def test_the_champion_before_is_retired(champion, toy_bundle, validator):
    second = promote(factories.model_version(toy_bundle, contract=champion.contract), validator)

    champion.refresh_from_db()
    assert (champion.stage, champion.retired_at) == ("retired", AT)
    assert second.stage == "champion"


def test_a_developer_never_promotes(candidate):
    with pytest.raises(NotAllowed, match="Only a model validator"):
        promote(candidate, candidate.trained_by)


@pytest.mark.parametrize("role", ["officer", "senior_officer", "compliance", "administrator"])
def test_nobody_but_a_validator_promotes(candidate, role):
    with pytest.raises(NotAllowed, match="Only a model validator"):
        promote(candidate, factories.user(role))


def test_a_validator_does_not_promote_what_they_trained(candidate, toy_bundle, validator):
    own = factories.model_version(toy_bundle, contract=candidate.contract, trained_by=validator)

    with pytest.raises(NotAllowed, match="other than its trainer"):
        promote(own, validator)


@pytest.mark.parametrize("stage", ["champion", "retired"])
def test_only_a_candidate_is_promoted(candidate, validator, stage):
    promote(candidate, validator)
    if stage == "retired":
        model_versions.retire(version_id=candidate.pk, by=validator, at=AT, note="Old.")

    with pytest.raises(model_versions.PromotionDenied, match=f"{stage}: only a candidate"):
        promote(candidate, validator)


def test_a_failed_gate_that_blocks_does_block(candidate, toy_bundle, validator):
    version = factories.model_version(
        toy_bundle, contract=candidate.contract, gates=[FAILED, WARNED]
    )

    with pytest.raises(model_versions.PromotionDenied, match=r"parity \(0\.3 points off\)"):
        promote(version, validator)


def test_a_failed_gate_that_only_warns_does_not(candidate, toy_bundle, validator):
    version = factories.model_version(toy_bundle, contract=candidate.contract, gates=[WARNED])

    assert promote(version, validator).stage == "champion"


def test_a_bundle_that_is_gone_is_not_promoted(candidate, validator, own_store):
    with pytest.raises(model_versions.PromotionDenied, match="has no file"):
        promote(candidate, validator)


def test_a_bundle_that_was_altered_is_not_promoted(candidate, validator, own_store, toy_bundle):
    store.put(toy_bundle, ".zip")
    path = store.path_of(candidate.bundle_hash, ".zip")
    path.chmod(0o600)
    path.write_bytes(toy_bundle + b" ")

    with pytest.raises(model_versions.PromotionDenied, match="does not hold"):
        promote(candidate, validator)


def test_a_contract_without_a_policy_does_not_come_into_force(db, toy_bundle, validator):
    version = factories.model_version(toy_bundle)

    with pytest.raises(model_versions.PromotionDenied, match="No policy"):
        promote(version, validator)


def test_the_page_is_told_what_the_action_would_say(candidate, validator):
    assert models.may_promote(candidate.pk, validator, at=factories.AT) is None
    assert "Only a model validator" in models.may_promote(
        candidate.pk, candidate.trained_by, at=factories.AT
    )
    promote(candidate, validator)
    assert "only a candidate" in models.may_promote(candidate.pk, validator, at=factories.AT)


def test_the_same_candidate_promoted_twice_at_once_is_promoted_once(committed, at_once, toy_bundle):
    contract = factories.contract_version()
    factories.policy(contract)
    version = factories.model_version(toy_bundle, contract=contract)
    validators = [factories.user("model_validator") for _ in range(2)]

    results = at_once(lambda by: promote(version, by), validators)

    names = sorted(type(result).__name__ for result in results)
    assert names == ["ModelVersion", "PromotionDenied"]


def test_a_validator_takes_a_champion_out(champion, validator):
    model_versions.retire(version_id=champion.pk, by=validator, at=AT, note="It is wrong.")

    assert not ModelVersion.objects.filter(stage="champion").exists()
    assert AuditEvent.objects.filter(type=AuditEvent.Type.MODEL_RETIRED).exists()
    with pytest.raises(model_versions.RetirementDenied, match="retired already"):
        model_versions.retire(version_id=champion.pk, by=validator, at=AT, note="Again.")


def test_a_developer_retires_nothing(champion, developer):
    with pytest.raises(NotAllowed):
        model_versions.retire(version_id=champion.pk, by=developer, at=AT, note="Mine.")


def test_a_policy_takes_two_people(db, developer, validator):
    contract = factories.contract_version()

    with pytest.raises(policies.NeedsAnother):
        policies.put_in_force(contract_id=contract.pk, by=developer, approved_by=developer, at=AT)
    with pytest.raises(NotAllowed, match="approve"):
        policies.put_in_force(
            contract_id=contract.pk,
            by=developer,
            approved_by=factories.user("model_developer"),
            at=AT,
        )
    with pytest.raises(NotAllowed, match="ask for"):
        policies.put_in_force(
            contract_id=contract.pk, by=factories.user("officer"), approved_by=validator, at=AT
        )


def test_the_same_contract_is_registered_once(db, developer):
    first = contracts.register(source=factories.SOURCE, by=developer, at=AT)
    again = contracts.register(source=factories.SOURCE, by=developer, at=AT)
    other = contracts.register(source=factories.SOURCE + b"\n# new\n", by=developer, at=AT)

    assert first == again
    assert (other.product, other.number) == (first.product, 2)
    assert first.read().hash == first.hash


def test_a_contract_that_is_wrong_is_not_registered(db, developer):
    with pytest.raises(ContractRefused):
        contracts.register(source=b"slug = 1", by=developer, at=AT)


def test_applications_are_counted_up_to_a_number(champion, monkeypatch):
    monkeypatch.setattr(models, "MOST", 2)
    factories.decide(**factories.REFERRED)
    factories.decide(**factories.AUTOMATIC)

    (product,) = models.products(on=AT.date())
    assert (product.applications, product.has_more, product.awaiting) == (2, False, 1)

    factories.decide(**factories.REFERRED)
    (product,) = models.products(on=AT.date())
    assert (product.applications, product.has_more, product.awaiting) == (2, True, 2)


def test_the_console_shows_figures_and_what_the_bundle_says(champion, own_store, toy_bundle):
    (row,) = models.versions("consumer-loan")
    assert (row.auc, row.auc_sd, row.brier, row.rows) == (0.787, 0.03, 0.164, 1000)

    assert "cannot be read" in models.version(champion.pk).bundle_problem
    store.put(toy_bundle, ".zip")
    found = models.version(champion.pk)
    assert found.bundle_problem == ""
    assert found.card
    (product,) = models.products(on=AT.date())
    assert (product.champion_name, product.contract_number, product.policy_number) == (
        *("consumer-loan/1", 1),
        1,
    )
