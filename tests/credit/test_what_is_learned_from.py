"""Outcomes are reported once by those who may, and train a model only when they have matured."""

from datetime import date, timedelta
from decimal import Decimal

import factories
import pytest
from django.db import IntegrityError

from credit import store
from credit.actions import counter_offers, officer_decisions, outcomes, snapshots
from credit.actions.refusals import NotAllowed
from credit.models import AuditEvent, Decision, Outcome

AT = factories.AT
TODAY = AT.date()
YEAR_LATER = AT + timedelta(days=366)
NOTHING_LIVE = {"ingested": 1000, "matured_outcome": 0, "corrected_outcome": 0}


@pytest.fixture
def key(db):
    return factories.api_key().api_key


@pytest.fixture
def approved(champion, key):
    return factories.decide(partner=key.partner, **factories.AUTOMATIC).decision_id


def report(decision_id, key=None, *, is_bad=True, observed_on=TODAY, at=YEAR_LATER, by=None):
    return outcomes.report(
        decision_id=decision_id, is_bad=is_bad, observed_on=observed_on, by=by, key=key, at=at
    )


def test_an_outcome_matures_when_the_contracts_window_ends(approved, key):
    outcome = report(approved, key)

    assert outcome.matures_on == date(2027, 11, 22)
    event = AuditEvent.objects.get(type=AuditEvent.Type.OUTCOME_REPORTED)
    assert event.partner == key.partner
    assert "is_bad" not in event.details


def test_the_window_begins_with_the_officers_decision(champion, officer):
    made = factories.decide(**factories.REFERRED)
    decided_at = AT + timedelta(days=2)
    officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=officer, at=decided_at
    )

    outcome = report(made.decision_id, by=officer, observed_on=decided_at.date())

    assert outcome.matures_on == date(2027, 11, 24)


def test_the_same_outcome_again_changes_nothing(approved, key):
    first = report(approved, key)

    again = report(approved, key, at=YEAR_LATER + timedelta(days=1))

    assert again.reported_at == first.reported_at
    assert AuditEvent.objects.filter(type=AuditEvent.Type.OUTCOME_REPORTED).count() == 1


@pytest.mark.parametrize("other", [{"is_bad": False}, {"observed_on": TODAY + timedelta(days=1)}])
def test_another_outcome_is_a_conflict(approved, key, other):
    report(approved, key)

    with pytest.raises(outcomes.OutcomeConflict):
        report(approved, key, **other)


def test_a_partner_reports_on_its_own_decisions_only(approved):
    stranger = factories.api_key("bank-two").api_key

    with pytest.raises(Decision.DoesNotExist):
        report(approved, stranger)


@pytest.mark.parametrize(
    ("observed_on", "says"),
    [(YEAR_LATER.date() + timedelta(days=1), "future"), (TODAY - timedelta(days=1), "before")],
)
def test_an_outcome_is_observed_between_the_decision_and_now(approved, key, observed_on, says):
    with pytest.raises(outcomes.OutcomeMisdated, match=says):
        report(approved, key, observed_on=observed_on)


@pytest.mark.parametrize("verdict", [None, "decline"])
def test_only_what_was_approved_can_turn_out(champion, key, officer, verdict):
    made = factories.decide(partner=key.partner, **factories.REFERRED)
    if verdict:
        officer_decisions.record(decision_id=made.decision_id, verdict=verdict, by=officer, at=AT)

    with pytest.raises(outcomes.NoOutcomePossible):
        report(made.decision_id, key)


def test_staff_without_the_role_report_nothing(approved, developer):
    with pytest.raises(NotAllowed):
        report(approved, by=developer)


def test_nobody_reports_anonymously(approved):
    with pytest.raises(ValueError, match="a person or with a key"):
        report(approved)
    with pytest.raises(IntegrityError, match="outcome_has_a_source"):
        Outcome.objects.create(
            decision_id=approved,
            is_bad=True,
            observed_on=TODAY,
            reported_at=AT,
            matures_on=TODAY,
        )


def test_a_label_inside_its_window_never_enters_a_snapshot(champion, approved, key):
    report(approved, key, at=AT + timedelta(days=90))
    day_before = AT.replace(year=2027) - timedelta(days=1)

    young = snapshots.take(product_id=champion.product_id, at=day_before)
    mature = snapshots.take(product_id=champion.product_id, at=AT.replace(year=2027))

    row = f"decision:{approved}"
    assert row not in snapshots.read(young)["row"]
    assert (young.label_sources["matured_outcome"], young.immature) == (0, 1)
    assert (
        snapshots.read(mature).row(by_predicate=snapshots.pl.col("row") == row, named=True)["bad"]
        == 1
    )
    assert (mature.label_sources["matured_outcome"], mature.immature) == (1, 0)
    assert (mature.rows, mature.bads) == (1001, 301)


