"""A notice leaves proved, once, in time; one that is not proved goes to a person."""

import hashlib
from datetime import timedelta
from decimal import Decimal

import factories
import pypdfium2
import pytest
from django.db import connection
from notices_scene import (
    ADVERSE,
    LATER,
    OWN,
    decided,
    declined,
    issued,
    overridden,
    refused,
    status,
)

from credit import laws, notice_facts, serving
from credit.actions import counter_offers, notices
from credit.actions.refusals import NotAllowed
from credit.drafting_notices import draft
from credit.models import AuditEvent, NoticeFailure, NoticeKind
from credit.notice_facts import decisions
from credit.queries import notices as queries
from credit.queries import notices_left
from scoring.notices import laws as law
from scoring.notices.records import notice_from_json

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("champion")]


def words_of(pdf):
    document = pypdfium2.PdfDocument(bytes(pdf))
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_decline_is_owed_a_notice_with_the_models_own_proved_reasons(officer):
    decision = declined(officer)

    (row,) = queries.due(at=LATER)
    notice = issued(decision, officer)

    assert (row.decision_id, row.kind, row.has_address) == (decision.pk, ADVERSE, True)
    text = words_of(notice.pdf)
    assert "Balance of the checking account is below zero" in text
    assert "The requested term of 48 months is long" in text
    assert "Maja Müller-Łukasz" in text
    assert "Evenhand Example Bank" in text
    assert "23 November 2026" in text
    assert queries.due(at=LATER) == []
    assert queries.has_left(decision.pk)


def test_the_bytes_that_left_can_be_made_again(officer):
    decision = declined(officer)

    notice = issued(decision, officer)
    again = draft(decisions().get(pk=decision.pk), kind=ADVERSE, at=LATER)

    assert notice.pdf_sha256 == hashlib.sha256(notice.pdf).hexdigest()
    assert notice.html_sha256 == hashlib.sha256(notice.html).hexdigest()
    # Only the number in the small print tells the second from the first.
    assert again.html == notice.html.replace(b"notice 1.", b"notice 2.")
    assert notice.pdf[:8] == b"%PDF-1.7"
    assert b"pdfuaid" in notice.pdf


def test_a_decline_by_policy_is_owed_one_too(officer, toy_bundle):
    serving.forget_what_is_in_force()
    contract = factories.contract_version(
        source=factories.SOURCE.replace(
            b"[policy.automatic]", b"[policy.automatic]\ndecline_pd_at_least = 0.80"
        )
    )
    factories.policy(contract)
    factories.promoted(
        factories.model_version(factories.toy_bundle(contract.read()), contract=contract)
    )
    answer = factories.decide(**factories.DECLINED).answer
    assert answer["decision"]["by"] == "policy"

    (row,) = queries.due(at=LATER)
    notice = issued(decisions().get(pk=answer["id"]), officer)

    assert row.kind == ADVERSE
    record, _ = notice_from_json(bytes(notice.certificate))
    assert record.facts.decided_by == "policy"
    assert [reason["from"] for reason in record.statement["reasons"]] == ["model", "model"]


def test_a_rule_that_knocked_out_is_the_reason(officer):
    contract = factories.contract_version(
        source=factories.SOURCE.replace(
            b'otherwise = "refer"\ntext = "Terms', b'otherwise = "decline"\ntext = "Terms'
        ).replace(b'at_most = "48"', b'at_most = "20"')
    )
    factories.policy(contract)
    factories.promoted(
        factories.model_version(factories.toy_bundle(contract.read()), contract=contract)
    )
    decision = decided(officer, reason=OWN, **factories.APPROVED)  # 24 months; the PD is fine

    notice = issued(decision, officer)

    record, _ = notice_from_json(bytes(notice.certificate))
    assert [(each["from"], each["code"]) for each in record.statement["reasons"]] == [
        ("rule", "max_term")
    ]


def test_after_an_override_the_officers_reason_is_stated_as_the_contract_words_it(officer):
    decision = overridden(officer, reason_code="OFF05")

    text = words_of(issued(decision, officer).pdf)

    assert "We could not verify information in your application" in text
    assert "payslips" not in text  # words meant for colleagues
    assert "checking account" not in text


