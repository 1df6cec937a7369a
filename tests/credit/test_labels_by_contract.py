"""Which own decisions are learned from, by the contract's label policy; law 11 holds for each."""

from datetime import UTC, datetime, timedelta

import factories
import polars as pl
import pytest

from credit.actions import feedback, officer_decisions, outcomes, snapshots
from credit.models import PartnerFeedback

AT = factories.AT
WINDOW_OVER = datetime(2027, 11, 23, tzinfo=UTC)
INSIDE = AT + timedelta(days=300)
POLICIES = {
    "default": "",
    "fuzzy": 'labels = "fuzzy_augmentation"',
    "parcelling": 'labels = "parcelling"',
    "officers": "officer_weight = 0.25",
    "all": 'labels = "fuzzy_augmentation"\nofficer_weight = 0.25\nreject_weight = 0.5',
}


@pytest.fixture
def live(db, toy_bundle):
    """Bring the product live under a label policy."""

    def make(policy):
        source = factories.SOURCE + f"\n[learning]\n{POLICIES[policy]}\n".encode()
        contract = factories.contract_version(source=source)
        factories.policy(contract)
        content = factories.toy_bundle(contract.read())
        return factories.promoted(factories.model_version(content, contract=contract)).product

    return make


def declined(officer, *, at=AT):
    made = factories.decide(at=at, **factories.DECLINED)
    officer_decisions.record(decision_id=made.decision_id, verdict="decline", by=officer, at=at)
    return made.decision_id


def approved(*, at=AT, key=None):
    made = factories.decide(at=at, partner=key.partner if key else None, **factories.AUTOMATIC)
    return made.decision_id


def taken(product, *, at=WINDOW_OVER):
    snapshot = snapshots.take(product_id=product.pk, at=at)
    return snapshot, snapshots.read(snapshot)


def own(frame):
    """Give the rows of own decisions as (label, bad, weight)."""
    rows = frame.filter(pl.col("row").str.starts_with("decision:"))
    return rows.select("label", "bad", "weight").rows()


@pytest.mark.parametrize("policy", POLICIES)
def test_a_label_dated_inside_its_window_is_in_no_snapshot_of_any_policy(live, policy, officer):
    product = live(policy)
    decision = approved()
    outcomes.report(decision_id=decision, is_bad=True, observed_on=AT.date(), by=officer, at=INSIDE)
    declined(officer)

    snapshot, frame = taken(product, at=INSIDE)

    assert own(frame) == []
    assert snapshot.immature == 1
    assert not any(
        snapshot.label_sources[source] for source in snapshot.label_sources if source != "ingested"
    )


@pytest.mark.parametrize("policy", POLICIES)
def test_the_same_label_counts_in_every_policy_once_it_is_mature(live, policy, officer):
    product = live(policy)
    decision = approved()
    outcomes.report(decision_id=decision, is_bad=True, observed_on=AT.date(), by=officer, at=INSIDE)

    snapshot, frame = taken(product)

    assert own(frame) == [("matured_outcome", 1, 1.0)]
    assert (snapshot.rows, snapshot.bads, snapshot.immature) == (1_001, 301, 0)


def test_the_default_learns_nothing_from_who_was_declined(live, officer):
    product = live("default")
    declined(officer)

    snapshot, frame = taken(product)

    assert own(frame) == []
    assert set(snapshot.label_sources) == {"ingested", "matured_outcome", "corrected_outcome"}


def test_declined_applicants_enter_without_a_label(live, officer):
    product = live("fuzzy")
    declined(officer)

    snapshot, frame = taken(product)

    assert own(frame) == [("inferred_for_a_reject", None, 1.0)]
    assert snapshot.label_sources["inferred_for_a_reject"] == 1
    assert (snapshot.rows, snapshot.bads) == (1_000, 300)


def test_officers_decisions_are_labels_by_their_weight_where_no_outcome_is_known(live, officer):
    product = live("officers")
    declined(officer)
    made = factories.decide(**factories.APPROVED)
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)

    snapshot, frame = taken(product)

    assert sorted(own(frame)) == [("officers_decision", 0, 0.25), ("officers_decision", 1, 0.25)]
    assert snapshot.label_sources["officers_decision"] == 2


def test_an_outcome_beats_an_officers_word_and_an_officers_word_a_guess(live, officer):
    product = live("all")
    declined(officer)
    made = factories.decide(**factories.APPROVED)
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=AT)
    outcomes.report(
        decision_id=made.decision_id, is_bad=True, observed_on=AT.date(), by=officer, at=INSIDE
    )

    _, frame = taken(product)

    assert own(frame) == [("matured_outcome", 1, 1.0), ("officers_decision", 1, 0.25)]


def doubt(decision, officer, *, kind="data_wrong", at=AT):
    feedback.give_on_reason(decision_id=decision, feature="housing", kind=kind, by=officer, at=at)


def test_data_that_an_officer_calls_wrong_is_left_out_and_counted(live, officer):
    product = live("default")
    decision = approved()
    outcomes.report(decision_id=decision, is_bad=True, observed_on=AT.date(), by=officer, at=INSIDE)
    doubt(decision, officer)

    snapshot, frame = taken(product)

    assert own(frame) == []
    assert snapshot.excluded == {"data_is_wrong": 1, "other_contract": 0}


@pytest.mark.parametrize(
    "more", [{"kind": "wrong"}, {"at": WINDOW_OVER + timedelta(days=1)}], ids=["reason", "later"]
)
def test_a_reason_that_is_wrong_or_a_later_word_leaves_the_row_in(live, officer, more):
    product = live("default")
    decision = approved()
    outcomes.report(decision_id=decision, is_bad=True, observed_on=AT.date(), by=officer, at=INSIDE)
    doubt(decision, officer, **more)

    snapshot, frame = taken(product)

    assert own(frame) == [("matured_outcome", 1, 1.0)]
    assert snapshot.excluded["data_is_wrong"] == 0


def test_a_partners_word_removes_none_of_its_bad_loans(live, officer):
    product, key = live("default"), factories.api_key().api_key
    decision = approved(key=key)
    outcomes.report(decision_id=decision, is_bad=True, observed_on=AT.date(), key=key, at=INSIDE)
    PartnerFeedback.objects.create(
        decision_id=decision,
        kind=PartnerFeedback.Kind.DATA_WRONG,
        text="It was another customer's.",
        given_at=AT,
        given_with=key,
    )

    _, frame = taken(product)

    assert own(frame) == [("matured_outcome", 1, 1.0)]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_snapshot_put_together_again_by_its_bounds_is_the_same(live, policy, officer):
    product = live(policy)
    declined(officer)
    decision = approved()
    outcomes.report(decision_id=decision, is_bad=True, observed_on=AT.date(), by=officer, at=INSIDE)
    snapshot, _ = taken(product)
    later = approved(at=AT + timedelta(days=20))
    outcomes.report(
        decision_id=later,
        is_bad=True,
        observed_on=WINDOW_OVER.date(),
        by=officer,
        at=WINDOW_OVER + timedelta(days=1),
    )

    assert snapshots.retake(snapshot).is_same


def test_a_snapshot_whose_source_changed_says_so(live, officer):
    product = live("default")
    decision = approved()
    outcomes.report(decision_id=decision, is_bad=True, observed_on=AT.date(), by=officer, at=INSIDE)
    snapshot, _ = taken(product)
    doubt(decision, officer)

    again = snapshots.retake(snapshot)

    assert not again.is_same
    assert again.rows_sha256 != snapshot.rows_sha256
