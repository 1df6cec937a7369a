from urllib.parse import quote

import factories
import pytest
from django.utils import timezone
from factories import AT
from page_words import words_of

from credit.actions import audit
from credit.models import AuditEvent, Role
from monitoring.models import FairnessReport


def group(value, label, **figures):
    names = "approval_rate approval_low approval_high air air_low air_high p_value"
    names += " marginal_effect_pp marginal_effect_low marginal_effect_high"
    names += " tpr tpr_low tpr_high fpr fpr_low fpr_high"
    empty = dict.fromkeys(names.split())
    words = {"is_reference": False, "test": "z test", "verdict": "", "verdict_words": ""}
    counts = {"n": 100, "tpr_n": 70, "fpr_n": 30}
    return {"value": value, "label": label, **empty, **words, **counts, **figures}


def attribute(name, label, groups, **more):
    return {
        "name": name,
        "label": label,
        "assessable": True,
        "why_not": "",
        "reference_label": "25 to 61",
        "n": 1000,
        "n_missing": 4,
        "verdict": "outside bounds",
        "verdict_words": "One group is outside bounds.",
        "groups": groups,
        **more,
    }


REPORT = {
    "n": 1000,
    "period": "past loans, without dates",
    "approved_means": "a PD of at most 16 %",
    "minimum_air": 0.8,
    "minimum_group": 30,
    "confidence": 0.95,
    "verdict": "outside bounds",
    "verdict_words": "At least one group is outside bounds.",
    "attributes": [
        attribute(
            "age_group",
            "Age",
            [
                group(
                    "under_25",
                    "under 25",
                    n=149,
                    approval_rate=0.302,
                    approval_low=0.234,
                    approval_high=0.38,
                    air=0.71,
                    air_low=0.55,
                    air_high=0.92,
                    p_value=0.0004,
                    tpr=0.381,
                    tpr_low=0.29,
                    tpr_high=0.48,
                    tpr_n=104,
                    verdict="outside bounds",
                    verdict_words="The ratio is below 0.80.",
                ),
                group("25_to_61", "25 to 61", is_reference=True, n=830, approval_rate=0.425),
                group(
                    "62_and_over",
                    "62 and over",
                    n=21,
                    verdict="insufficient evidence",
                    verdict_words="Fewer than 30 people.",
                ),
            ],
        ),
        attribute(
            "sex",
            "Sex and marital status",
            [],
            assessable=False,
            why_not="The coding is wrong.",
            verdict_words="Not assessable: The coding is wrong.",
            verdict="insufficient evidence",
        ),
    ],
}


def report_on(of):
    return FairnessReport.objects.create(
        product=of.product, model_version=of, population="validation", report=REPORT, created_at=AT
    )


def read(client, address):
    return words_of(client.get(address))


@pytest.fixture
def compliance(signed_in):
    return signed_in(Role.COMPLIANCE)


def test_the_list_says_what_each_report_comes_to(as_compliance, champion):
    report_on(champion)

    page = read(as_compliance, "/fairness/")

    for words in ("consumer-loan/1", "past loans, without dates", "22 Nov 2026", "Outside bounds"):
        assert words in page
    assert "Age: One group is outside bounds." in page


def test_a_fairness_report_gives_each_figure_with_its_n_and_interval(as_compliance, champion):
    page = read(as_compliance, f"/fairness/reports/{report_on(champion).pk}/")

    for words in ("under 25", "149", "30.2%", "23.4% to 38.0%", "0.71", "0.55 to 0.92", "<0.001"):
        assert words in page
    assert "38.1% of 104" in page


def test_a_small_group_is_insufficient_evidence_and_has_no_figure(as_compliance, champion):
    page = read(as_compliance, f"/fairness/reports/{report_on(champion).pk}/")
    row = page[page.index("62 and over Insufficient evidence 21") :].split("AIR with its")[0]

    assert "Fewer than 30 people." in page
    assert "%" not in row
    assert "Within bounds" not in page.split("How it was computed")[0]


def test_what_cannot_be_assessed_says_why(as_compliance, champion):
    report = report_on(champion)

    assert "The coding is wrong." in read(as_compliance, f"/fairness/reports/{report.pk}/")


