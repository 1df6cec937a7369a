"""The page of legal holds: compliance places and lifts, who oversees reads."""

import factories
import pytest
from page_words import words_of

from credit.actions import holds
from credit.models import LegalHold, Role

PAGE = "/audit/holds/"


@pytest.fixture
def decision(champion):
    return factories.decide(**factories.DECLINED).decision_id


@pytest.fixture
def held(decision, compliance):
    why = "A complaint <b>17</b>."
    return holds.place(decision_id=decision, why=why, by=compliance, at=factories.AT)


def test_a_decision_is_held_and_lifted(as_compliance, decision):
    asked = {"decision": decision, "why": "A complaint."}

    answer = as_compliance.post(PAGE, asked, follow=True)

    hold = LegalHold.objects.get()
    assert "no month with these records is dropped" in words_of(answer)
    assert f"Hold {hold.pk}" in words_of(answer)
    lifted = as_compliance.post(f"{PAGE}{hold.pk}/lift/", {"why": "Answered."}, follow=True)
    assert "The hold is lifted." in words_of(lifted)
    assert "Nothing is held" in words_of(lifted)
    assert "Answered." in words_of(lifted)


def test_months_of_a_product_are_held(as_compliance, champion):
    asked = {"product": champion.product_id, "since": "2026-01", "until": "2026-03"}

    answer = as_compliance.post(PAGE, asked | {"why": "An investigation."}, follow=True)

    assert "received 1 January 2026 to 31 March 2026" in words_of(answer)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"why": "W."}, "Name a decision, or choose a product."),
        ({"product": "1", "decision": "01", "why": "W."}, "Name a decision, or choose a product."),
        ({"product": "1", "why": "W."}, "Say from which month on."),
        ({"decision": "01"}, "This field is required."),
    ],
)
def test_what_is_missing_stands_beside_its_field(as_compliance, champion, asked, says):
    if "product" in asked:
        asked = asked | {"product": champion.product_id}

    answer = as_compliance.post(PAGE, asked)

    assert answer.status_code == 422
    assert says in words_of(answer)
    assert not LegalHold.objects.exists()


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        ({"decision": "01NOWHERE"}, "decision", "There is no decision 01NOWHERE."),
        ({"since": "2026-03", "until": "2026-01"}, "since", "the first before the last"),
        ({}, "decision", "is not lifted yet"),
    ],
)
def test_what_is_refused_stands_at_its_field_beside_what_was_typed(
    as_compliance, held, champion, asked, field, says
):
    which = asked or {"decision": held.decision_id}
    if "since" in asked:
        which = which | {"product": champion.product_id}

    answer = as_compliance.post(PAGE, which | {"why": "Fourteen typed words."})

    assert answer.status_code == 422
    assert says in " ".join(answer.context["form"].errors[field])
    assert says in words_of(answer)
    assert "Fourteen typed words." in answer.content.decode()


def test_a_hold_that_is_lifted_already_gives_the_words_back(as_compliance, compliance, held):
    holds.lift(hold_id=held.pk, why="Answered.", by=compliance, at=factories.AT)

    again = as_compliance.post(f"{PAGE}{held.pk}/lift/", {"why": "It is over."}, follow=True)

    assert "This hold was lifted already." in words_of(again)
    assert "Not recorded: “It is over.”" in words_of(again)


def test_a_lifting_without_words_is_refused(as_compliance, held):
    silent = as_compliance.post(f"{PAGE}{held.pk}/lift/", {"why": ""}, follow=True)
    assert "Say in a sentence why." in words_of(silent)


def test_an_auditor_reads_and_places_nothing(as_auditor, held):
    answer = as_auditor.get(PAGE)

    assert "A complaint <b>17</b>." in words_of(answer)
    assert "Place a hold" not in words_of(answer)
    assert as_auditor.post(PAGE, {"decision": held.decision_id, "why": "W."}).status_code == 403


def test_an_officer_does_not_open_it(signed_in, held):
    assert signed_in(Role.OFFICER).get(PAGE).status_code == 403
    assert signed_in(Role.OFFICER).post(f"{PAGE}{held.pk}/lift/").status_code == 403
