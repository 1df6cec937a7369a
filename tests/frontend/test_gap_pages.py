"""Pages on gaps between groups: where they come from, their trend, and other places' law."""

import factories
import gaps_scene
import pytest
from django.template.loader import render_to_string
from page_words import words_of

from credit.models import Role
from monitoring.gaps import making as gaps_making
from monitoring.gaps import places
from monitoring.gaps import queries as gaps
from monitoring.models import GapReport

GAPS = "/fairness/consumer-loan/gaps/"
TREND = "/fairness/consumer-loan/trend/"
PLACES = "/fairness/consumer-loan/places/"


@pytest.fixture
def version(db, own_store, monkeypatch):
    gaps_scene.quick(monkeypatch)
    return gaps_scene.champion()


@pytest.fixture
def reported(db, own_store, monkeypatch):
    gaps_scene.quick(monkeypatch)
    return gaps_scene.october_told().product


def read(client, address=GAPS):
    return words_of(client.get(address))


def test_the_champions_gaps_are_shown_by_feature_with_intervals(reported, as_compliance):
    page = read(as_compliance)

    assert "consumer-loan/1" in page
    assert "Age, beside 25 to 61" in page
    assert "149, beside 813" in page
    assert "Checking account" in page
    assert "Guessing the group from all features together has an AUC of" in page
    assert "Is another cut-off fairer at the same risk?" in page
    assert "Reasons given" in page


def test_a_month_of_live_decisions_can_be_chosen(reported, as_compliance):
    page = read(as_compliance, GAPS + "?about=month:2026-10-01")

    assert "October 2026" in page
    assert "32, beside 40" in page
    assert "72 people in 1 month." in page
    assert "Insufficient evidence" in page


@pytest.mark.parametrize("about", ["version:9", "version:x", "month:2026-01-01", "month:soon"])
def test_a_report_that_there_is_not_is_not_found(reported, as_compliance, about):
    assert as_compliance.get(GAPS, {"about": about}).status_code == 404


@pytest.mark.parametrize("address", [GAPS, TREND])
def test_without_a_report_the_page_says_how_one_comes(version, as_compliance, address):
    assert "No report yet" in read(as_compliance, address)


@pytest.mark.parametrize("address", [GAPS, TREND, PLACES])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COMPLIANCE, 200),
        (Role.MODEL_VALIDATOR, 200),
        (Role.AUDITOR, 200),
        (Role.OFFICER, 403),
        (Role.MODEL_DEVELOPER, 403),
        (Role.ADMINISTRATOR, 403),
    ],
)
def test_only_who_oversees_may_read(version, signed_in, address, role, status):
    assert signed_in(role).get(address).status_code == status


@pytest.mark.parametrize("address", [GAPS, TREND, PLACES])
def test_a_product_that_there_is_not_is_not_found(version, as_compliance, address):
    assert as_compliance.get(address.replace("consumer", "no")).status_code == 404


def test_the_trend_marks_promotions(reported, as_compliance):
    page = read(as_compliance, TREND)

    assert "By month" in page
    assert "By version" in page
    assert "October 2026" in page
    assert "promoted" in page


@pytest.mark.parametrize("address", [GAPS, GAPS + "?about=month:2026-10-01", TREND, PLACES])
def test_pages_read_what_is_stored_in_few_queries(
    reported, as_compliance, address, django_assert_max_num_queries
):
    with django_assert_max_num_queries(25):
        as_compliance.get(address)


def test_lending_in_another_place_is_compared_with_the_present_ones(reported, as_compliance):
    page = read(as_compliance, PLACES + "?with=US-NJ")

    assert "EU, DE" in page
    assert "With New Jersey" in page
    assert "keeps a model from being promoted" in page
    assert "N.J.A.C. 13:16" in page
    assert "product\u2019s reading" in page


def test_the_contracts_own_bound_names_the_groups_that_are_outside(reported, as_compliance):
    kept = gaps.of_version("consumer-loan")
    said = {**kept.attributes[0]["ratios"][0], "air": 0.5, "air_low": 0.4, "p_value": 1e-6}
    kept.attributes[0]["ratios"][0] = said

    own = places.compare(
        kept, factories.CONTRACT, factories.CONTRACT.policy, added="", on=factories.AT.date()
    ).own

    assert own.outside == [said["label"]]
    page = render_to_string("gaps/_screen_verdict.html", {"row": own})
    assert f'<span class="sub">{said["label"]}</span>' in page


def test_the_day_decides_which_law_is_compared(reported, as_compliance):
    before = read(as_compliance, PLACES + "?with=US-CO&on=2026-12-31")
    after = read(as_compliance, PLACES + "?with=US-CO&on=2027-01-01")

    assert "No law pack is known for US-CO on that day" in before
    assert "Months that records are kept changes" in after


def test_clocks_change_with_the_place(version, as_compliance):
    page = read(as_compliance, PLACES + "?with=US&on=2026-11-26")

    assert "no report yet" in page
    assert "Days to a notice of a decision" in page


@pytest.mark.parametrize("asked", [{"with": "XX"}, {"on": "soon"}])
def test_a_place_or_day_that_there_is_not_is_said(version, as_compliance, asked):
    answer = as_compliance.get(PLACES, asked)

    assert answer.status_code == 422


def test_a_gap_of_few_is_insufficient_evidence(version, as_compliance):
    gaps_scene.applied(factories.APPROVED, group="under_25", times=3)
    product = gaps_scene.counted(version.product)
    gaps_making.make_month(product=product, month=gaps_scene.OCTOBER, by=None, at=factories.AT)

    assert "Insufficient evidence" in read(as_compliance)
    assert GapReport.objects.count() == 1
