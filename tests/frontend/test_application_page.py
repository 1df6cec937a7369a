import re
from html import unescape

import factories
import pytest
from django.test import Client
from django.utils import timezone
from page_words import words_of

from credit import considering
from credit.actions import officer_decisions, past_loans
from credit.models import (
    Application,
    AuditEvent,
    Decision,
    OfficerDecision,
    RecommendationFeedback,
    Role,
)
from scoring.uncertainty import Uncertainty

REASON = {"reason_code": "OFF01", "reason": "Payslips of three months seen."}


@pytest.fixture
def page_of(as_officer):
    def read(decision):
        return words_of(as_officer.get(f"/applications/{decision.pk}/"))

    return read


def decide(client, decision, verdict, **more):
    return client.post(f"/applications/{decision.pk}/", {"verdict": verdict, **more})


def test_what_decides_is_on_the_page(page_of, waiting):
    page = page_of(waiting())

    for words in ("DEM 4,200.00", "12 months", "Consumer loan", "Refer", "Band "):
        assert words in page
    assert re.search(r"about \d+ of 100 applicants like this", page)
    assert "Balance of the checking account is 0 to 200 DM \u221218.0" in page


def test_each_detail_of_the_application_is_there_with_its_points(page_of, waiting):
    page = page_of(waiting())

    for feature in factories.CONTRACT.features:
        assert feature.label in page
    assert "Checking account 0 to 200 DM \u221218.0 points" in page


def test_policy_rules_say_whether_they_passed(page_of, waiting):
    large = {"requested__amount": "12000.00", "features__amount": 12000}
    page = page_of(waiting(recommendation="approve", **large))

    assert "Amounts above 10,000 DM are looked at by a person: not passed" in page
    assert "Terms above 48 months are looked at by a person: passed" in page
    assert "a policy rule applies" in page


def test_the_small_print_names_what_it_was_decided_with(page_of, waiting):
    decision = waiting()
    page = page_of(decision)

    assert decision.pk in page
    assert "consumer-loan/1" in page
    assert decision.application.score.bundle_hash[7:19] in page


def test_the_recommendation_is_agreed_to_in_one_press(as_officer, waiting):
    decision = waiting(recommendation="approve")
    assert "Agree: approve" in as_officer.get(f"/applications/{decision.pk}/").content.decode()

    answer = as_officer.post(f"/applications/{decision.pk}/", {"verdict": "approve"}, follow=True)

    assert answer.redirect_chain == [("/", 302)]
    assert "A-2291 is approved, by your decision." in answer.content.decode()
    made = OfficerDecision.objects.get()
    assert (made.verdict, made.is_override) == ("approve", False)
    assert made.decided_by_id == int(as_officer.session["_auth_user_id"])


def test_the_next_application_is_one_press_away(as_officer, waiting):
    first, following = waiting(reference="first"), waiting(reference="next")
    decide(as_officer, first, "approve")

    answer = as_officer.post("/take/", follow=True)

    assert answer.redirect_chain[-1][0] == f"/applications/{following.pk}/"


@pytest.mark.parametrize("verdict", ["approve", "decline"])
def test_a_referral_is_decided_either_way_without_a_reason(verdict, as_officer, waiting):
    decision = waiting(recommendation="refer")

    assert decide(as_officer, decision, verdict).status_code == 302
    assert OfficerDecision.objects.get().verdict == verdict


def test_an_override_with_its_reason_is_recorded(as_officer, waiting):
    decision = waiting(recommendation="decline")

    answer = decide(as_officer, decision, "approve", **REASON)

    assert answer.status_code == 302
    made = OfficerDecision.objects.get()
    assert (made.is_override, made.reason_code, made.reason) == (True, "OFF01", REASON["reason"])


