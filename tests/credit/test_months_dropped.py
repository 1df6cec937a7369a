"""A month goes at the end of its retention, as a whole, by two people, and the trail says so."""

import json
from datetime import UTC, datetime, timedelta

import factories
import notices_scene
import promotion_scene
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from credit import retention
from credit.actions import (
    audit,
    corrections,
    feedback,
    hand_entries,
    months,
    notes,
    officer_decisions,
    outcomes,
    reviews,
)
from credit.actions import retention as actions
from credit.actions.refusals import NotAllowed
from credit.audit_chain import month_of
from credit.ids import first_id
from credit.models import (
    Applicant,
    Application,
    AuditEvent,
    AuditLeaf,
    Correction,
    Decision,
    HandEntry,
    Notice,
    OfficerDecision,
    Outcome,
    ReviewRequest,
    ShadowScore,
    UndoneDecision,
)
from credit.queries import audit as trail
from credit.queries import replays

pytestmark = [
    pytest.mark.django_db(databases=["default", "owner"]),
    pytest.mark.usefixtures("as_owner"),
]
NOW = datetime.now(UTC)  # as the database has it, whose months these are
AFTER = NOW + timedelta(days=31 * 90)  # past both retentions


def commit():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def this_month():
    """Say which month the database has, in which tests of today write."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('month', now())")
        return cursor.fetchone()[0]


@pytest.fixture
def drop(administrator, compliance, this_month):
    def run(kind, *, at=AFTER, **changes):
        commit()
        values = {"by": administrator, "approved_by": compliance, "month": f"{this_month:%Y%m}"}
        return actions.drop(kind=kind, at=at, **(values | changes))

    return run


@pytest.fixture
def decided(champion, officer, this_month):
    """Decide one application that has all that can hang on it."""
    key = factories.api_key().api_key
    at = max(this_month + timedelta(hours=1), factories.BEFORE)
    made = factories.decide(
        at=at,
        partner=key.partner,
        monitoring={"age_group": "under_25"},
        applicant={"name": "Ada Lovelace"},
        **factories.REFERRED,
    )
    officer_decisions.record(decision_id=made.decision_id, verdict="approve", by=officer, at=at)
    feedback.give(decision_id=made.decision_id, is_helpful=True, comment="", by=officer, at=at)
    notes.write(decision_id=made.decision_id, words="Rang her.", by=officer, at=at)
    final = at + timedelta(hours=1)
    outcomes.report(
        decision_id=made.decision_id, is_bad=False, observed_on=at.date(), key=key, at=final
    )
    return made.decision_id


def test_a_month_of_decisions_goes_with_all_that_hangs_on_it(decided, drop, this_month, champion):
    ShadowScore.objects.create(
        version=champion,
        decision_id=decided,
        pd=0.2,
        score=500,
        band="C",
        recommendation="refer",
        at=factories.AT,
    )

    assert drop(retention.DECISIONS).rows == 1

    for model in (Applicant, Application, Decision, OfficerDecision, Outcome, ShadowScore):
        assert not model.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"months.decision_{this_month:%Y%m}"])
        assert cursor.fetchone() == (None,)


def test_a_correction_goes_with_its_month_and_so_does_who_entered_it(
    decided, drop, officer, this_month
):
    at = max(this_month + timedelta(hours=1), factories.BEFORE)
    body = factories.body(**factories.REFERRED)
    asked = {name: body[name] for name in ("requested", "features")}
    entry = hand_entries.enter(
        product="consumer-loan", body=asked, form="01FORM", by=officer, at=at
    )
    asked["features"]["savings"] = "1000_or_more"
    made = corrections.correct(
        decision_id=entry.decision_id,
        body=asked,
        source="applicant",
        words="Said so on the telephone.",
        by=officer,
        at=at,
    )
    officer_decisions.record(
        decision_id=made.decision_id, verdict="decline", by=factories.user("officer"), at=at
    )

    assert drop(retention.DECISIONS).rows == 3

    assert not Correction.objects.exists()
    assert not HandEntry.objects.exists()


def test_notices_go_with_their_month_and_an_open_review_keeps_it(
    champion, officer, drop, this_month
):
    at = max(this_month + timedelta(hours=1), factories.BEFORE)
    declined = notices_scene.decided(officer, at=at, **factories.DECLINED)
    at += timedelta(minutes=10)  # until then it could be undone
    notices_scene.issued(declined, officer, at=at)
    review = notices_scene.asked(declined, officer)
    with pytest.raises(actions.MonthMustStay, match="answer to a review"):
        drop(retention.DECISIONS)

    reviews.answer(
        review_id=review.pk,
        outcome="upheld",
        words="The decision stands.",
        by=factories.user("officer"),
        at=at,
    )
    drop(retention.DECISIONS)

    assert not Notice.objects.exists()
    assert not ReviewRequest.objects.exists()


def test_a_decision_that_a_review_reopened_goes_with_what_stood_before(
    champion, officer, drop, this_month
):
    at = max(this_month + timedelta(hours=1), factories.BEFORE)
    decided = notices_scene.decided(officer, at=at, **factories.DECLINED)
    other = factories.user("officer")
    review = notices_scene.asked(decided, officer)
    said = "We look at it once more."
    reviews.answer(review_id=review.pk, outcome="changed", words=said, by=other, at=at)
    officer_decisions.record(decision_id=decided.pk, verdict="decline", by=other, at=at)
    assert UndoneDecision.objects.get().review == review

    drop(retention.DECISIONS)

    for model in (UndoneDecision, OfficerDecision, ReviewRequest):
        assert not model.objects.exists()


def test_the_trail_says_what_went_and_who_signed(decided, drop, administrator, compliance):
    drop(retention.DECISIONS)

    event = AuditEvent.objects.get(type=AuditEvent.Type.MONTH_DROPPED)
    (said,) = event.details["dropped"][retention.DECISIONS]
    assert event.user == administrator
    assert event.details["approved_by"] == compliance.pk
    assert (said["rows"], said["first"], said["last"]) == (1, decided, decided)


def test_what_hangs_on_other_months_stays_and_is_guarded_again(decided, drop, this_month):
    other = factories.decide(at=factories.BEFORE + timedelta(hours=1), **factories.AUTOMATIC)

    drop(retention.DECISIONS)

    assert Decision.objects.get().pk == other.decision_id
    with connection.cursor() as cursor, pytest.raises(Exception, match="append-only"):
        cursor.execute("UPDATE credit_officerdecision SET verdict = verdict")


def test_replaying_a_dropped_decision_says_so(decided, drop, this_month):
    drop(retention.DECISIONS)

    (dropped,) = replays.replay([decided])
    (never,) = replays.replay([first_id(AFTER)])

    assert dropped.differences == [
        f"It was dropped with its month ({this_month:%Y%m}) at the end of its retention."
    ]
    assert never.differences == ["There is no such decision."]


def test_the_chain_holds_when_a_month_of_events_went(decided, drop, this_month):
    audit.seal(at=factories.AT)
    drop(retention.DECISIONS)
    audit.seal(at=factories.AT)
    before = trail.verify()

    dropped = drop(retention.AUDIT)

    report = trail.verify()
    assert (dropped.rows, report.events, report.problems) == (before.events, 0, [])
    assert (report.seals, report.head) == (before.seals, before.head)
    assert trail.verify(noted_head=before.head).problems == []
    assert retention.dropped()[retention.DECISIONS]  # told again, though its event went


def test_a_gap_that_the_trail_does_not_attest_is_told(decided, drop, monkeypatch):
    drop(retention.DECISIONS)
    audit.seal(at=factories.AT)
    nothing = {"rows": 0, "seals": [], "root": "", "month": "202001"}
    monkeypatch.setattr(retention, "attestation", lambda _: nothing)

    drop(retention.AUDIT)

    assert any("of which 0 are there" in problem for problem in trail.verify().problems)


@pytest.mark.parametrize("change", [{"rows": 1}, {"root": "0" * 64}])
def test_an_attestation_that_does_not_fit_its_seals_is_told(decided, drop, monkeypatch, change):
    drop(retention.DECISIONS)
    audit.seal(at=factories.AT)
    sums = retention.attestation
    monkeypatch.setattr(retention, "attestation", lambda part: sums(part) | change)

    drop(retention.AUDIT)

    (problem,) = trail.verify().problems
    assert "does not fit its seals" in problem


def test_a_seal_that_is_gone_with_its_month_is_told(decided, drop):
    drop(retention.DECISIONS)
    audit.seal(at=factories.AT)
    drop(retention.AUDIT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE credit_auditseal DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM credit_auditseal WHERE number = 1")
        cursor.execute("ALTER TABLE credit_auditseal ENABLE TRIGGER USER")

    assert any("does not fit its seals" in problem for problem in trail.verify().problems)


def test_within_its_retention_a_month_stays(decided, drop):
    with pytest.raises(actions.MonthMustStay, match="within its retention"):
        drop(retention.DECISIONS, at=NOW + timedelta(days=365))


def test_an_application_that_waits_keeps_its_month(champion, drop, this_month):
    factories.decide(at=max(this_month, factories.BEFORE), **factories.REFERRED)

    with pytest.raises(actions.MonthMustStay, match="1 of its applications wait"):
        drop(retention.DECISIONS)


def test_loans_whose_outcome_is_still_to_come_keep_their_month(decided, drop, settings):
    settings.EVENHAND_KEEP_DECISIONS_MONTHS = 1

    with pytest.raises(actions.MonthMustStay, match=r"not matured.*window of its loans is not"):
        drop(retention.DECISIONS, at=NOW + timedelta(days=95))


def test_the_law_of_its_places_keeps_a_month(drop, this_month, settings):
    settings.EVENHAND_KEEP_DECISIONS_MONTHS = 1
    colorado = factories.SOURCE.replace(b'["EU", "DE"]', b'["US", "US-CO"]')
    promotion_scene.live(colorado)
    factories.decide(at=max(this_month, factories.BEFORE), **factories.DECLINED)
    law = "The law of Colorado asks for its records for 36 months"

    with pytest.raises(actions.MonthMustStay, match=law):
        drop(retention.DECISIONS, at=NOW + timedelta(days=2 * 365))
    with pytest.raises(actions.MonthMustStay) as before_it_holds:
        drop(retention.DECISIONS, at=factories.AT + timedelta(days=20))
    assert law not in str(before_it_holds.value)


def test_events_stay_as_long_as_the_decisions_they_prove(decided, drop):
    audit.seal(at=factories.AT)

    with pytest.raises(actions.MonthMustStay, match="these events prove them"):
        drop(retention.AUDIT)

    assert AuditLeaf.objects.exists()


def test_events_that_no_seal_covers_keep_their_month(decided, drop):
    drop(retention.DECISIONS)

    with pytest.raises(actions.MonthMustStay, match="not sealed"):
        drop(retention.AUDIT)


def test_a_month_goes_once(decided, drop):
    drop(retention.DECISIONS)

    with pytest.raises(actions.NoSuchMonth, match="There is no month"):
        drop(retention.DECISIONS)


def test_two_people_sign(decided, drop, administrator, officer):
    with pytest.raises(actions.ApproverMissing):
        drop(retention.DECISIONS, approved_by=administrator)
    with pytest.raises(NotAllowed, match="compliance"):
        drop(retention.DECISIONS, approved_by=officer)
    with pytest.raises(NotAllowed, match="administrator"):
        drop(retention.DECISIONS, by=officer)

    assert Decision.objects.exists()


def test_what_is_older_than_all_months_goes_at_once_and_has_its_place_again(champion, drop):
    at = factories.BEFORE + timedelta(hours=1)
    factories.decide(at=at, **factories.AUTOMATIC)

    assert drop(retention.DECISIONS, month="past").rows == 1

    factories.decide(at=at, **factories.AUTOMATIC)
    assert drop(retention.DECISIONS, month="past").rows == 1
    with pytest.raises(actions.NoSuchMonth):
        drop(retention.DECISIONS, month="past")


def test_bounds_are_those_of_the_database(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(relname, '_', 1) || split_part(relname, '_', 2),"
            " pg_get_expr(relpartbound, oid) FROM pg_class"
            " WHERE relname ~ '^(application|auditevent)_[0-9]+$' AND relispartition"
        )
        bounds = dict(cursor.fetchall())

    for kind, table in ((retention.DECISIONS, "application"), (retention.AUDIT, "auditevent")):
        past, *months = retention.parts(kind)
        assert past.name == "past"
        for part in months:
            assert bounds[table + part.name] == (
                f"FOR VALUES FROM ('{part.low}') TO ('{part.high}')"
            )


def test_the_command_only_tells_unless_it_is_told_yes(decided, monkeypatch, capsys, this_month):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AFTER)
    commit()

    call_command("drop_months")

    assert f"{this_month:%Y%m}: 1 decisions. It may go." in capsys.readouterr().out
    assert Decision.objects.exists()


def test_the_command_drops_what_nothing_keeps(
    decided, monkeypatch, capsys, administrator, compliance, this_month
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AFTER)
    audit.seal(at=factories.AT)
    commit()
    people = ("--by", administrator.username, "--approved-by", compliance.username)

    call_command("drop_months", "--yes", "--json", *people)

    told = json.loads(capsys.readouterr().out)
    assert {"kind": "decisions", "month": f"{this_month:%Y%m}", "rows": 1} in told["dropped"]
    assert trail.verify().problems == []
    assert months.make_ahead(at=this_month) == 4  # even where all of them went


def test_the_command_needs_two_names(db):
    with pytest.raises(CommandError, match="Say who asks"):
        call_command("drop_months", "--yes")


def test_the_command_names_what_keeps_a_month_that_was_named(
    decided, administrator, compliance, this_month
):
    commit()
    people = ("--by", administrator.username, "--approved-by", compliance.username)

    with pytest.raises(CommandError, match="within its retention"):
        call_command("drop_months", f"{this_month:%Y%m}", "--yes", *people)


def test_events_are_in_the_month_of_the_databases_clock(decided, this_month):
    assert {month_of(pk) for pk in AuditEvent.objects.values_list("pk", flat=True)} == {
        int(f"{this_month:%Y%m}")
    }
