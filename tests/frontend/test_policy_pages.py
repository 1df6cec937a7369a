"""Pages of policies: a change is asked for in one form, and answered beside what it changes."""

from datetime import timedelta

import factories
import promotion_scene as scene
import pytest

from credit.actions import policy_proposals
from credit.models import PolicyProposal, Role
from frontend.policy_forms import ProposalForm

AT = factories.AT
LATER = AT + timedelta(days=9)
POLICIES = "/console/policies/"
PROPOSE = "/console/policies/consumer-loan/propose/"
OTHER = {
    "new.rule": "few_points",
    "new.field": "score",
    "new.at_least": "480",
    "new.otherwise": "decline",
    "new.text": "Fewer than 480 points",
}


@pytest.fixture
def product(champion):
    return champion.product


@pytest.fixture
def asked(product):
    return factories.proposal(product, {"policy.rules.max_term": ""}, why="Terms grow <b>.")


@pytest.fixture
def as_administrator(signed_in):
    return signed_in(Role.ADMINISTRATOR)


def address(proposal):
    return f"/console/policies/proposals/{proposal.pk}/"


def typed(client, **changes):
    """Fill the form as the page shows it, and change what the test is about."""
    form = client.get(PROPOSE).context["form"]
    shown = {field.html_name: field.value() or "" for field in form}
    return {**shown, "why": "Losses rose.", **changes}


def send(client, settings, **changes):
    return client.post(PROPOSE, {**typed(client), **settings, **changes})


def test_the_form_shows_what_is_in_force_and_nothing_changes_by_sending_it(
    as_administrator, product
):
    page = as_administrator.get(PROPOSE).content.decode()
    answer = send(as_administrator, {})

    assert 'name="policy.approve_pd_at_most" value="0.35"' in page
    assert "Rule: max_amount" in page
    assert answer.status_code == 422
    assert "nothing would change" in answer.content.decode()


def test_a_change_waits_for_another_person(as_administrator, product):
    answer = send(
        as_administrator,
        {"policy.approve_pd_at_most": "0.3", "remove.max_term": "on"},
        valid_from="2026-12-01T08:00",
    )

    made = PolicyProposal.objects.get()
    assert answer.headers["Location"] == address(made)
    assert f"{made.valid_from:%Y-%m-%d %H:%M}" == "2026-12-01 08:00"
    page = as_administrator.get(address(made)).content.decode()
    assert "Recommend approval up to a PD of" in page
    assert "35%" in page
    assert "<strong>30%</strong>" in page
    assert "Rule max_term: at most" in page


def test_another_rule_is_made_in_the_form(as_administrator, product):
    send(as_administrator, OTHER)

    found = PolicyProposal.objects.get()
    assert 'rule = "few_points"' in found.text


STEPS = b"\n[policy.promotion]\nshadow_hours = 24\n"


def test_a_table_is_taken_away_whole_by_its_box(as_administrator, live_with):
    live_with(factories.SOURCE + STEPS)

    page = as_administrator.get(PROPOSE).content.decode()
    send(
        as_administrator,
        {"without.policy.promotion": "on", "policy.promotion.shadow_hours": "48"},
    )

    made = PolicyProposal.objects.get()
    assert "Take all of this away" in page
    assert "Then a validator may promote at once" in page
    assert "policy.promotion" not in made.text
    shown = as_administrator.get(address(made)).content.decode()
    assert "Hours in shadow, at least" in shown


def test_a_table_that_is_not_there_has_no_box(as_administrator, product):
    assert "Take all of this away" not in as_administrator.get(PROPOSE).content.decode()


@pytest.fixture
def live_with(db, own_store):
    return scene.live


@pytest.mark.parametrize(
    ("settings", "field", "message"),
    [
        ({"policy.approve_pd_at_most": "2"}, "policy.approve_pd_at_most", "between 0 and 1"),
        (
            {"policy.approve_pd_at_most": "0.7"},
            "policy.approve_pd_at_most",
            "must be below “Recommend declining from a PD of”",
        ),
        (
            {"policy.clocks.decide_within_days": "30", "policy.clocks.notice_within_days": "20"},
            "policy.clocks.decide_within_days",
            "must not be above “Days to the notice”",
        ),
        (
            {
                "policy.authority.offer_share_at_least": "0.9",
                "policy.authority.offer_share_at_most": "0.5",
            },
            "policy.authority.offer_share_at_least",
            "must not be above “Largest offer, as a share of the amount asked for”",
        ),
        (
            {"policy.automatic.approve_pd_at_most": "0.5"},
            "policy.automatic.approve_pd_at_most",
            "must not be above the policy's “Recommend approval up to a PD of”",
        ),
        ({"policy.clocks.claim_minutes": "soon"}, "policy.clocks.claim_minutes", "whole number"),
        ({"policy.rules.max_term.at_most": ""}, "policy.rules.max_term.field", "needs “At most”"),
        ({**OTHER, "new.rule": "Not A Name"}, "new.rule", "small letters"),
        ({**OTHER, "new.at_least": ""}, "new.rule", "needs “At most”"),
        ({**OTHER, "new.text": ""}, "new.text", "is missing"),
        ({**OTHER, "new.rule": "max_term"}, "new.rule", "a rule of this name"),
        ({"why": " "}, "why", "Say in a sentence"),
        ({"valid_from": "soon"}, "valid_from", "Enter a valid date"),
    ],
)
def test_what_is_wrong_stands_at_its_field(as_administrator, product, settings, field, message):
    answer = send(as_administrator, settings)

    assert answer.status_code == 422
    assert message in " ".join(answer.context["form"].errors[field])
    assert not PolicyProposal.objects.exists()


