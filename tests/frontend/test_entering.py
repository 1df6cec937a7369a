"""Entering an application by hand: unusual values are asked about once, nothing typed is lost."""

from html import unescape

import factories
import pytest
from django.utils import translation
from page_words import words_of
from test_what_if import typed

from credit.models import Applicant, Application, Decision, HandEntry, Role
from frontend.contract_forms import ContractForm
from scoring.contract import Contract

FORM = {"form": "01JDA4V9G4Q2M7Z8S0C5T3XW1K"}
ADDRESS = "/applications/enter/consumer-loan/"
LARGE = {"requested-amount": "19000", "requested-term_months": "12"}


@pytest.fixture
def enter(as_officer, champion):
    def post(client=as_officer, **changes):
        return client.post(ADDRESS, typed(**factories.REFERRED, **{**FORM, **changes}))

    return post


def test_products_that_take_applications_are_chosen_from(as_officer, champion):
    page = as_officer.get("/applications/enter/").content.decode()

    assert f'href="{ADDRESS}"' in page


def test_the_form_has_the_contracts_labels_units_bounds_and_help(as_officer, champion):
    page = unescape(as_officer.get(ADDRESS).content.decode())

    for feature in factories.CONTRACT.features:
        assert (feature.label in page) == (feature.same_as is None)
    assert "100 to 20,000 DEM" in page
    assert "1 to 4 years \u00b7 Years begun; 4 stands for 4 or more." in page
    for attribute in factories.CONTRACT.protected:
        assert attribute.name not in page


def test_a_large_bound_is_written_alike_in_the_help_and_in_a_refusal():
    contract = Contract.load(factories.PRODUCT.parent / "credit-card" / "contract.toml")
    form = ContractForm({"features-bill_september": "3000000"}, contract=contract)

    assert form["features-bill_september"].help_text.startswith("-400,000 to 2,000,000 TWD")
    assert form.errors["features-bill_september"] == ["Must be -400,000 to 2,000,000 TWD."]
    with translation.override("de"):
        assert "400.000" in ContractForm(contract=contract)["features-bill_september"].help_text


def test_what_is_typed_in_is_scored_and_shown_with_who_entered_it(enter, as_officer):
    answer = enter(
        applicant_name="Rosa Blau", applicant_address="Am Tor 3\r\nBerlin", reference="C-7"
    )
    decision = Decision.objects.get()

    assert answer.headers["Location"] == f"/applications/{decision.pk}/"
    page = words_of(as_officer.get(answer.headers["Location"]))
    assert "Rosa Blau Am Tor 3, Berlin" in page
    assert "Entered by hand by" in page
    assert "A colleague decides" in page
    assert decision.application.reference == "C-7"
    assert Applicant.objects.get().address == "Am Tor 3\nBerlin"


def test_an_unusual_value_is_asked_about_before_anything_is_stored(enter):
    answer = enter(**LARGE)
    page = unescape(answer.content.decode())

    assert answer.status_code == 422
    assert "19,000 DM? Nine in ten past loans have 700 DM to 9,200 DM." in words_of(answer)
    assert 'name="right-amount"' in page
    assert 'value="19000"' in page
    assert not Application.objects.exists()


def test_said_to_be_right_it_is_taken_and_that_is_kept(enter, as_officer):
    answer = enter(**LARGE, **{"right-amount": "19000"})

    assert answer.status_code == 302
    assert HandEntry.objects.get().confirmed == ["amount"]
    page = words_of(as_officer.get(answer.headers["Location"]))
    assert "Unusual, and said to be right: Amount of the loan." in page


def test_another_unusual_value_is_asked_about_anew(enter):
    answer = enter(**{**LARGE, "requested-amount": "18000", "right-amount": "19000"})

    assert answer.status_code == 422
    assert "18,000 DM?" in words_of(answer)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"features-housing": ""}, "This is needed."),
        ({"applicant_address": "Am Tor 3"}, "Is missing."),
        ({"applicant_name": "Rosa\u202eBlau"}, "Must be printable"),
        ({"reference": "a\u202eb"}, "Must be printable"),
    ],
)
def test_a_refusal_names_the_field_and_keeps_everything_typed(enter, changes, told):
    answer = enter(**{"features-purpose": "furniture", **changes})
    page = unescape(answer.content.decode())

    assert answer.status_code == 422
    assert told in page
    assert 'value="furniture" selected' in page
    assert FORM["form"] in page
    assert not Application.objects.exists()


def test_what_is_asked_once_is_refused_once(enter):
    answer = enter(**{"requested-term_months": ""})  # which the model takes as a feature, too

    assert words_of(answer).count("This is needed.") == 1


def test_a_form_sent_twice_enters_one_application(enter):
    first, second = enter(), enter()

    assert first.headers["Location"] == second.headers["Location"]
    assert Application.objects.count() == 1


def test_a_colleague_decides_it(enter, signed_in):
    enter()
    decision = Decision.objects.get()

    colleague = signed_in(Role.OFFICER)
    assert "Approve" in words_of(colleague.get(f"/applications/{decision.pk}/"))


def test_whoever_entered_it_cannot_decide_it_by_a_post_either(enter, as_officer):
    enter()
    decision = Decision.objects.get()

    answer = as_officer.post(f"/applications/{decision.pk}/", {"verdict": "approve"}, follow=True)

    assert "a colleague has to decide it" in words_of(answer)


def test_without_its_model_nothing_is_asked_and_a_person_decides(enter, own_store, no_scorecard):
    assert enter(**LARGE).status_code == 302


def test_a_product_that_is_not_there_is_404(as_officer, champion):
    assert as_officer.get("/applications/enter/car-loan/").status_code == 404