def test_an_override_without_words_for_applicants_goes_to_a_person_who_states_them(officer):
    decision = overridden(officer)

    assert refused(decision, officer) == {"own_missing"}
    (row,) = queries.due_page(at=LATER, failed=True).rows
    assert row.is_failed
    assert "not stated in words" in row.problems[0]
    assert not queries.has_left(decision.pk)

    said = "The income on the payslips is not that in the application"
    notices.state(decision_id=decision.pk, kind=ADVERSE, reasons=[said], by=officer, at=LATER)
    assert said in words_of(issued(decision, officer).pdf)
    assert queries.counts().due == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "one to 4"),
        (["a reason of its own"] * 5, "one to 4"),
        (["Too risky"], "too short"),
        (["You did not reach the score that we ask for"], "no specific reason"),
        (["You are a foreign worker and move often"], "may not be a reason"),
    ],
)
def test_words_that_are_no_reason_are_refused_by_name(officer, words, says):
    decision = overridden(officer)

    with pytest.raises(notices.ReasonsRefused, match=says):
        notices.state(decision_id=decision.pk, kind=ADVERSE, reasons=words, by=officer, at=LATER)


def test_nobody_states_others_in_place_of_reasons_that_are_proved(officer):
    decision = declined(officer)

    with pytest.raises(notices.NotForAPerson):
        notices.state(
            decision_id=decision.pk,
            kind=ADVERSE,
            reasons=["A reason of mine"],
            by=officer,
            at=LATER,
        )


def test_a_reason_that_cannot_be_proved_does_not_leave(officer, monkeypatch):
    decision = declined(officer)
    engine = serving.engine_of(decision.application.score.bundle_hash)
    usual = {"checking_status": "below_0", "duration_months": 48}
    before = engine.bundle.manifest["reference"]
    monkeypatch.setitem(engine.bundle.manifest, "reference", {"usual": before["usual"] | usual})

    assert refused(decision, officer) == {"nothing_proved"}


def test_a_release_that_does_not_say_what_is_usual_proves_nothing(officer, monkeypatch):
    decision = declined(officer)
    engine = serving.engine_of(decision.application.score.bundle_hash)
    monkeypatch.delitem(engine.bundle.manifest, "reference")

    assert refused(decision, officer) == {"nothing_proved"}
    assert "does not say what is usual" in NoticeFailure.objects.get().problems[0]["text"]


def test_a_largest_reason_that_is_a_proxy_stops_the_notice(officer):
    contract = factories.contract_version(
        source=factories.SOURCE.replace(b"[notices]", b'[notices]\nproxies = ["checking_status"]')
    )
    factories.policy(contract)
    factories.promoted(
        factories.model_version(factories.toy_bundle(contract.read()), contract=contract)
    )

    assert refused(declined(officer), officer) == {"not_to_be_stated"}


def test_a_place_without_a_law_pack_and_a_product_without_a_creditor_stop_it(officer):
    source = factories.SOURCE.replace(b'["EU", "DE"]', b'["EU", "TW"]')
    contract = factories.contract_version(source=source)
    factories.policy(contract)
    factories.promoted(
        factories.model_version(factories.toy_bundle(contract.read()), contract=contract)
    )

    assert refused(declined(officer), officer) == {"law_missing"}


def test_while_it_can_be_undone_nothing_leaves(officer):
    decision = declined(officer)
    ends = factories.AT + timedelta(minutes=10)

    with pytest.raises(notices.UndoStillRuns, match=f"{ends:%H:%M}"):
        issued(decision, officer, at=ends - timedelta(minutes=1))
    (row,) = queries.due(at=factories.AT)
    assert row.undo_until == ends

    assert issued(decision, officer, at=ends)


def test_it_is_issued_again_only_with_a_reason_and_both_stay(officer):
    decision = declined(officer)
    issued(decision, officer)

    with pytest.raises(notices.AlreadyLeft):
        issued(decision, officer)
    again = issued(decision, officer, why_again="The first one came back undelivered.")

    assert again.number == 2
    assert [each.number for each in notices_left.left().rows] == [2, 1]


def test_what_waits_or_is_approved_is_owed_nothing(officer):
    waiting = decisions().get(pk=factories.decide(**factories.REFERRED).answer["id"])
    approved = decided(officer, "approve", **factories.APPROVED)

    for decision in (waiting, approved):
        with pytest.raises(notices.NothingOwed):
            issued(decision, officer)
    assert queries.due(at=LATER) == []


@pytest.mark.parametrize("role", ["compliance", "auditor", "administrator"])
def test_only_officers_issue_and_state(role, officer, request):
    decision = declined(officer)
    other = request.getfixturevalue(role)

    with pytest.raises(NotAllowed):
        issued(decision, other)
    with pytest.raises(NotAllowed):
        notices.state(
            decision_id=decision.pk, kind=ADVERSE, reasons=["A reason of mine"], by=other, at=LATER
        )


