"""A corrected application is a new one in the old one's place; both stay, and each is proved."""

import json

import factories
import pytest
from django.db import IntegrityError, connection, transaction

from credit import audit_chain, tenancy, vault
from credit.actions import (
    audit,
    corrections,
    hand_entries,
    officer_decisions,
    outcomes,
    snapshots,
    webhook_deliveries,
    webhooks,
)
from credit.actions.refusals import NotAllowed
from credit.models import (
    Applicant,
    Application,
    AuditEvent,
    Correction,
    Decision,
    OfficerDecision,
    Outcome,
    ReasonFeedback,
)
from credit.queries import decisions, replays
from monitoring.fairness import populations
from scoring.features import InputRefused
from scoring.records import BY_HAND

AT = factories.AT
LATER = AT + factories.timedelta(hours=3)
SAID = {"source": "document", "words": "Payslip of October seen."}


def body(**changes):
    made = factories.body(**{**factories.REFERRED, **changes})
    return {name: made[name] for name in ("requested", "features")}


@pytest.fixture
def waiting(champion):
    made = factories.decide(
        partner=factories.partner(), monitoring={"age_group": "under_25"}, **factories.REFERRED
    )
    return made.decision_id


@pytest.fixture
def correct(officer, waiting):
    def run(*, of=waiting, by=officer, at=LATER, said=SAID, **changes):
        asked = changes or {"features__savings": "1000_or_more"}
        return corrections.correct(decision_id=of, body=body(**asked), by=by, at=at, **said)

    return run


def test_a_correction_is_a_new_application_and_the_old_one_is_superseded(correct, waiting):
    made = correct()

    old, new = Application.objects.get(pk=waiting), Application.objects.get(pk=made.decision_id)
    assert old.status == Application.Status.SUPERSEDED
    assert new.status == Application.Status.AWAITING_OFFICER
    assert (new.reference, new.partner_id) == (old.reference, old.partner_id)
    assert made.supersedes_id == waiting
    assert made.changes == [
        {"field": "savings", "before": old.features["savings"], "after": "1000_or_more"}
    ]


def test_it_waits_since_the_applicant_began_to(correct, waiting):
    new = Application.objects.get(pk=correct().decision_id)

    assert new.received_at == Application.objects.get(pk=waiting).received_at
    assert new.decision.decided_at == LATER


def test_requested_terms_are_corrected_too(correct, waiting):
    made = correct(requested__amount="4000.00", features__amount=4000)

    assert [change["field"] for change in made.changes] == ["requested.amount", "amount"]


def test_no_policy_approves_by_itself_what_an_officer_typed_in(correct):
    made = correct(**factories.AUTOMATIC)

    new = Decision.objects.get(pk=made.decision_id)
    assert (new.recommendation, new.automatic) == ("approve", "")
    assert new.application.status == Application.Status.AWAITING_OFFICER
    assert BY_HAND in new.application.score.warnings


def test_both_versions_replay_and_the_trail_binds_both(correct, waiting):
    made = correct(**factories.AUTOMATIC)
    audit.seal(at=LATER)

    assert [each.differences for each in replays.replay([waiting, made.decision_id])] == [[], []]
    told = AuditEvent.objects.filter(type=AuditEvent.Type.APPLICATION_CORRECTED)
    assert {event.target for event in told} == {f"decision:{waiting}", f"decision:{made.pk}"}
    assert {event.details.get("superseded_by") for event in told} == {made.pk, None}
    assert all(event.hash == audit_chain.event_hash(event.fields) for event in told)


def test_what_a_person_said_enters_the_trail_only_as_a_commitment(correct):
    correct(features__savings="1000_or_more")

    for event in AuditEvent.objects.filter(type=AuditEvent.Type.APPLICATION_CORRECTED):
        assert "Payslip" not in str(event.details)
        assert "1000_or_more" not in str(event.details)
        assert event.details["fields"] == ["savings"]


def test_the_partner_is_told_which_decision_counts(correct, waiting):
    made = correct()
    partner = factories.partner()

    old = decisions.answer(waiting, partner=partner, at=LATER)
    new = decisions.answer(made.decision_id, partner=partner, at=LATER)
    assert old["state"] == "superseded"
    assert (old["status"], old["superseded_by"], old["supersedes"]) == (
        "awaiting_officer",  # a value that was promised; superseded_by says more
        made.decision_id,
        None,
    )
    assert (new["supersedes"], new["superseded_by"]) == (waiting, None)
    listed = decisions.listing(partner, reference="A-2291", at=LATER)["results"]
    assert [each["id"] for each in listed] == [made.decision_id, waiting]