def test_a_loan_on_the_terms_of_a_counter_offer_is_learned_from_as_it_was_lent(champion, officer):
    made = factories.decide(**factories.REFERRED)
    officer_decisions.record(
        decision_id=made.decision_id,
        verdict="counter_offer",
        offered_amount=Decimal("3000.40"),
        offered_term_months=24,
        reason_code="OFF04",
        reason="The instalment would be too high.",
        by=officer,
        at=AT,
    )
    counter_offers.answer(decision_id=made.decision_id, said="accepted", by=officer, at=AT)
    report(made.decision_id, by=officer, observed_on=TODAY, at=AT)

    snapshot = snapshots.take(product_id=champion.product_id, at=AT.replace(year=2028))

    last = snapshots.read(snapshot).row(-1, named=True)
    assert last["row"] == f"decision:{made.decision_id}"
    assert (last["amount"], last["duration_months"]) == (3000, 24)


def test_a_snapshot_says_where_its_labels_come_from(champion):
    snapshot = snapshots.take(product_id=champion.product_id, at=AT)

    assert snapshot.label_sources == NOTHING_LIVE
    frame = snapshots.read(snapshot)
    assert frame.columns == ["row", *factories.CONTRACT.feature_names, "bad", "label", "weight"]
    assert set(frame["label"]) == {"ingested"}
    assert frame["row"][0] == f"ingestion:{snapshot.ingestion_id}:1"


def test_the_same_rows_are_the_same_snapshot(champion):
    first = snapshots.take(product_id=champion.product_id, at=AT)
    second = snapshots.take(product_id=champion.product_id, at=AT + timedelta(days=1))

    assert first.rows_sha256 == second.rows_sha256


def test_decisions_under_a_contract_that_asked_for_other_things_are_left_out(champion, key):
    made = factories.decide(partner=key.partner, **factories.AUTOMATIC)
    report(made.decision_id, key)
    narrower = factories.SOURCE.replace(b'{ value = "rent"', b'{ value = "let"')
    other = factories.contract_version(source=narrower)
    factories.ingestion(other, at=AT)

    snapshot = snapshots.take(product_id=champion.product_id, at=AT.replace(year=2028))

    assert factories.body()["features"]["housing"] == "rent"
    assert snapshot.label_sources == NOTHING_LIVE


def test_without_past_loans_there_is_nothing_to_learn_from(db):
    contract = factories.contract_version()

    with pytest.raises(snapshots.NothingToLearnFrom):
        snapshots.take(product_id=contract.product_id, at=AT)


DATED = """\
columns]
applied_on = "applied"
outcome_known_on = "known"
"""


def test_past_loans_with_dates_are_held_to_the_same_rule(db, tmp_path):
    source = factories.SOURCE.replace(b"columns]", DATED.encode(), 1)
    header, *rows = factories.LOANS.read_text().splitlines()
    dates = ["2025-01-01,2026-01-01"] * 998 + ["2025-12-01,", "2024-01-01,2026-12-01"]
    file = tmp_path / "loans.csv"
    dated = [f"{row},{when}" for row, when in zip(rows, dates, strict=True)]
    file.write_text("\n".join([f"{header},applied,known", *dated]))
    contract = factories.contract_version(source=source)
    factories.ingestion(contract, path=file)

    snapshot = snapshots.take(product_id=contract.product_id, at=AT)

    assert (snapshot.rows, snapshot.immature) == (998, 2)


def test_the_same_file_is_read_once(champion):
    again = factories.ingestion(champion.contract)

    assert again == champion.snapshot.ingestion


def test_a_file_of_the_store_that_was_altered_is_refused(champion, own_store):
    sha256 = store.put(b"rows", ".parquet")
    path = store.path_of(sha256, ".parquet")
    assert path.stat().st_mode & 0o777 == 0o444
    path.chmod(0o600)
    path.write_bytes(b"other rows")

    with pytest.raises(store.FileAltered, match="does not hold what its name says"):
        store.get(sha256, ".parquet")
    with pytest.raises(store.FileMissing):
        store.get("0" * 64, ".parquet")

    assert store.put(b"rows", ".parquet") == sha256
    assert store.get(sha256, ".parquet") == b"rows"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_file_can_be_kept_by_its_path(own_store, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"rows")

    assert store.get(store.put(file, ".parquet"), ".parquet") == b"rows"