def test_a_counter_offer_tells_its_terms_and_later_that_it_was_not_accepted(officer):
    offer = {"offered_amount": Decimal(3000), "offered_term_months": 24}
    decision = decided(officer, "counter_offer", reason=offer, **factories.REFERRED)

    text = words_of(issued(decision, officer, kind=NoticeKind.COUNTER_OFFER).pdf)

    assert "3,000.00 DEM" in text
    assert "24 months" in text
    assert queries.due(at=LATER) == []
    counter_offers.answer(decision_id=decision.pk, said="refused", by=officer, at=LATER)
    (row,) = queries.due(at=LATER)
    assert row.kind == ADVERSE
    assert row.due_on == LATER.date() + timedelta(days=30)  # of the Union; 90 in the United States


def test_an_incomplete_application_is_told_what_is_missing(officer):
    decision = declined(officer)
    status(decision, "awaiting_information")
    kind = NoticeKind.INCOMPLETENESS
    assert refused(decision, officer, kind=kind) == {"nothing_asked"}

    notices.state(
        decision_id=decision.pk,
        kind=kind,
        reasons=["Your last three payslips"],
        by=officer,
        at=LATER,
    )

    assert "Your last three payslips" in words_of(issued(decision, officer, kind=kind).pdf)
    status(decision, "incomplete")
    assert queries.due(at=LATER) == []  # they were told


def test_who_was_never_told_is_owed_a_notice_when_it_is_closed(officer):
    decision = decisions().get(pk=factories.decide(**factories.REFERRED).answer["id"])
    status(decision, "incomplete")

    (row,) = queries.due(at=LATER)

    assert row.kind == ADVERSE
    assert refused(decision, officer) == {"own_missing"}


def test_an_explanation_says_what_would_have_changed_the_outcome(officer):
    decision = declined(officer)

    notice = issued(decision, officer, kind=NoticeKind.EXPLANATION)

    record, _ = notice_from_json(bytes(notice.certificate))
    assert record.statement["instead"]
    assert {each["recommendation"] for each in record.statement["instead"]} == {"approve"}
    assert "What would have changed the outcome" in words_of(notice.pdf)
    assert queries.counts().due == 1  # the notice itself is still owed


def test_a_name_that_no_font_shows_goes_to_a_person(officer):
    decision = declined(officer, applicant={"name": "王小明", "address": "臺北市"})

    assert refused(decision, officer) == {"font"}


def test_without_an_address_it_names_the_reference_only(officer):
    decision = decided(officer, **factories.DECLINED)

    (row,) = queries.due(at=LATER)
    notice = issued(decision, officer)

    assert not row.has_address
    assert not notice.has_address
    assert "Reference A-2291" in words_of(notice.pdf)


def test_the_trail_and_the_row_of_a_failure_name_nobody(officer):
    decision = declined(officer)
    notice = issued(decision, officer)

    (event,) = AuditEvent.objects.filter(type=AuditEvent.Type.NOTICE_ISSUED)
    assert event.details == {"kind": "adverse_action", "number": 1, "seal": notice.seal}


def test_the_clock_is_the_laws_of_the_day_or_the_policys_where_it_is_shorter(officer):
    contract = declined(officer).application.score.contract.read()
    on = factories.AT.date()
    found = laws.laws_of(contract, on=on)
    policy = contract.policy

    def due(**changes):
        values = {"laws": found, "policy": policy, "received_on": on, "offered_on": None}
        return laws.notice_due_on(ADVERSE, **(values | changes)) - on

    assert due() == timedelta(days=14)
    assert due(laws=None) == timedelta(days=30)
    assert due(laws=laws.laws_of(contract, on=on - timedelta(days=30))) == timedelta(days=30)


def test_kinds_are_those_of_the_law():
    assert set(NoticeKind.values) == {str(kind) for kind in law.NoticeKind}
    assert notice_facts.OWED["declined"] is NoticeKind.ADVERSE_ACTION


def test_what_is_owed_is_found_by_an_index_of_its_own(officer, django_assert_max_num_queries):
    for _ in range(3):
        declined(officer)

    with django_assert_max_num_queries(10):
        assert len(queries.due(at=LATER)) == 3


def test_the_list_is_read_in_order_from_an_index_that_holds_nothing_else(officer):
    declined(officer)
    oldest = queries.owed().filter(product_id=1).order_by("received_at", "pk")[:5]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = oldest.explain()

    assert "Index Scan using" in plan
    assert "Seq Scan" not in plan
    assert "told" not in plan  # the index holds nothing else: only row security is looked at
