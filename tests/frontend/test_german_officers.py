"""What an officer reads in German where it was stored, refused or made in English."""

import factories
import notices_scene
import pytest
from django.utils import translation
from page_words import words_of

from credit.actions import assignments, corrections, saved_views
from credit.models import Role
from credit.queue_filters import Wanted
from credit.words import amount_in_words, in_a_sentence, value_in_words

GERMAN = {"Accept-Language": "de"}


def german(client, address):
    return words_of(client.get(address, headers=GERMAN))


RESTS_ON = {
    "refer": ("Vorlegen", "zwischen den Trennwerten"),
    "approve": ("Bewilligen", "am Trennwert oder darüber"),
    "decline": ("Ablehnen", "am Trennwert oder darunter"),
}


@pytest.mark.parametrize("recommendation", RESTS_ON)
def test_a_recommendation_and_what_it_rests_on(recommendation, as_officer, waiting):
    decision = waiting(recommendation=recommendation)

    page = german(as_officer, f"/applications/{decision.pk}/")
    queue = german(as_officer, "/")

    verdict, why = RESTS_ON[recommendation]
    assert f"{verdict} {why}" in page
    assert verdict in queue
    for english in ("Refer", "cut-off", "Decline", "Approve", "Scored by"):
        assert english not in page


def test_route_and_history_keep_the_capitals_of_german_nouns(as_officer, waiting):
    page = german(as_officer, f"/applications/{waiting().pk}/")

    assert "Bewertet von: Champion." in page
    assert "Empfehlung: Zur Sachbearbeitung vorlegen" in page


def test_numbers_of_the_application_have_german_signs(as_officer, waiting):
    page = german(as_officer, f"/applications/{waiting().pk}/")

    assert "4.200 DM" in page


def test_values_and_amounts_follow_the_language_and_other_values_do_not():
    feature = factories.CONTRACT.feature
    with translation.override("de"):
        assert value_in_words(feature("amount"), 12_500) == "12.500 DM"
        assert value_in_words(feature("housing"), "own") == "owned"
        assert value_in_words(feature("amount"), None) == feature("amount").missing_label
        assert amount_in_words(factories.CONTRACT.requested.amount_minimum * 20) == "2.000,00"
        assert in_a_sentence("Champion") == "Champion"
    assert value_in_words(feature("amount"), 12_500) == "12,500 DM"


def test_why_a_notice_stayed_is_said_on_the_list_and_on_its_page(as_officer, champion, officer):
    decision = notices_scene.overridden(officer)
    assert notices_scene.refused(decision, officer) == {"own_missing"}

    for address in ("/notices/?show=failed", f"/notices/{decision.pk}/"):
        page = german(as_officer, address)
        assert "Entschieden wurde aus einem eigenen Grund" in page
        assert "The officer decided" not in page


def take_nothing(officer, waiting):
    assignments.take_next(wanted=Wanted(), by=officer, at=factories.AT)


def take_what_a_colleague_holds(officer, waiting):
    decision_id = waiting().pk
    colleague = factories.user("officer")
    assignments.take(decision_id=decision_id, by=colleague, at=factories.AT)
    assignments.take(decision_id=decision_id, by=officer, at=factories.AT)


def refer_up_without_words(officer, waiting):
    assignments.refer_up(decision_id=waiting().pk, words="no", by=officer, at=factories.AT)


def correct_nothing(officer, waiting):
    body = factories.body(**factories.REFERRED)
    corrections.correct(
        decision_id=waiting().pk,
        body={name: body[name] for name in ("requested", "features")},
        source="document",
        words="I have seen the payslip.",
        by=officer,
        at=factories.AT,
    )


def save_everything(officer, waiting):
    saved_views.save(name="All", wanted=Wanted(), by=officer, at=factories.AT)


REFUSED = {
    take_nothing: (assignments.NothingToTake, "Hier wartet nichts"),
    take_what_a_colleague_holds: (assignments.HeldByColleague, "in Bearbeitung, bis 22. November"),
    refer_up_without_words: (assignments.WordsMissing, "in mindestens 10 Zeichen"),
    correct_nothing: (corrections.NothingCorrected, "Nichts wurde geändert"),
    save_everything: (saved_views.NothingToSave, "Wählen Sie zuerst einen Filter"),
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.__name__)
def test_refusals_are_said_in_german(case, officer, waiting):
    refusal, words = REFUSED[case]

    with translation.override("de"), pytest.raises(refusal, match=words):
        case(officer, waiting)


def test_an_auditor_reads_the_trail_in_german(signed_in, waiting):
    waiting()

    assert "Antrag bewertet" in german(signed_in(Role.AUDITOR), "/audit/")
