"""What the application's page offers in each state, and what its forms do."""

import re
from datetime import timedelta

import factories
import pytest
from django.utils import timezone
from page_words import words_of

from credit.actions import information, officer_decisions
from credit.models import (
    Application,
    InformationRequest,
    OfferAnswer,
    OfficerDecision,
    OfficerNote,
    ProposedDecision,
    ReasonFeedback,
    Role,
)

LARGE = {"requested__amount": "12000.00", "features__amount": 12_000}
TERMS = {"verdict": "counter_offer", "offered_amount": "3000.00", "offered_term_months": "24"}
WHY = {"reason_code": "OFF04", "reason": "The instalment would be too high."}


@pytest.fixture
def post(as_officer, waiting):
    """Send one form of an application that waits."""
    decision = waiting()

    def send(form="", client=None, **typed):
        return (client or as_officer).post(
            f"/applications/{decision.pk}/{form and form + '/'}", typed, follow=True
        )

    return send


def status():
    return Application.objects.get().status


def test_the_key_that_agrees_is_named_beside_its_button(as_officer, waiting):
    page = as_officer.get(f"/applications/{waiting(recommendation='decline').pk}/")
    text = page.content.decode()

    assert re.search(r'value="decline"\s+type="submit"\s+data-key="a"', text)
    assert "Key A agrees" in words_of(page)
    assert "data-keys-toggle" in text
    assert re.search(r'<script src="/static/frontend/keys\w*.js" defer>', text)


def test_a_referral_has_no_key_since_there_is_nothing_to_agree_to(as_officer, waiting):
    text = as_officer.get(f"/applications/{waiting().pk}/").content.decode()

    assert "data-key=" not in text


def test_after_deciding_the_way_back_is_a_press_away(post):
    page = post(verdict="approve").content.decode()

    found = re.search(r'href="(/applications/\w+/)">Undo it until 12:25 UTC</a>', page)
    assert found
    assert OfficerDecision.objects.get().final_at == timezone.now() + timedelta(minutes=10)


def test_undoing_is_offered_and_done(post):
    post(verdict="approve")

    page = post("undo")

    assert "The decision is undone; the application waits again." in words_of(page)
    assert status() == "awaiting_officer"


def test_undoing_is_not_offered_to_other_officers_nor_after_its_time(
    post, signed_in, as_officer, monkeypatch
):
    post(verdict="approve")
    address = f"/applications/{OfficerDecision.objects.get().pk}/"

    assert "Undo (until 12:25 UTC)" in words_of(as_officer.get(address))
    assert "Undo (until" not in words_of(signed_in(Role.OFFICER).get(address))
    assert "Undo (until" in words_of(signed_in(Role.SENIOR_OFFICER).get(address))
    later = timezone.now() + timedelta(minutes=10)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "Undo (until" not in words_of(as_officer.get(address))
    assert "this one is final" in words_of(post("undo"))


def test_a_counter_offer_is_made_and_answered(post):
    page = words_of(post(**TERMS, **WHY))
    assert "A-2291: your counter-offer stands." in page
    made = OfficerDecision.objects.get()

    page = words_of(post("offer", said="accepted", words="By telephone"))

    assert "The answer is recorded." in page
    assert "DEM 3,000.00 over 24 months" in page
    assert "The applicant\u2019s answer: Accepted" in page
    assert (made.verdict, status()) == ("counter_offer", "approved")
    assert OfferAnswer.objects.get().words == "By telephone"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"offered_amount": "100.00"}, "between 1,050.00 and 4,200.00 DEM"),
        ({"offered_amount": "a lot"}, "Enter a number."),
        ({"offered_term_months": "80"}, "between 3 and 36 months"),
    ],
)
def test_terms_that_cannot_be_come_back_as_they_were_typed(post, typed, said):
    answer = post(**{**TERMS, **WHY, **typed})

    assert answer.status_code == 422
    assert said in words_of(answer)
    (value,) = typed.values()
    assert f'value="{value}"' in answer.content.decode()
    assert status() == "awaiting_officer"


def test_an_offer_that_lapsed_can_only_be_recorded_as_such(post, signed_in, monkeypatch):
    post(**TERMS, **WHY)
    later = timezone.now() + timedelta(days=31)
    monkeypatch.setattr(timezone, "now", lambda: later)
    colleague = signed_in(Role.OFFICER)

    assert "it has lapsed" in words_of(post("offer", colleague, said="accepted"))
    post("offer", colleague, said="lapsed")

    assert status() == "declined"


def test_asking_waits_for_the_applicant_and_the_answer_brings_it_back(post):
    page = words_of(post("ask", items=["income", "debts"], words="Since March"))
    assert "Waits for the applicant" in page
    assert "Proof of income" in page

    assert "close as incomplete" not in page
    post("information", did="answered", words="Two payslips")

    assert status() == "awaiting_officer"
    assert InformationRequest.objects.get().answer == "Two payslips"


def test_a_question_that_asks_for_nothing_comes_back(post):
    assert "Choose what you ask for." in words_of(post("ask", words="Since March"))
    answer = post("ask", items=["other"])

    assert answer.status_code == 422
    assert "something else" in words_of(answer)


def test_what_was_never_answered_can_be_closed_when_its_time_is_over(post, signed_in, monkeypatch):
    post("ask", items=["income"])
    assert "may answer until" in words_of(post("information", did="closed"))
    later = timezone.now() + timedelta(days=15)
    monkeypatch.setattr(timezone, "now", lambda: later)

    page = words_of(post("information", signed_in(Role.OFFICER), did="closed"))

    assert "Closed as incomplete" in page
    assert status() == "incomplete"


