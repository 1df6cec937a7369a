"""A version's dossier, as who reads it sees it: page, PDF and command say the same."""

import hashlib
import json
import re

import dossiers_scene
import factories
import pypdfium2
import pytest
from django.core.management import CommandError, call_command
from page_words import words_of
from test_oversight import report_on

from credit.actions import dossiers, version_comments
from credit.models import AuditEvent, ModelVersion, Role
from credit.queries.evidence import evidence_of
from frontend.dossiers.papers import limits_of

AT = factories.AT
FIGURES = {"n": 90, "bads": 20, "mean_pd": 0.2, "bad_rate": 0.222, "low": 0.15, "high": 0.32}
NOBODY = {"n": 0, "bads": 0} | dict.fromkeys(("mean_pd", "bad_rate", "low", "high"))
NEWEST = {"from": "2021-08-23", "to": "2022-01-19", "n": 300, "bads": 117, "trained_on": 1200}
MEASURED = {
    "auc": {"mean": 0.701, "low": 0.65, "high": 0.75, "n": 300},
    "brier": 0.188,
    "mean_pd": 0.415,
    "bad_rate": 0.39,
    "bad_rate_before": 0.409,
    "score_psi": 0.06,
    "calibration_slope": None,
    "calibration_intercept": None,
}
SCORECARD = {"features": 8, "auc": {"mean": 0.76, "low": 0.72, "high": 0.8}}
GROUPS_ARE_HIDDEN = "Groups are shown to compliance, validators and auditors only"
UNSEEN = re.compile("[\\s\u200b\ufffe\u0002-]+")  # where a line of a PDF may end
READERS = [Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, Role.AUDITOR]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(dossiers, "_tell_worker", lambda: None)


@pytest.fixture
def versions(request, db, own_store):
    """Give a champion and a candidate, measured where the test asks for that."""
    is_measured = "candidate" in request.fixturenames
    return dossiers_scene.measured() if is_measured else dossiers_scene.pair()


@pytest.fixture
def candidate(versions):
    return versions[1]


def address(version, file=""):
    return f"/console/models/{version.pk}/dossier{file or '/'}"


def read(client, version):
    return words_of(client.get(address(version)))


@pytest.fixture
def page_of(as_validator, champion, monkeypatch):
    """Read the champion's dossier as if its manifest said this."""

    def page(**said):
        found = evidence_of(said)
        monkeypatch.setattr("credit.queries.models.evidence_of", lambda _: found)
        return read(as_validator, champion)

    return page


# --- what it says ---------------------------------------------------------------------------------


def test_the_page_says_what_was_measured_with_n_and_intervals(as_validator, candidate):
    page = read(as_validator, candidate)

    assert "Dossier of consumer-loan/2" in page
    assert "1,000 loans, 300 of them bad; dates of application not known." in page
    assert "The 1,000 loans that this version was validated on" in page
    assert "Another recommendation than the champion\u2019s:" in page
    assert "Per application, as a share of the mean amount" in page
    assert "What it had to pass" in page or "No gate was recorded." in page
    assert "Nobody said anything against this version." in page
    assert "The default was used: it learned from real, matured outcomes only." in page


def test_every_chart_has_words_and_a_table(as_validator, candidate):
    html = as_validator.get(address(candidate)).content.decode()

    assert html.count('class="drawing"') == html.count('role="img" aria-label="') == 4
    for caption in (
        "The curve as a table",
        "Loans by score",
        "The calibration curve as a table",
        "Recommended by consumer-loan/1 (rows) and by this version (columns)",
    ):
        assert caption in html


def test_drawings_keep_their_numbers_in_every_language(as_validator, candidate):
    english, german = (
        as_validator.get(address(candidate), headers={"Accept-Language": language}).content.decode()
        for language in ("en", "de")
    )

    places = re.compile(r' (?:x1|x2|y1|y2|x|y|cx|cy|points|width|height)="([^"]*)"')
    assert places.findall(english) == places.findall(german)


def test_predicted_is_held_against_realised_by_band_and_quarter(page_of):
    page = page_of(
        calibration_by_band=[{"band": "A", **FIGURES}, {"band": "B", **NOBODY}],
        calibration_over_time=[{"quarter": "2020-Q1", **FIGURES, "mean_pd": 0.1}],
    )

    assert "A 90 20 20.0% 22.2% 15.0% to 32.0% inside the interval" in page
    assert "B 0 0 \u2013 \u2013 \u2013" in page
    assert "2020-Q1 90 20 10.0% 22.2% 15.0% to 32.0% too low" in page