@pytest.mark.parametrize(
    "typed",
    [
        {"reason_code": "", "reason": "She showed me her payslips."},
        {"reason_code": "OFF01", "reason": ""},
        {"reason_code": "OFF01", "reason": "No."},
    ],
)
def test_an_override_that_does_not_say_why_keeps_what_was_typed(typed, as_officer, waiting):
    answer = decide(as_officer, waiting(recommendation="decline"), "approve", **typed)
    page = unescape(answer.content.decode())

    assert answer.status_code == 422
    assert "Say why, going against the recommendation" in page
    assert typed["reason"] in page
    assert ('value="OFF01" selected' in page) == bool(typed["reason_code"])
    assert re.search(r"<details[^>]*\sopen", page)
    assert not OfficerDecision.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        {"verdict": "perhaps"},
        {"verdict": ""},
        {"verdict": "approve", "reason_code": "OFF99", "reason": "Because I can say so."},
        {"verdict": "approve", "reason_code": "OFF01", "reason": "x" * 4001},
    ],
)
def test_a_form_that_cannot_be_right_is_422_and_changes_nothing(typed, as_officer, waiting):
    answer = as_officer.post(f"/applications/{waiting().pk}/", typed)

    assert answer.status_code == 422
    assert not OfficerDecision.objects.exists()


def test_the_second_officer_is_told_who_decided_and_nothing_is_overwritten(as_officer, waiting):
    decision = waiting(recommendation="approve")
    first = factories.user(Role.OFFICER, username="olga")
    officer_decisions.record(
        decision_id=decision.pk, verdict="approve", by=first, at=timezone.now()
    )

    answer = as_officer.post(
        f"/applications/{decision.pk}/", {"verdict": "decline", **REASON}, follow=True
    )

    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == f"/applications/{decision.pk}/"
    assert "olga decided this application already: approve" in page
    assert "Back to the queue" in page
    assert OfficerDecision.objects.get().verdict == "approve"


def test_an_application_no_model_scored_says_why(page_of, unscored):
    page = page_of(unscored())

    assert "No model scored this application" in page
    assert "bundle_missing" in page
    assert "Why this score" not in page


def test_declining_what_no_model_scored_needs_a_reason_of_ones_own(as_officer, unscored):
    decision = unscored()

    assert decide(as_officer, decision, "decline").status_code == 422
    assert decide(as_officer, decision, "decline", **REASON).status_code == 302
    assert OfficerDecision.objects.get().reason == REASON["reason"]


def test_a_thumb_is_kept_with_its_words_and_can_be_changed(as_officer, waiting):
    decision = waiting()
    address = f"/applications/{decision.pk}/feedback/"

    as_officer.post(address, {"is_helpful": "yes"})
    answer = as_officer.post(address, {"is_helpful": "no", "comment": "data is old"}, follow=True)

    given = RecommendationFeedback.objects.get()
    assert (given.is_helpful, given.comment) == (False, "data is old")
    page = answer.content.decode()
    assert "data is old</textarea>" in page
    assert re.search(r'id="did-not-help"[^>]*aria-pressed="true"', page)


def test_a_thumb_can_be_given_after_the_decision(as_officer, waiting):
    decision = waiting()
    decide(as_officer, decision, "approve")

    as_officer.post(f"/applications/{decision.pk}/feedback/", {"is_helpful": "yes"})

    assert RecommendationFeedback.objects.get().is_helpful


def test_feedback_that_is_no_thumb_is_422(as_officer, waiting):
    answer = as_officer.post(f"/applications/{waiting().pk}/feedback/", {"is_helpful": "maybe"})

    assert answer.status_code == 422
    assert not RecommendationFeedback.objects.exists()


def test_forms_carry_their_token(db, waiting):
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.user(Role.OFFICER))
    decision = waiting(recommendation="decline")
    page = client.get(f"/applications/{decision.pk}/")

    tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    forms = page.content.decode().count('method="post"')

    assert len(tokens) == forms > 4
    answer = client.post(
        f"/applications/{decision.pk}/", {"verdict": "decline", "csrfmiddlewaretoken": tokens[1]}
    )
    assert answer.status_code == 302


