"""The pages on performance and business: figures with n, period, interval, or why there is none."""

import re
from datetime import date
from html import unescape

import factories
import pytest
import results_scene
from django.db import connection
from django.test.utils import CaptureQueriesContext
from results_scene import DAY, TODAY, store_day, store_month

from credit.actions.alerts import raise_alert
from credit.models import Role

PERFORMANCE = "/monitoring/consumer-loan/performance/"
BUSINESS = "/monitoring/consumer-loan/business/"


def text(answer):
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


@pytest.fixture
def product(champion):
    return champion.product


@pytest.fixture
def history(product):
    results_scene.three_years(product)
    return product


def test_without_a_loan_the_page_says_when_something_will_be_there(as_validator, product):
    page = text(as_validator.get(PERFORMANCE))

    assert "Nothing was approved yet" in page
    assert "its outcomes 12 months later" in page


def test_before_anything_matured_there_are_estimates_and_words(as_validator, product):
    store_month(product, date(2026, 10, 1), outcome_known=False)

    page = text(as_validator.get(PERFORMANCE))

    assert "Nothing has matured yet" in page
    assert "No whole month has matured yet" in page
    assert "0 (0)" in page


def test_what_matured_stands_beside_what_was_promised_with_n_and_period(as_validator, history):
    page = text(as_validator.get(PERFORMANCE))

    assert "September 2025, outcomes known of 100% of the approved" in page
    assert "as promised" in page
    assert "2,000 loans. A finding needs the whole interval" in page
    assert "36 months with approved loans, from January 2024" in page
    assert "Only approved loans have outcomes" in page
    assert "Predicted and realised by band" in page


def test_a_fall_is_said_in_words_and_not_by_colour_alone(as_validator, product):
    store_month(product, date(2025, 6, 1), times=1.8)

    assert "more than predicted" in text(as_validator.get(PERFORMANCE))


def test_one_version_can_be_looked_at_alone(as_validator, product, champion):
    store_month(product, date(2025, 6, 1))
    store_month(product, date(2025, 6, 1), segment=f"version:{champion.pk}", n=500)

    answer = as_validator.get(PERFORMANCE, {"segment": f"version:{champion.pk}"})

    assert answer.context["seen"].months[0].measured["n"] == 500
    assert as_validator.get(PERFORMANCE, {"segment": "version:0"}).status_code == 404


def test_what_is_off_its_target_stands_first(as_validator, product):
    made = {"officer_approved": 11, "officer_declined": 9, "made": 20, "recommended": 20}
    for back in range(1, 21):
        store_day(product, TODAY - back * DAY, **made, overrides=18)

    first, *others = as_validator.get(BUSINESS).context["rows"]

    assert (first.label, first.verdict) == ("Overrides", "off target")
    assert "off target" not in {row.verdict for row in others}


def test_alerts_that_lead_here_stand_above_for_who_may_read_them(as_validator, signed_in, product):
    for cause, link in (("calibration_off", PERFORMANCE), ("business_off_target", BUSINESS)):
        raise_alert(cause=cause, product=product, message="-", link=link, at=factories.AT)

    page = text(as_validator.get(PERFORMANCE))

    assert "Alerts about this" in page
    assert "The model's probabilities are off" in unescape(page)
    assert "A business figure is off" not in page
    assert "Alerts about this" not in text(signed_in(Role.SENIOR_OFFICER).get(PERFORMANCE))


def test_promotions_are_marked_and_named(as_validator, history, champion):
    answer = as_validator.get(PERFORMANCE)

    assert champion.name in text(answer)
    assert 'class="mark"' in answer.content.decode()


def test_the_business_page_without_an_application(as_validator, product):
    page = text(as_validator.get(BUSINESS))

    assert "Nobody has applied yet" in page
    assert "nothing yet" in page
    assert "set before go-live, on 23 October 2026" in page


def test_each_figure_stands_beside_its_target_with_its_period_and_interval(as_validator, product):
    store_day(
        product,
        TODAY - DAY,
        applications=20,
        officer_approved=30,
        officer_declined=170,
        made=200,
        first_at=factories.AT.isoformat(),
    )

    page = text(as_validator.get(BUSINESS))

    assert "15.0% (10.7% to 20.6%, n = 200)" in page
    assert "55.0%, give or take 15.0%" in page
    assert "off target" in page
    assert "No partner reports bookings" in page


def test_a_target_that_was_set_afterwards_says_so(as_validator, product):
    long_ago = factories.BEFORE - DAY
    store_day(product, TODAY - DAY, applications=1, first_at=long_ago.isoformat())

    page = text(as_validator.get(BUSINESS))

    assert "set after go-live, on" in page
    assert "set before go-live" not in page


def test_parts_are_named_and_have_no_targets(as_validator, product):
    factories.partner()
    for segment in ("", "partner:acme-broker"):
        store_day(product, TODAY - DAY, segment, officer_approved=30, officer_declined=10)

    answer = as_validator.get(BUSINESS, {"segment": "partner:acme-broker"})

    assert "Acme" in text(answer)
    assert "targets are of everything" in text(answer)
    assert as_validator.get(BUSINESS, {"segment": "partner:nobody"}).status_code == 404


@pytest.mark.parametrize("address", [PERFORMANCE, BUSINESS])
def test_an_unknown_product_is_not_found(as_validator, address, product):
    assert as_validator.get(address.replace("consumer", "no")).status_code == 404


@pytest.mark.parametrize("address", [PERFORMANCE, BUSINESS])
def test_officers_do_not_open_them_and_those_who_own_or_oversee_do(signed_in, product, address):
    assert signed_in(Role.OFFICER).get(address).status_code == 403
    for role in (Role.SENIOR_OFFICER, Role.ADMINISTRATOR, Role.MODEL_DEVELOPER, Role.AUDITOR):
        assert signed_in(role).get(address).status_code == 200


@pytest.mark.parametrize("address", [PERFORMANCE, BUSINESS])
def test_a_page_reads_aggregates_and_as_few_of_them_as_ever(
    as_validator, product, history, address
):
    """No query looks at decisions, however many there are."""
    for back in range(700):
        store_day(product, TODAY - back * DAY, officer_approved=11, officer_declined=9, made=20)

    with CaptureQueriesContext(connection) as seen:
        assert as_validator.get(address).status_code == 200

    asked = " ".join(each["sql"] for each in seen)
    assert len(seen) <= 45
    for table in ("credit_application", "credit_score", "credit_decision"):
        assert f'FROM "{table}"' not in asked
        assert f'JOIN "{table}"' not in asked
