"""What workers wrote down in English, shown to people of another language."""

import pathlib
import re

import pytest
from django.utils import translation

from credit import drafting_notices
from frontend.sentences import translated
from scoring import records, uncertainty
from scoring.groups import words as fairness_words
from scoring.notices import certificate_problems

SAID = {
    (
        "AUC 0.765 (95 % interval 0.731 to 0.801) over 25 folds of 1,000 rows; the lower end "
        "must be 0.60 or more"
    ): (
        "AUC 0,765 (95-%-Intervall 0,731 bis 0,801) über 25 Faltungen mit 1.000 Zeilen; das "
        "untere Ende muss mindestens 0,60 sein"
    ),
    (
        "AUC 0.731 (95 % interval 0.700 to 0.762), +0.013 behind the model on the same 25 "
        "folds; it should be 0.02 at most"
    ): (
        "AUC 0,731 (95-%-Intervall 0,700 bis 0,762), +0,013 hinter dem Modell auf denselben "
        "25 Faltungen; höchstens 0,02 sollte es sein"
    ),
    ("Insufficient evidence: Under 25 has 12 people, and at least 50 are needed."): (
        "Zu wenig Belege: Under 25 hat 12 Personen, mindestens 50 sind nötig."
    ),
    ("Within bounds: Women; the group of 1,204 applicants is not known."): (
        "Innerhalb der Grenzen: Women; bei 1.204 antragstellenden Personen ist die Gruppe "
        "nicht bekannt."
    ),
    (
        "Outside bounds: approved 0.71 times as often as Men (95 % interval 0.60 to 0.79), "
        "which is below 0.80, and the gap is unlikely to be chance (p = 0.003, z test)."
    ): (
        "Außerhalb der Grenzen: 0,71-mal so oft bewilligt wie Men (95-%-Intervall 0,60 bis "
        "0,79), also unter 0,80, und der Abstand ist kaum Zufall (p = 0,003, z-Test)."
    ),
    ("predictions made while training on 3 November 2026, out of fold"): (
        "Vorhersagen aus dem Training vom 3. November 2026, außerhalb der Faltung"
    ),
    ("decided 1 March 2026 to 2 May 2026"): ("entschieden vom 1. März 2026 bis 2. Mai 2026"),
    ("decided March 2026 to May 2026"): ("entschieden vom März 2026 bis Mai 2026"),
    (
        "The champion could not score (its file is gone: bundle_missing), the champion before"
        " could not score (it failed: engine_failed); the fallback scorecard did."
    ): (
        "Der Champion konnte nicht bewerten (die Datei fehlt: bundle_missing), der vorige "
        "Champion konnte nicht bewerten (es versagte: engine_failed); die Ersatz-Scorecard "
        "tat es."
    ),
    ("Only 12 good loans: training needs at least 100."): (
        "Nur 12 gute Kredite: Das Training braucht mindestens 100."
    ),
    ("Only 0 bad loans: training needs at least 100."): (
        "Nur 0 ausgefallene Kredite: Das Training braucht mindestens 100."
    ),
    ("1 row is the same as another in everything but the id."): (
        "1 Zeile gleicht einer anderen in allem außer der Kennung."
    ),
    (
        "Age: 300 of 1,000 rows are in no group of the contract, and fairness cannot be told of "
        "them."
    ): (
        "Age: 300 von 1.000 Zeilen sind in keiner Gruppe des Produktvertrags; über ihre Fairness "
        "lässt sich nichts sagen."
    ),
    ("Income: is missing in 97.3% of the rows."): ("Income: fehlt in 97,3\xa0% der Zeilen."),
    ("Entered or corrected by hand; a person decides."): (
        "Von Hand erfasst oder berichtigt; ein Mensch entscheidet."
    ),
    (
        "No single detail that took points improves the probability by 0.005 or more when it alone"
        " is as usual."
    ): (
        "Keine einzelne Angabe, die Punkte gekostet hat, verbessert die Wahrscheinlichkeit um 0,005"
        " oder mehr, wenn sie allein wie üblich ist."
    ),
    ("“Age” may not be a reason."): ("„Age“ darf kein Grund sein."),
    ("must be 1 to 4 years"): ("muss 1 bis 4 years sein"),
    ("must be 500 to 1,000.5"): ("muss 500 bis 1.000,5 sein"),
    ("Seal 12 was changed."): ("Siegel 12 wurde verändert."),
    ("Resampling: model 3 of 20"): ("Resampling: Modell 3 von 20"),
}


@pytest.mark.parametrize(("stored", "shown"), SAID.items())
def test_a_stored_sentence_is_said_in_german_with_german_figures(stored, shown):
    with translation.override("de"):
        assert translated(stored) == shown


@pytest.mark.parametrize("stored", [*SAID, "Anything at all."])
def test_in_english_a_sentence_stays_to_the_letter(stored):
    assert translated(stored) == stored


@pytest.mark.parametrize(
    "words", ["Requested amount is at most 5,000", "Balance of the account is below zero", ""]
)
def test_words_of_the_lender_stay_as_they_are(words):
    with translation.override("de"):
        assert translated(words) == words


def test_what_a_decision_warns_of_is_known(monkeypatch):
    unsure = uncertainty.Uncertainty(
        models=20, agreeing=11, recommendation="approve", pd_low=0.1, pd_high=0.2
    )

    with translation.override("de"):
        assert translated(unsure.warning) == "Modelle sind uneins: 11 von 20 bewilligen"
        assert translated(records.UNASKED).startswith("Die Bootstrap-Modelle")


def test_what_a_fairness_report_says_is_known():
    verdicts = list(fairness_words.Verdict)
    said = [fairness_words.overall(verdict, []) for verdict in verdicts]

    with translation.override("de"):
        assert all("kein Merkmal lässt sich prüfen." in translated(words) for words in said)


def test_everything_that_keeps_a_notice_back_is_known():
    facts = pathlib.Path(certificate_problems.__file__).read_text()
    facts += pathlib.Path(drafting_notices.__file__).read_text()
    said = re.findall(r'text="([^"{]+\.)"|"(?:no_record|model_failed)", "([^"]+)"', facts)

    with translation.override("de"):
        left = [text for each in said for text in each if text and translated(text) == text]

    assert len(said) > 5
    assert not left