def test_a_date_that_has_passed_is_told_on_the_page(as_administrator, product):
    answer = send(
        as_administrator, {"policy.approve_pd_at_most": "0.3"}, valid_from="2026-11-01T08:00"
    )

    assert answer.status_code == 422
    assert "has passed" in answer.content.decode()


def test_what_was_tried_is_carried_into_the_form(as_administrator, product):
    page = as_administrator.get(PROPOSE + "?policy.approve_pd_at_most=0.28&why=x&nonsense=1")

    assert 'name="policy.approve_pd_at_most" value="0.28"' in page.content.decode()


def test_every_setting_of_every_contract_has_a_field_with_a_label(product):
    from credit.queries import policies  # noqa: PLC0415

    form = ProposalForm(in_force=policies.to_change(product.pk))

    named = [field.html_name for part in form.parts for field in part.fields]
    assert set(form.settings) <= set(named)
    assert not [each.label for part in form.parts for each in part.fields if "." in str(each.label)]


def test_a_validator_reads_what_changes_and_approves(as_validator, asked):
    page = as_validator.get(address(asked)).content.decode()
    answer = as_validator.post(address(asked), {"do": "approve"}, follow=True)

    assert "Terms grow &lt;b&gt;." in page
    assert "It is approved." in answer.content.decode()
    asked.refresh_from_db()
    assert asked.state == "approved"


def test_who_asked_sees_no_button_to_approve(signed_in, product):
    both = factories.user("administrator", "compliance")
    asked = factories.proposal(product, by=both)
    client = signed_in(user=both)

    page = client.get(address(asked)).content.decode()

    assert 'value="drop"' in page
    assert 'value="approve"' not in page
    assert client.post(address(asked), {"do": "approve"}).status_code == 403


def test_an_administrator_may_take_back_but_not_approve(as_administrator, asked):
    assert as_administrator.post(address(asked), {"do": "approve"}).status_code == 403

    as_administrator.post(address(asked), {"do": "drop"})

    asked.refresh_from_db()
    assert asked.state == "dropped"


def test_a_refusal_without_words_is_told(as_compliance, asked):
    page = as_compliance.post(address(asked), {"do": "refuse"}, follow=True).content.decode()

    assert "why the policy should stay as it is" in page
    as_compliance.post(address(asked), {"do": "refuse", "words": "Too soon."})
    asked.refresh_from_db()
    assert asked.answer == "Too soon."


def test_a_proposal_that_is_outdated_says_so(as_validator, asked, product, validator):
    other = factories.proposal(product)
    policy_proposals.approve(proposal_id=other.pk, by=validator, at=AT)

    assert "proposed anew" in as_validator.get(address(asked)).content.decode()


def test_what_is_scheduled_is_listed_and_withdrawn_with_words(as_compliance, product, validator):
    asked = factories.proposal(product, valid_from=LATER)
    policy = policy_proposals.approve(proposal_id=asked.pk, by=validator, at=AT)
    page = as_compliance.get(POLICIES).content.decode()

    assert "Approved, and not yet in force" in page
    where = f"/console/policies/{policy.pk}/withdraw/"
    assert where in page
    assert "Say in a sentence" in as_compliance.post(where, follow=True).content.decode()
    page = as_compliance.post(where, {"why": "The rate stays."}, follow=True).content.decode()
    assert "Policy 2 is withdrawn." in page
    assert "never: withdrawn by" in page
    assert "Withdrawn before its date" in as_compliance.get(address(asked)).content.decode()


def test_a_product_without_a_policy_says_how_it_gets_one(as_administrator, db):
    assert "No policy yet" in as_administrator.get(POLICIES).content.decode()
    factories.contract_version()
    assert "No policy yet" in as_administrator.get(POLICIES).content.decode()
    assert as_administrator.get(PROPOSE).status_code == 404


@pytest.mark.parametrize("where", ["?product=nothing", "proposals/99/", "nothing/propose/"])
def test_what_is_not_there_is_not_found(as_administrator, product, where):
    assert as_administrator.get(POLICIES + where).status_code == 404


def test_withdrawing_what_is_not_there_is_not_found(as_administrator, product):
    assert as_administrator.post("/console/policies/99/withdraw/").status_code == 404


def test_the_page_takes_as_many_queries_for_many(
    as_validator, product, django_assert_max_num_queries
):
    for number in range(5):
        factories.proposal(product, {"policy.approve_pd_at_most": f"0.3{number}1"})

    with django_assert_max_num_queries(16):
        as_validator.get(POLICIES)


def test_the_form_holds_against_forgery(product):
    from django.test import Client  # noqa: PLC0415

    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.user("administrator"))

    assert client.post(PROPOSE, {}).status_code == 403