def test_another_partner_sees_no_correction(correct):
    correct()

    with tenancy.rows_of(factories.partner("bank-two")):
        assert not Correction.objects.exists()
    with tenancy.rows_of(factories.partner()):
        assert Correction.objects.exists()


def test_protected_groups_follow_though_the_serving_role_cannot_see_them(
    champion, correct, waiting
):
    made = correct()

    assert vault.groups_of_decisions(champion.product, "age_group") == {
        f"decision:{waiting}": "under_25",
        f"decision:{made.decision_id}": "under_25",
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('vault.applicant_attribute', 'SELECT')")
        assert cursor.fetchone() == (False,)


def test_who_applies_follows_and_stays_with_both(correct, officer, champion):
    made = factories.decide(
        applicant={"name": "Rosa Blau", "address": "Am Tor 3"}, **factories.REFERRED
    )

    corrected = correct(of=made.decision_id)

    found = Applicant.objects.get(pk=corrected.decision_id)
    assert (found.name, found.address) == ("Rosa Blau", "Am Tor 3")
    assert Applicant.objects.filter(pk=made.decision_id).exists()
    assert "Rosa" not in str(list(AuditEvent.objects.values_list("details", flat=True)))


def test_that_the_data_was_wrong_is_kept_for_the_learning_loop(correct, officer, waiting):
    correct(requested__amount="4000.00", features__amount=4000)

    (said,) = ReasonFeedback.objects.all()
    assert (said.decision_id, said.feature, said.kind) == (waiting, "amount", "data_wrong")
    assert said.given_by == officer


def test_a_superseded_application_is_neither_decided_nor_corrected_again(correct, officer, waiting):
    correct()

    with pytest.raises(corrections.CannotBeCorrected, match="corrected this application already"):
        correct(features__savings="below_100")
    with pytest.raises(officer_decisions.AlreadyDecided, match="the corrected one"):
        officer_decisions.record(decision_id=waiting, verdict="approve", by=officer, at=LATER)
    assert Correction.objects.count() == 1


def test_a_corrected_application_can_be_corrected_once_more(correct):
    first = correct()

    second = correct(of=first.decision_id, features__savings="below_100")

    assert second.supersedes_id == first.decision_id


def test_a_decided_application_stays_as_it_was_decided(correct, officer, waiting):
    officer_decisions.record(decision_id=waiting, verdict="approve", by=officer, at=AT)

    with pytest.raises(corrections.CannotBeCorrected, match="stays as it was decided"):
        correct()


def test_saying_the_same_again_corrects_nothing(correct, waiting):
    same = {"features__savings": factories.body()["features"]["savings"]}

    with pytest.raises(corrections.NothingCorrected):
        correct(**same)
    assert Application.objects.get().pk == waiting


@pytest.mark.parametrize(
    "said", [{"source": "", "words": SAID["words"]}, {**SAID, "words": "  ok  "}]
)
def test_a_correction_says_where_the_value_is_from(correct, said):
    with pytest.raises(corrections.SourceMissing):
        correct(said=said)


def test_a_value_that_the_contract_refuses_stores_nothing(correct, waiting):
    with pytest.raises(InputRefused, match="/features/housing"):
        correct(features__housing="castle")
    assert Application.objects.get().status == Application.Status.AWAITING_OFFICER


def test_only_officers_correct(correct, developer):
    with pytest.raises(NotAllowed, match="may correct an application"):
        correct(by=developer)


def test_no_outcome_is_reported_on_what_was_superseded(correct, waiting):
    made = correct()

    with pytest.raises(outcomes.NoOutcomePossible, match=f"report on {made.decision_id}, which"):
        outcomes.report(
            decision_id=waiting,
            is_bad=True,
            observed_on=LATER.date(),
            key=factories.api_key().api_key,
            at=LATER,
        )


def test_retraining_and_fairness_count_a_corrected_application_once(
    champion, correct, officer, waiting
):
    made = correct()
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=LATER)
    key, later = factories.api_key().api_key, AT.replace(year=2028)
    outcomes.report(
        decision_id=made.decision_id, is_bad=True, observed_on=LATER.date(), key=key, at=later
    )
    Outcome.objects.create(  # as if it had been reported before the correction
        decision_id=waiting,
        number=1,
        is_bad=True,
        observed_on=LATER.date(),
        reported_at=later,
        reported_with=key,
        matures_on=LATER.date(),
    )

    taken = snapshots.take(product_id=champion.product_id, at=later)

    rows = [row for row in snapshots.read(taken)["row"] if row.startswith("decision:")]
    assert rows == [f"decision:{made.decision_id}"]
    sample = populations.sample_of(champion, "decisions", at=later)
    assert sample.rows == (f"decision:{made.decision_id}",)


