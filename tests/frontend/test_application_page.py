import re

import factories
from django.test import Client
from page_words import words_of

from credit import considering
from credit.actions import past_loans
from credit.models import (
    Role,
)
from scoring.uncertainty import Uncertainty

REASON = {"reason_code": "OFF01", "reason": "Payslips of three months seen."}


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


def test_an_application_no_model_scored_says_why(page_of, unscored):
    page = page_of(unscored())

    assert "No model scored this application" in page
    assert "bundle_missing" in page
    assert "Why this score" not in page


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