def test_the_newest_loans_are_beside_the_folds(page_of):
    page = page_of(out_of_time=NEWEST | MEASURED)

    assert "tested on the 300 newest (2021-08-23 to 2022-01-19, 117 bad)" in page
    assert "AUC 0.701 0.650 to 0.750 0.787" in page
    assert "Were bad 39.0% \u2013 40.9%" in page


def test_newest_loans_that_are_too_few_say_so(page_of):
    page = page_of(out_of_time=NEWEST | {"not_measured": "fewer than 30 bads"})

    assert "Not measured on the 300 newest loans" in page
    assert "fewer than 30 bads." in page


@pytest.mark.parametrize(("gap", "is_said"), [(0.019, False), (0.031, True)])
def test_a_scorecard_far_behind_is_said_in_words(page_of, gap, is_said):
    page = page_of(scorecard=SCORECARD | {"auc_behind_model": gap})

    assert f"Model {0.76 + gap:.3f}" in page
    assert ("of AUC behind the model, more than 0.02" in page) is is_said


def test_no_scorecard_is_said(page_of):
    page = page_of(scorecard={"features": 0, "auc": None, "auc_behind_model": None})

    assert "There is none: no feature tells anything by itself." in page


def test_a_version_that_was_never_measured_says_so(as_validator, versions):
    page = read(as_validator, versions[1])

    assert "Not measured for this version yet." in page
    assert "Measured not yet" in page


def test_a_release_that_says_nothing_says_so(page_of):
    page = page_of()

    assert "its loans have no dates of application, or none were held out" in page
    assert "This version does not say how exactly its graph is the model." in page


def test_limits_are_those_of_the_card(as_validator, versions):
    card = "# C\n\n- no limit\n\n## Limits\n\n- It is a toy.\n- It is old.\n\n## Else\n\n- x\n"

    assert list(limits_of(card)) == ["It is a toy.", "It is old."]
    assert "The card of this version names none." in read(as_validator, versions[0])


def test_a_label_policy_stands_beside_the_default(as_validator, versions):
    figure = {"mean": 0.71, "low": 0.7, "high": 0.72}
    said = {
        "chosen": "fuzzy_augmentation",
        "chosen_figures": {"auc": figure, "n": 1000},
        "default": {"auc": figure | {"mean": 0.73}, "n": 1000},
        "sentence": "Nobody can verify guesses.",
    }
    version = factories.model_version(
        factories.toy_bundle(), contract=versions[0].contract, metrics={"label_policy": said}
    )

    page = read(as_validator, version)

    assert "Chosen: fuzzy augmentation." in page
    assert "AUC 0.710 0.700 to 0.720 0.730" in page
    assert "Nobody can verify guesses." in page


def test_comments_with_their_answers_and_signatures_are_part_of_it(
    as_validator, versions, developer, validator
):
    made = version_comments.add(version_id=versions[0].pk, words="Why 8?", by=developer, at=AT)
    version_comments.resolve(comment_id=made.pk, resolution="By design.", by=validator, at=AT)

    page = read(as_validator, versions[0])

    assert "Why 8?" in page
    assert "By design." in page
    assert "It fits." in page
    assert "Trainer of record:" in page


# --- against another champion ---------------------------------------------------------------------


def test_a_comparison_with_a_former_champion_says_so_and_offers_another(
    as_validator, versions, candidate
):
    factories.promoted(candidate)

    page = read(as_validator, candidate)

    assert "This compares with consumer-loan/1, which was champion when it was made." in page
    assert "The champion now is consumer-loan/2." in page
    assert "Measure it anew" in page


def test_measuring_anew_is_asked_for_by_a_button(as_validator, candidate):
    answer = as_validator.post(address(candidate), follow=True)

    assert "look again in a minute" in words_of(answer)
    assert "The worker is measuring it anew." in words_of(answer)
    assert AuditEvent.objects.filter(type=AuditEvent.Type.DOSSIER_ASKED).count() == 1


def test_asking_again_at_once_is_refused_in_words(as_validator, candidate):
    as_validator.post(address(candidate))

    assert "is asked for already" in words_of(as_validator.post(address(candidate), follow=True))


# --- who sees what --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", READERS)
def test_groups_are_shown_only_to_who_may_see_them(role, signed_in, candidate):
    report_on(candidate)

    page = read(signed_in(role), candidate)

    may_see = role is not Role.MODEL_DEVELOPER
    assert (GROUPS_ARE_HIDDEN in page) is not may_see
    assert ("approved before and after" in page) is may_see
    label = factories.CONTRACT.assessable[0].groups[0].label
    assert (f" {label} " in page) is may_see


