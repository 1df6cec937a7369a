"""My mirror, and officers beside one another: who sees what of whom."""

from datetime import date, timedelta

import factories
import mirror_scene
import pytest
import recorded
from page_words import words_of

from credit.models import Product, Role
from monitoring.mirror import gauge as mirror_gauges
from monitoring.mirror import making as mirror

MADE = factories.AT - timedelta(days=5)


@pytest.fixture
def people(db, toy_bundle):
    """Make the mirrors of four officers, of whom the first declines the young."""
    return measured(toy_bundle)


@recorded.once
def measured(content):
    champion = factories.live_product(content)
    found = mirror_scene.whole_team(champion, biased=True)
    mirror_scene.decisions(
        champion, found[0], ("approve",), n=40, recommendation="decline", bad=(True, False)
    )
    mirror.make(product=champion.product, month=date(2026, 10, 1), at=MADE)
    return found


def test_an_officer_sees_their_own_mirror_and_no_colleague(people, signed_in):
    page = words_of(signed_in(user=people[0]).get("/my-work/mirror/"))

    assert "200 decisions of yours" in page
    assert "approved by you against the recommendation 50%" in page
    assert "Age: under 25" in page
    assert "Differs from peers" in page
    assert not any(each.known_as in page for each in people[1:])


def test_my_mirror_has_no_address_for_another_officer(people, as_officer):
    for address in ("/my-work/mirror/", f"/my-work/mirror/?officer={people[0].pk}"):
        assert "Nothing to see yet" in words_of(as_officer.get(address))
    assert as_officer.get(f"/my-work/mirror/{people[0].pk}/").status_code == 404


def test_ones_own_is_there_before_anybody_elses_page_shows_it(people, signed_in, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: MADE + timedelta(days=1))

    assert "200 decisions" in words_of(signed_in(user=people[0]).get("/my-work/mirror/"))
    page = words_of(signed_in(Role.SENIOR_OFFICER).get("/fairness/officers/"))
    assert "No mirror yet" in page
    assert "One is made. Officers see their own first; here it stands from 20 Nov 2026" in page


def test_a_senior_officer_sees_the_team_and_no_group(people, signed_in):
    client = signed_in(Role.SENIOR_OFFICER)
    page = words_of(client.get("/fairness/officers/"))

    assert "680 decisions of 4 officers" in page
    assert all(each.known_as in page for each in people)
    assert "under 25" not in page
    assert client.get("/fairness/officers/groups/").status_code == 403


def test_compliance_sees_groups_with_names_and_validators_without(people, signed_in):
    told = words_of(signed_in(Role.COMPLIANCE).get("/fairness/officers/groups/"))
    unnamed = words_of(signed_in(Role.MODEL_VALIDATOR).get("/fairness/officers/groups/"))

    for page in (told, unnamed):
        assert "Age: under 25, beside 25 to 61" in page
        assert "Differs from peers" in page
    assert all(each.known_as in told for each in people)
    assert not any(each.known_as in unnamed for each in people)
    assert "An officer" in unnamed


def test_moments_and_practice_are_of_the_whole_team(people, signed_in):
    page = words_of(signed_in(Role.COMPLIANCE).get("/fairness/officers/"))

    assert "after three approvals in a row" in page
    assert page.count("after three approvals in a row") == 1


def test_a_product_that_is_unknown_has_no_page(people, as_compliance):
    assert as_compliance.get("/fairness/officers/?product=none").status_code == 404


@pytest.mark.parametrize("address", ["/fairness/officers/", "/fairness/officers/groups/"])
def test_without_a_mirror_the_page_says_when_there_will_be_one(address, champion, as_compliance):
    page = words_of(as_compliance.get(address))

    assert "No mirror yet" in page
    assert "One is made" not in page


def test_pages_ask_the_database_little(people, signed_in, django_assert_max_num_queries):
    client = signed_in(Role.COMPLIANCE)

    for address in ("/fairness/officers/", "/fairness/officers/groups/"):
        with django_assert_max_num_queries(10):
            client.get(address)


# --- at a glance ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "headings"),
    [
        (Role.OFFICER, ()),
        (Role.SENIOR_OFFICER, ("Officers",)),
        (Role.MODEL_VALIDATOR, ("Officers, by group of their applicants",)),
        (Role.COMPLIANCE, ("Officers, by group of their applicants", "Officers")),
    ],
)
def test_home_says_how_many_differ_to_who_may_open_the_page(role, headings, people, signed_in):
    page = words_of(signed_in(role).get("/monitoring/"))

    assert page.count("680 decisions of twelve months until") == len(headings)
    assert all(heading in page for heading in headings)
    assert not any(each.known_as in page for each in people)


def test_one_officer_who_differs_is_to_be_looked_at(people):
    found = mirror_gauges.groups(Product.objects.get(), at=factories.AT)

    assert (found.state, found.value) == ("watch", "1 of 4 differs from peers")


def test_where_nobody_has_enough_outcomes_nothing_is_called_good(people):
    found = mirror_gauges.outcomes(Product.objects.get(), at=factories.AT)

    assert (found.state, found.value) == ("unknown", "insufficient evidence")


def test_before_others_may_see_a_mirror_home_knows_of_none(people):
    found = mirror_gauges.groups(Product.objects.get(), at=MADE + timedelta(days=1))

    assert (found.state, found.value) == ("unknown", "No mirror yet")
    assert found.detail == "It is made; officers see their own first, others from 20 November 2026."