def test_the_same_key_gives_the_same_answer_after_a_correction(champion, officer):
    partner, once = factories.partner(), factories.idempotency()
    first = factories.decide(partner=partner, idempotency=once, **factories.REFERRED)
    corrections.correct(
        decision_id=first.decision_id,
        body=body(features__savings="1000_or_more"),
        by=officer,
        at=LATER,
        **SAID,
    )

    again = factories.decide(partner=partner, idempotency=once, at=LATER, **factories.REFERRED)

    assert (again.replayed, again.text) == (True, first.text)


def test_who_entered_it_stays_known_after_a_correction(champion, officer):
    asked = body()
    entry = hand_entries.enter(
        product="consumer-loan", body=asked, form="01FORM", by=officer, at=AT
    )
    made = corrections.correct(
        decision_id=entry.decision_id,
        body=body(features__savings="1000_or_more"),
        by=officer,
        at=LATER,
        **SAID,
    )

    with pytest.raises(hand_entries.OwnEntry):
        officer_decisions.record(
            decision_id=made.decision_id, verdict="approve", by=officer, at=LATER
        )
    assert not OfficerDecision.objects.exists()


def test_the_database_refuses_a_second_correction_and_one_of_itself(correct, waiting, officer):
    made = correct()
    values = {
        "changes": [],
        "source": "document",
        "words": "x",
        "corrected_by": officer,
        "corrected_at": LATER,
    }
    other = factories.decide(reference="other", **factories.REFERRED).decision_id

    with pytest.raises(IntegrityError, match="supersedes_id"), transaction.atomic():
        Correction.objects.create(decision_id=other, supersedes_id=waiting, **values)
    with pytest.raises(IntegrityError, match="is_another_application"), transaction.atomic():
        Correction.objects.create(decision_id=other, supersedes_id=other, **values)
    assert Correction.objects.get() == made


@pytest.mark.parametrize("table", ["correction", "handentry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET decision_id = ''", "DELETE FROM {}"])
@pytest.mark.django_db(databases=["default", "owner"])
def test_not_even_the_owner_changes_what_was_corrected_or_entered(as_owner, table, statement):
    with as_owner.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"):
        cursor.execute(statement.format(f"credit_{table}"))


def test_of_two_officers_at_once_one_corrects_and_the_other_is_told(committed, at_once, toy_bundle):
    factories.live_product(toy_bundle)
    decided = factories.decide(**factories.REFERRED)
    people = [factories.user("officer", username=name) for name in ("olga", "oskar")]

    def correct(person):
        return corrections.correct(
            decision_id=decided.decision_id,
            body=body(features__savings="1000_or_more"),
            by=person,
            at=LATER,
            **SAID,
        )

    came = at_once(correct, people)

    assert sorted(type(each).__name__ for each in came) == ["CannotBeCorrected", "Correction"]
    assert Correction.objects.count() == 1
    assert Application.objects.count() == 2


def test_the_partner_is_told_at_once_which_decision_counts_and_no_other_partner(correct, waiting):
    for slug in ("acme-broker", "other-broker"):
        key = factories.api_key(slug, "webhooks").api_key
        url = f"https://8.8.8.8/{slug}"
        webhooks.register(url=url, kinds=["decision.made"], key=key, at=AT)

    made = correct()

    (job,) = webhook_deliveries.claim(at=LATER)
    told = json.loads(job.body)["data"]
    assert job.url == "https://8.8.8.8/acme-broker"
    assert told["decision"] == waiting
    assert told["answer"]["superseded_by"] == made.decision_id
    assert (told["answer"]["state"], told["answer"]["decision"]) == ("superseded", None)