def test_an_auditor_reads_it_and_finds_no_form(signed_in, waiting):
    page = signed_in(Role.AUDITOR).get(f"/applications/{waiting().pk}/").content.decode()

    assert "Officers decide it." in page
    assert 'name="verdict"' not in page


def test_what_officers_write_is_only_text(as_officer, page_of, waiting):
    decision = waiting(recommendation="decline")
    words = '<img src=x onerror="alert(1)"> for a friend'
    decide(as_officer, decision, "approve", reason_code="OFF01", reason=words)

    page = as_officer.get(f"/applications/{decision.pk}/").content.decode()

    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_what_would_have_changed_it_is_said_in_sentences(as_officer, waiting):
    decision = waiting(recommendation="decline")

    page = words_of(as_officer.get(f"/applications/{decision.pk}/?what-if"))

    assert "What would have changed it" in page
    assert "Checking account: below zero → 200 DM or more, or salary" in page
    assert "Then the probability of default is 34.2%, band D, score" in page
    assert "It is no promise" in page


def test_what_is_shown_is_only_a_look_and_no_decision(as_officer, waiting):
    decision = waiting(recommendation="decline")
    events, applications = AuditEvent.objects.count(), Application.objects.count()

    as_officer.get(f"/applications/{decision.pk}/?what-if")

    assert AuditEvent.objects.count() == events
    assert Application.objects.count() == applications == Decision.objects.count()


def test_what_would_have_changed_it_is_a_link_until_it_is_asked_for(as_officer, waiting):
    page = as_officer.get(f"/applications/{waiting(recommendation='decline').pk}/").content.decode()

    assert re.search(r'href="\?what-if#what-if"\s+hx-get="\?what-if"\s+hx-trigger="load"', page)
    assert "then the probability" not in page


def test_where_no_change_is_enough_the_page_says_so(as_officer, waiting, monkeypatch):
    decision = waiting(recommendation="decline", features__checking_status="below_0")
    monkeypatch.setattr("scoring.alternatives.levers_of", lambda *_, **__: ())

    page = words_of(as_officer.get(f"/applications/{decision.pk}/?what-if"))

    assert "nothing the applicant can change within the product's bounds reaches approval" in page
    assert "no promise" not in page


def test_a_search_that_was_too_large_is_said_beside_what_it_found(as_officer, waiting, monkeypatch):
    monkeypatch.setattr("scoring.alternatives.MOST_OF_A_SET", 0)
    decision = waiting(recommendation="decline")

    page = words_of(as_officer.get(f"/applications/{decision.pk}/?what-if"))

    assert "the search was too large" in page


def test_without_its_bundle_the_page_says_that_it_cannot_tell(
    as_officer, waiting, settings, tmp_path
):
    decision = waiting(recommendation="decline")
    settings.EVENHAND_VAR = tmp_path

    page = words_of(as_officer.get(f"/applications/{decision.pk}/?what-if"))

    assert "cannot be loaded (bundle_missing)" in page
    assert "What would have changed it cannot be worked out" in page


def test_an_approved_application_has_nothing_to_change(as_officer, waiting):
    decision = waiting(recommendation="approve")

    page = as_officer.get(f"/applications/{decision.pk}/?what-if").content.decode()

    assert "What would have changed it" not in page


def test_what_an_officer_approved_has_nothing_to_change_either(as_officer, waiting):
    decision = waiting(recommendation="refer")
    decide(as_officer, decision, "approve")

    page = as_officer.get(f"/applications/{decision.pk}/?what-if").content.decode()

    assert "What would have changed it" not in page


def test_how_sure_the_model_is_stands_beside_its_route_and_warnings(page_of, waiting, monkeypatch):
    said = Uncertainty(models=12, agreeing=9, recommendation="refer", pd_low=0.31, pd_high=0.47)
    monkeypatch.setattr("credit.ladder.sureness", lambda *_, **__: said)

    page = page_of(waiting())

    assert "Scored by: champion" in page
    assert "9 of 12 models agree; nine in ten say 31% to 47%" in page


