"""Correcting data on a page: the form keeps what was typed, and each version leads to the other."""

from html import unescape

import factories
import pytest
from page_words import words_of
from test_what_if import typed

from credit.actions import corrections
from credit.models import Application, Correction, Role

SAID = {"source": "document", "words": "Payslip of October seen."}


@pytest.fixture
def correct(as_officer, waiting):
    decision = waiting()

    def post(**changes):
        said = {**SAID, **changes}
        return decision, as_officer.post(
            f"/applications/{decision.pk}/correct/", typed(**factories.REFERRED, **said)
        )

    return post


def test_a_correction_leads_to_the_new_version_and_each_to_the_other(correct, as_officer):
    old, answer = correct(**{"features-savings": "1000_or_more"})
    made = Correction.objects.get()

    assert answer.headers["Location"] == f"/applications/{made.decision_id}/"
    new_page = as_officer.get(answer.headers["Location"])
    words = words_of(new_page)
    assert "A-2291 was corrected and scored again." in words
    assert "Savings account or bonds: below 100 DM \u2192 1,000 DM or more" in words
    assert "A document that I saw: Payslip of October seen." in words
    assert f'href="/applications/{old.pk}/"' in new_page.content.decode()
    old_page = as_officer.get(f"/applications/{old.pk}/")
    assert f'href="/applications/{made.decision_id}/"' in old_page.content.decode()
    assert "corrected this application" in words_of(old_page)
    assert "Agree" not in words_of(old_page)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "Nothing was changed"),
        ({"source": ""}, "Choose where it is from."),
        ({"words": ""}, "Say in a few words"),
        ({"words": "no", "features-savings": "1000_or_more"}, "at least 10 characters"),
        ({"features-residence_years": "40"}, "Must be 1 to 4 years."),
    ],
)
def test_what_is_refused_keeps_what_was_typed(correct, changes, told):
    _, answer = correct(**changes)
    page = unescape(answer.content.decode())

    assert answer.status_code == 422
    assert told in page
    assert changes.get("words", SAID["words"]) in page
    assert not Correction.objects.exists()


def test_the_second_officer_is_told_who_was_faster(correct, as_officer, waiting):
    decision = waiting()
    olga = factories.user(Role.OFFICER, username="olga")
    body = factories.body(**factories.REFERRED, features__savings="1000_or_more")
    corrections.correct(
        decision_id=decision.pk,
        body={name: body[name] for name in ("requested", "features")},
        by=olga,
        at=factories.AT,
        **SAID,
    )

    said = typed(**factories.REFERRED, **{**SAID, "features-savings": "500_to_1000"})
    answer = as_officer.post(f"/applications/{decision.pk}/correct/", said, follow=True)

    assert "olga corrected this application already" in words_of(answer)
    assert Application.objects.filter(reference="A-2291").count() == 3  # with the fixture's own
    form = as_officer.get(f"/applications/{decision.pk}/correct/", follow=True)
    assert "can no longer be corrected" in words_of(form)


def test_an_application_that_is_not_there_is_404(as_officer, champion):
    assert as_officer.get("/applications/01JDNOTTHERE/correct/").status_code == 404
