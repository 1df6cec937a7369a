"""What would have changed a decision, on the page of its application."""

import re

from page_words import words_of

from credit.models import (
    Application,
    AuditEvent,
    Decision,
)


def decide(client, decision, verdict, **more):
    return client.post(f"/applications/{decision.pk}/", {"verdict": verdict, **more})


def test_what_would_have_changed_it_is_said_in_sentences(as_officer, waiting):
    decision = waiting(recommendation="decline")

    page = words_of(as_officer.get(f"/applications/{decision.pk}/?what-if"))

    assert "What would have changed it" in page
    assert "Checking account: below zero → 200 DM or more, or salary" in page
    assert "Then the probability of default is 34.2%, band D, score" in page
    assert "It is no promise" in page


def test_what_is_shown_is_only_a_look_and_no_decision(as_officer, waiting):
    decision = waiting(recommendation="decline")
    events, applications = AuditEvent.objects.count(), Application.objects.count()

    as_officer.get(f"/applications/{decision.pk}/?what-if")

    assert AuditEvent.objects.count() == events
    assert Application.objects.count() == applications == Decision.objects.count()


def test_what_would_have_changed_it_is_a_link_until_it_is_asked_for(as_officer, waiting):
    page = as_officer.get(f"/applications/{waiting(recommendation='decline').pk}/").content.decode()

    assert re.search(r'href="\?what-if#what-if"\s+hx-get="\?what-if"\s+hx-trigger="load"', page)
    assert "then the probability" not in page


def test_where_no_change_is_enough_the_page_says_so(as_officer, waiting, monkeypatch):
    decision = waiting(recommendation="decline", features__checking_status="below_0")
    monkeypatch.setattr("scoring.alternatives.levers_of", lambda *_, **__: ())

    page = words_of(as_officer.get(f"/applications/{decision.pk}/?what-if"))

    assert "nothing the applicant can change within the product's bounds reaches approval" in page
    assert "no promise" not in page


def test_a_search_that_was_too_large_is_said_beside_what_it_found(as_officer, waiting, monkeypatch):
    monkeypatch.setattr("scoring.alternatives.MOST_OF_A_SET", 0)
    decision = waiting(recommendation="decline")

    page = words_of(as_officer.get(f"/applications/{decision.pk}/?what-if"))

    assert "the search was too large" in page


def test_without_its_bundle_the_page_says_that_it_cannot_tell(
    as_officer, waiting, settings, tmp_path
):
    decision = waiting(recommendation="decline")
    settings.EVENHAND_VAR = tmp_path

    page = words_of(as_officer.get(f"/applications/{decision.pk}/?what-if"))

    assert "cannot be loaded (bundle_missing)" in page
    assert "What would have changed it cannot be worked out" in page


def test_an_approved_application_has_nothing_to_change(as_officer, waiting):
    decision = waiting(recommendation="approve")

    page = as_officer.get(f"/applications/{decision.pk}/?what-if").content.decode()

    assert "What would have changed it" not in page


def test_what_an_officer_approved_has_nothing_to_change_either(as_officer, waiting):
    decision = waiting(recommendation="refer")
    decide(as_officer, decision, "approve")

    page = as_officer.get(f"/applications/{decision.pk}/?what-if").content.decode()

    assert "What would have changed it" not in page