@pytest.mark.parametrize("role", [Role.OFFICER, Role.COMPLIANCE, Role.ADMINISTRATOR])
def test_others_do_not_open_it(role, signed_in, versions):
    for file in ("", ".pdf"):
        assert signed_in(role).get(address(versions[0], file)).status_code == 403


def test_an_auditor_reads_and_asks_for_nothing(as_auditor, candidate):
    assert "Measure it anew" not in read(as_auditor, candidate)
    assert as_auditor.post(address(candidate)).status_code == 403


def test_a_version_that_is_not_there_is_not_found(as_validator, versions):
    for file in ("", ".pdf"):
        assert as_validator.get(f"/console/models/9999/dossier{file or '/'}").status_code == 404


def test_the_page_asks_the_database_a_few_times(
    as_validator, candidate, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16):
        as_validator.get(address(candidate))


def test_the_model_page_leads_to_it(as_validator, versions):
    html = as_validator.get(f"/console/models/{versions[1].pk}/").content.decode()

    assert f'href="{address(versions[1])}"' in html


# --- as a PDF -------------------------------------------------------------------------------------


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_the_pdf_is_accessible_and_the_same_again(as_validator, candidate):
    answer = as_validator.get(address(candidate, ".pdf"))

    assert answer.content[:8] == b"%PDF-1.7"
    assert b"pdfuaid" in answer.content
    assert as_validator.get(address(candidate, ".pdf")).content == answer.content
    assert "sha-256=:" in answer.headers["Content-Digest"]
    assert 'filename="dossier-consumer-loan-2.pdf"' in answer.headers["Content-Disposition"]


def test_the_pdf_says_what_the_page_says(as_validator, candidate):
    report_on(candidate)
    response = as_validator.get(address(candidate))
    said = response.context["dossier"]

    pdf = text_of(as_validator.get(address(candidate, ".pdf")).content)

    squeezed = UNSEEN.sub("", pdf)
    for section in said.sections:
        assert section.title in pdf
        for block in section.blocks:
            for cell in (cell for row in getattr(block, "rows", ()) for cell in row):
                assert UNSEEN.sub("", cell) in squeezed, (section.name, cell)
    assert said.sha256 in squeezed


def test_words_that_no_font_can_set_are_told_on_the_page(as_validator, versions, developer):
    version_comments.add(version_id=versions[1].pk, words="\u6f22\u5b57", by=developer, at=AT)

    answer = as_validator.get(address(versions[1], ".pdf"), follow=True)

    assert "cannot be set as an accessible PDF" in words_of(answer)


def test_a_pdf_without_groups_is_for_who_may_not_see_them(signed_in, candidate):
    report_on(candidate)

    pdf = text_of(signed_in(Role.MODEL_DEVELOPER).get(address(candidate, ".pdf")).content)

    assert GROUPS_ARE_HIDDEN in pdf
    assert "approved before and after" not in pdf


# --- as a command ---------------------------------------------------------------------------------


def test_the_command_says_it_to_a_person_and_to_a_program(candidate, capsys):
    call_command("dossier", "consumer-loan/2")
    told = capsys.readouterr().out
    call_command("dossier", "consumer-loan/2", "--json")
    said = json.loads(capsys.readouterr().out)

    assert "BESIDE THE CHAMPION: THE SWAP SET" in told
    assert said["against"] == "consumer-loan/1"
    assert len(said["content_sha256"]) == 64
    assert any(each["name"] == "swap-set" for each in said["dossier"]["sections"])


def test_the_command_writes_the_pdf_and_its_hash(candidate, tmp_path, capsys):
    out = tmp_path / "dossier.pdf"

    call_command("dossier", "consumer-loan/2", "--out", str(out))

    assert hashlib.sha256(out.read_bytes()).hexdigest() in capsys.readouterr().out


def test_the_command_shows_groups_only_in_the_name_of_who_may_see_them(
    candidate, validator, capsys
):
    call_command("dossier", "consumer-loan/2")
    assert "approved before and after" not in capsys.readouterr().out

    call_command("dossier", "consumer-loan/2", "--by", validator.username)
    assert "approved before and after" in capsys.readouterr().out


def test_the_command_asks_for_it_anew_in_somebodys_name(candidate, validator, capsys):
    with pytest.raises(CommandError, match="by --by"):
        call_command("dossier", "consumer-loan/2", "--again")

    call_command("dossier", "consumer-loan/2", "--again", "--by", validator.username)

    assert "measures consumer-loan/2 anew" in capsys.readouterr().out
    assert ModelVersion.objects.get(pk=candidate.pk).pk in dossiers.due(on=AT.date())


def test_a_file_that_cannot_be_written_is_named(candidate, tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        call_command("dossier", "consumer-loan/2", "--out", str(tmp_path / "nowhere" / "d.pdf"))