def test_a_referral_that_only_the_models_disagreement_asks_for_says_so(
    page_of, waiting, monkeypatch
):
    said = Uncertainty(models=12, agreeing=6, recommendation="approve", pd_low=0.1, pd_high=0.3)
    monkeypatch.setattr("credit.ladder.sureness", lambda *_, **__: said)

    page = page_of(waiting(recommendation="approve"))

    assert "equally good models disagree" in page
    assert "models disagree: 6 of 12 approve" in page


def test_a_score_of_the_fallback_says_whose_it_is_and_has_no_model_to_ask(
    as_officer, waiting, own_store
):
    decision = waiting()  # the bundle is gone, the scorecard is in the row

    page = words_of(as_officer.get(f"/applications/{decision.pk}/?what-if"))

    assert "Scored by: fallback scorecard" in page
    assert "the fallback scorecard did" in page


def test_an_unknown_application_is_404(as_officer):
    assert as_officer.get("/applications/01JD0000000000000000000000/").status_code == 404
    assert as_officer.post("/applications/nothing/").status_code == 404


def test_the_page_asks_the_database_at_most_12_times(
    as_officer, django_assert_max_num_queries, waiting
):
    address = f"/applications/{waiting().pk}/"
    as_officer.get(address)  # the session is written down once a minute

    with django_assert_max_num_queries(12):
        as_officer.get(address)


BUDGET = b"""
[affordability]
income = "residence_years"
income_per = "month"
income_unit = "1000"
annual_interest_rate = "0.12"
payment_to_income_at_most = "0.10"
remaining_income_at_least = "500"

[scale]
"""


def test_without_an_income_the_page_says_that_affordability_cannot_be_judged(page_of, waiting):
    page = page_of(waiting())

    assert "asks for no income in money. Affordability cannot be judged here." in page


def test_affordability_stands_apart_from_the_credit_risk(as_officer, db):
    source = factories.SOURCE.replace(b"\n[scale]\n", BUDGET, 1)
    contract = factories.contract_version(source=source)
    factories.policy(contract)
    content = factories.toy_bundle(factories.Contract.parse(source))
    factories.promoted(factories.model_version(content, contract=contract))
    made = factories.decide(**factories.REFERRED, features__residence_years=2)

    page = words_of(as_officer.get(f"/applications/{made.decision_id}/"))

    assert "Payment to income 18.7% of at most 10% outside" in page
    assert "Remaining a month DEM 1,626.84 of at least 500.00 within" in page
    assert "Income 2,000.00 less a payment of 373.16 (at 12.0% a year)" in page


def test_similar_past_loans_are_shown_with_their_number_and_uncertainty(page_of, waiting, champion):
    decision = waiting()
    assert "They are not there yet" in page_of(decision)

    past_loans.make(version_id=champion.pk, at=factories.AT)

    page = page_of(decision)
    assert re.search(r"Of the 50 most similar of 1,000 past loans, \d+ turned out bad", page)
    assert "with 95% confidence" in page
    assert "This one 0 to 200 DM 12 months" in page


def test_an_application_unlike_the_training_data_says_so_before_the_small_print(
    page_of, waiting, monkeypatch
):
    words = "unlike the training data: Amount of the loan (19,000 DM)"
    unlike = considering._Sureness(warnings=(words,))
    monkeypatch.setattr(considering, "_sureness", lambda *_, **__: unlike)

    page = page_of(waiting())

    assert page.index(words) < page.index("Scored by")


def test_past_loans_beside_it_keep_the_page_at_twelve_questions(
    as_officer, waiting, champion, django_assert_max_num_queries
):
    decision = waiting()
    past_loans.make(version_id=champion.pk, at=factories.AT)
    as_officer.get(f"/applications/{decision.pk}/")

    with django_assert_max_num_queries(12):
        as_officer.get(f"/applications/{decision.pk}/")