def test_without_a_report_the_page_says_how_one_is_made(as_compliance, champion):
    assert "manage.py fairness consumer-loan --by USER" in read(as_compliance, "/fairness/")


def test_an_unknown_product_has_no_reports(as_compliance, champion):
    assert as_compliance.get("/fairness/", {"product": "no-such"}).status_code == 404


def test_a_validator_finds_the_verdicts_in_the_dossier(as_validator, champion):
    dossier = f"/console/models/{champion.pk}/dossier/"
    assert "One group is outside bounds." not in read(as_validator, dossier)
    report_on(champion)

    page = read(as_validator, dossier)

    assert "One group is outside bounds." in page
    assert "The coding is wrong." in page


def test_a_developer_does_not_see_groups(signed_in, champion):
    of = champion
    report_on(of)

    assert "under 25" not in read(signed_in(Role.MODEL_DEVELOPER), f"/console/models/{of.pk}/")


@pytest.fixture
def auditor(signed_in):
    return signed_in(Role.AUDITOR)


def test_the_trail_shows_what_was_done_by_whom(as_auditor):
    olga = factories.user(Role.OFFICER, username="olga")
    audit.record(
        AuditEvent.Type.OFFICER_DECIDED, target="decision:01JD", by=olga, at=timezone.now()
    )

    page = read(as_auditor, "/audit/")

    for words in ("Officer decided", "decision:01JD", "olga"):
        assert words in page
    assert "The trail holds" not in page


@pytest.fixture
def two_events(db):
    for target in ("decision:01JD", "model:consumer-loan/7"):
        audit.record(AuditEvent.Type.OFFICER_DECIDED, target=target, by=None, at=AT)


@pytest.mark.parametrize("asked", ["decision:01JD", "01JD", " 01JD "])
def test_the_trail_of_one_thing_is_shown_by_what_it_is_of(asked, as_auditor, two_events):
    page = read(as_auditor, f"/audit/?of={quote(asked)}")

    assert "decision:01JD" in page
    assert "model:consumer-loan/7" not in page


def test_what_an_event_is_of_leads_to_the_rest_of_it(as_auditor, two_events):
    html = as_auditor.get("/audit/").content.decode()

    assert 'href="?of=model%3Aconsumer-loan%2F7"' in html


def test_of_a_thing_without_events_the_trail_says_so(as_auditor, two_events):
    page = read(as_auditor, "/audit/?of=decision:none")

    assert "Nothing is written of that." in page
    assert "The last 0 events" not in page


def test_older_events_are_a_page_away(as_auditor, two_events, monkeypatch):
    monkeypatch.setattr("frontend.views.audit.MOST", 1)
    older, newer = AuditEvent.objects.order_by("pk")[:2]

    html = as_auditor.get("/audit/").content.decode()
    assert f'href="?of=&amp;before={newer.pk}"' in html

    html = as_auditor.get(f"/audit/?before={newer.pk}").content.decode()
    assert older.target in html
    assert newer.target not in html
    assert "Older events</a>" not in html.replace("\n", "").replace("  ", "")
    assert "Back to the newest" in html


@pytest.mark.parametrize("asked", ["before=none", "before=0", "of=%00", f"of={'x' * 81}"])
def test_a_page_of_the_trail_that_cannot_be_is_told_above_the_newest(asked, as_auditor, two_events):
    answer = as_auditor.get(f"/audit/?{asked}")
    page = words_of(answer)

    assert answer.status_code == 422
    assert "A part of this address was not understood" in page
    assert f" {asked.partition('=')[0]} : " in page
    assert "decision:01JD" in page


def test_the_trail_is_verified_on_request(as_auditor):
    audit.record(AuditEvent.Type.OFFICER_DECIDED, target="decision:01JD", by=None, at=AT)
    audit.seal(at=AT)

    page = read(as_auditor, "/audit/?verify=yes")

    assert "The trail holds" in page
    assert "under 1 seals" in page or "under 1 seal" in page


def test_a_trail_that_does_not_hold_says_what_is_wrong(as_auditor):
    AuditEvent.objects.create(
        type=AuditEvent.Type.MODEL_PROMOTED, target="model:x/1", at=AT, details={}, hash="0" * 64
    )

    page = read(as_auditor, "/audit/?verify=yes")

    assert "The trail does not hold" in page
