"""The page of alternatives: what each would cost, who would be decided otherwise, and deciding."""

import copy

import factories
import fair_scene
import pytest
from page_words import words_of

from credit.actions import training_runs
from credit.models import FairDecision, Role


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(training_runs, "_tell_worker", lambda _: None)


@pytest.fixture
def search(champion):
    return fair_scene.kept(champion)


def address(version):
    return f"/console/models/{version.pk}/alternatives/"


def test_the_page_says_what_was_found_with_n_and_intervals(as_compliance, champion, search):
    html = as_compliance.get(address(champion))
    page = words_of(html)

    assert "every figure is of 400 others, 120 of them bad, that the search has not seen" in page
    assert "6 of 6 tried" in page
    assert "This version\u2019s own recipe" in page
    assert "1: who would be decided otherwise" in page
    assert "Nobody has said yet whether one is taken." in page
    assert html.content.decode().count('class="drawing"') == 2


def test_one_that_is_no_fairer_on_loans_it_has_not_seen_says_so(as_compliance, champion):
    said = copy.deepcopy(fair_scene.found())
    for each in said["alternatives"]:
        each["figures"]["lowest"]["air"] = said["base"]["figures"]["lowest"]["air"] - 0.01
    fair_scene.kept(champion, said=said)

    page = words_of(as_compliance.get(address(champion)))

    assert "It was fairer on the search\u2019s own loans. On these, its lowest AIR of" in page


def test_one_that_is_fairer_on_them_too_has_no_warning(as_compliance, champion):
    said = copy.deepcopy(fair_scene.found())
    for each in said["alternatives"]:
        each["figures"]["lowest"]["air"] = said["base"]["figures"]["lowest"]["air"] + 0.01
    fair_scene.kept(champion, said=said)

    page = words_of(as_compliance.get(address(champion)))

    assert "1: who would be decided otherwise" in page
    assert "It was fairer on the search" not in page


def test_nothing_searched_is_told_with_what_to_do(as_validator, champion):
    page = words_of(as_validator.get(address(champion)))

    assert "Nothing was searched yet" in page
    assert "manage.py fair_alternatives consumer-loan --version 1 --by USER" in page


def test_insufficient_evidence_is_a_sentence_and_no_figure(as_auditor, champion):
    fair_scene.kept(champion, problem="Insufficient evidence: nobody.")

    answer = as_auditor.get(address(champion))

    assert "Insufficient evidence: nobody." in words_of(answer)
    assert 'class="drawing"' not in answer.content.decode()
    assert "Compliance or a model validator decides" in words_of(answer)


def test_a_search_that_the_clock_cut_short_says_after_how_many(as_validator, champion):
    fair_scene.kept(champion, said=fair_scene.found() | {"is_stopped": True, "tried": 4})

    page = words_of(as_validator.get(address(champion)))

    assert "Stopped by the clock after 4 of 6" in page


def test_a_search_that_found_nothing_fairer_still_shows_its_own_figures(as_validator, champion):
    fair_scene.kept(champion, said=fair_scene.found() | {"alternatives": []})

    page = words_of(as_validator.get(address(champion)))

    assert "None of those tried had a higher lowest AIR" in page
    assert "Take it" not in page


def test_compliance_takes_one_and_its_training_is_asked_for(as_compliance, champion, search):
    key = search.found["alternatives"][0]["key"]
    form = {"search": search.pk, "key": key, "do": "take", "words": "It earns as much."}

    page = words_of(as_compliance.post(address(champion), form, follow=True))

    made = FairDecision.objects.get()
    assert (made.is_taken, made.run.state) == (True, "queued")
    assert "It is taken: the training run" in page
    assert "It earns as much." in page


def test_not_taking_any_needs_words(as_validator, champion, search):
    form = {"search": search.pk, "key": "", "do": "leave", "words": ""}

    page = words_of(as_validator.post(address(champion), form, follow=True))

    assert "Say in a sentence why." in page
    assert not FairDecision.objects.exists()


def test_taking_none_of_them_asks_which_one_and_gives_the_words_back(
    as_validator, champion, search
):
    form = {"search": search.pk, "key": "", "do": "take", "words": "It is fairer."}

    page = words_of(as_validator.post(address(champion), form, follow=True))

    assert "Choose the alternative that is taken." in page
    assert "Not recorded: \u201cIt is fairer.\u201d" in page
    assert not FairDecision.objects.exists()


def test_what_is_refused_is_told(as_validator, champion, search):
    form = {"search": search.pk, "key": "nonesuch", "do": "leave", "words": "Why not."}

    page = words_of(as_validator.post(address(champion), form, follow=True))

    assert "No alternative nonesuch was measured beside consumer-loan/1." in page


def test_a_search_of_another_version_is_not_found(as_validator, champion, search):
    other = factories.model_version(contract=champion.contract)
    form = {"search": search.pk, "key": "", "do": "leave", "words": "w"}

    assert as_validator.post(address(other), form).status_code == 404
    assert as_validator.get("/console/models/999/alternatives/").status_code == 404


@pytest.mark.parametrize("role", [Role.MODEL_DEVELOPER, Role.OFFICER, Role.ADMINISTRATOR])
def test_who_may_not_see_groups_does_not_open_it(signed_in, champion, search, role):
    assert signed_in(role).get(address(champion)).status_code == 403


def test_the_models_page_leads_there_for_who_may_open_it(as_validator, signed_in, champion):
    link, page = address(champion), f"/console/models/{champion.pk}/"

    assert link in as_validator.get(page).content.decode()
    assert link not in signed_in(Role.MODEL_DEVELOPER).get(page).content.decode()


def test_the_dossier_says_what_was_searched_and_why_nothing_was_taken(
    as_validator, signed_in, champion, search
):
    form = {"search": search.pk, "key": "", "do": "leave", "words": "None keeps its profit."}
    as_validator.post(address(champion), form)
    dossier = f"/console/models/{champion.pk}/dossier/"

    page = words_of(as_validator.get(dossier))

    assert "Less discriminatory alternatives" in page
    assert "None keeps its profit." in page
    assert "None keeps its profit." not in words_of(signed_in(Role.MODEL_DEVELOPER).get(dossier))


def test_groups_that_are_too_small_have_no_figure_on_the_page(as_validator, champion):
    said = fair_scene.found()
    few = {**said["base"]["figures"]["groups"][0], "n": 12, "air": None, "low": None, "high": None}
    base = {**said["base"], "figures": {**said["base"]["figures"], "groups": [few], "lowest": None}}
    fair_scene.kept(champion, said=said | {"base": base, "alternatives": []})

    answer = as_validator.get(address(champion))

    assert "insufficient" in words_of(answer)
    assert 'class="drawing"' not in answer.content.decode()