def test_a_withdrawal_ends_it(post):
    page = words_of(post("withdraw", words="Found it cheaper"))

    assert "Withdrawn by the applicant" in page
    assert "This application is over." in page
    assert status() == "withdrawn"


@pytest.fixture
def proposed(as_officer, waiting):
    """Let an officer propose what is above their authority."""
    decision = waiting(recommendation="approve", **LARGE)
    page = as_officer.post(f"/applications/{decision.pk}/", {"verdict": "approve"}, follow=True)
    assert "A-2291 waits for a senior officer's signature." in words_of(page)
    return ProposedDecision.objects.get()


def settle(client, proposed, did, **typed):
    address = f"/applications/{proposed.decision_id}/signature/"
    return client.post(address, {"proposal": proposed.pk, "did": did, **typed}, follow=True)


def test_a_senior_officer_finds_it_reads_why_and_signs(proposed, signed_in):
    senior = signed_in(Role.SENIOR_OFFICER)
    listed = senior.get("/signatures/")
    assert f"/applications/{proposed.decision_id}/" in listed.content.decode()
    assert "the amount is above what one officer may lend" in words_of(listed)

    page = words_of(senior.get(f"/applications/{proposed.decision_id}/"))
    assert "Waits for a second signature" in page
    page = words_of(settle(senior, proposed, "sign"))

    assert "Signed: the decision stands." in page
    assert "signed by" in page
    assert status() == "approved"


def test_a_senior_officer_sends_it_back_with_words(proposed, signed_in):
    senior = signed_in(Role.SENIOR_OFFICER)
    answer = settle(senior, proposed, "send_back", words="no")
    assert answer.status_code == 422
    assert "why you send it back" in words_of(answer)

    settle(senior, proposed, "send_back", words="Ask for payslips first.")

    assert status() == "awaiting_officer"


def test_an_officer_takes_their_own_back_and_signs_nothing(proposed, as_officer):
    page = words_of(as_officer.get(f"/applications/{proposed.decision_id}/"))
    assert "Take it back" in page
    assert settle(as_officer, proposed, "sign").status_code == 403

    settle(as_officer, proposed, "take_back")

    assert status() == "awaiting_officer"


def test_with_nothing_to_sign_the_page_says_so(signed_in):
    page = words_of(signed_in(Role.SENIOR_OFFICER).get("/signatures/"))

    assert "Nothing waits for a signature" in page


def test_each_reason_is_judged_in_one_press(as_officer, waiting):
    decision = waiting()
    address = f"/applications/{decision.pk}/reasons/"

    answer = as_officer.post(address, {"opinion": "checking_status:wrong"})
    assert answer.headers["Location"] == f"/applications/{decision.pk}/#reasons"
    page = as_officer.get(f"/applications/{decision.pk}/").content.decode()
    assert re.search(r'id="checking_status-wrong"[^>]*aria-pressed="true"', page)

    as_officer.post(address, {"opinion": "checking_status:unhelpful"})
    assert ReasonFeedback.objects.get().kind == "unhelpful"
    assert as_officer.post(address, {"opinion": "Robert'); --"}).status_code == 422


def test_a_note_is_kept_and_shown_as_text(post):
    page = post("note", words="<b>Rang</b> her").content.decode()

    assert "&lt;b&gt;Rang&lt;/b&gt; her" in page
    assert "1 note" in page
    assert post("note", words=" ").status_code == 422
    assert OfficerNote.objects.count() == 1


def test_an_auditor_reads_every_state_and_finds_no_form(signed_in, waiting, officer):
    auditor = signed_in(Role.AUDITOR)
    asked, large = waiting(), waiting(recommendation="approve", **LARGE)
    information.ask(decision_id=asked.pk, items=["income"], by=officer, at=timezone.now())
    officer_decisions.record(decision_id=large.pk, verdict="approve", by=officer, at=timezone.now())

    for decision in (asked, large):
        page = auditor.get(f"/applications/{decision.pk}/").content.decode()
        assert page.count('method="post"') == 2  # signing out, language


@pytest.mark.parametrize("state", ["signature", "information", "offer", "undone"])
def test_no_state_takes_more_than_twelve_queries(
    state, as_officer, waiting, officer, django_assert_max_num_queries
):
    decision = waiting(recommendation="approve", **(LARGE if state == "signature" else {}))
    address = f"/applications/{decision.pk}/"
    if state == "information":
        as_officer.post(f"{address}ask/", {"items": ["income"]})
    else:
        offer = {**TERMS, "offered_term_months": "20"} if state != "signature" else {}
        as_officer.post(address, {"verdict": "approve", **offer})
    if state == "undone":
        as_officer.post(f"{address}undo/")
    as_officer.post(f"{address}note/", {"words": "Rang her."})

    with django_assert_max_num_queries(12):
        as_officer.get(address)


def test_the_list_of_signatures_takes_as_many_queries_for_many(
    waiting, signed_in, django_assert_max_num_queries
):
    officer = factories.user(Role.OFFICER)
    for number in range(5):
        made = waiting(recommendation="approve", reference=f"L-{number}", **LARGE)
        officer_decisions.record(
            decision_id=made.pk, verdict="approve", by=officer, at=timezone.now()
        )
    senior = signed_in(Role.SENIOR_OFFICER)
    senior.get("/signatures/")

    with django_assert_max_num_queries(12):
        assert "L-4" in senior.get("/signatures/").content.decode()
