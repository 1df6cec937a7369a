"""The pages of notices and reviews: what is owed, what proves it, what left."""

import re

import factories
import notices_scene
import pytest
from django.urls import reverse
from notices_scene import declined, issued, overridden
from page_words import words_of

from credit.models import Application, Notice, NoticeFailure, ReviewRequest
from credit.queries import notices, notices_left

pytestmark = pytest.mark.usefixtures("champion")


@pytest.fixture
def olga(db):
    return factories.user("officer", username="olga")


@pytest.fixture
def page(signed_in, olga):
    return signed_in(user=olga)


def get(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return words_of(answer)


def post(client, name, *args, **said):
    return client.post(reverse(name, args=args), said, follow=True)


def test_the_list_shows_what_is_owed_by_when_and_to_whom(page, olga):
    declined(olga)
    notices_scene.decided(olga, **factories.DECLINED, reference="NO-ADDRESS")

    words = get(page, "notices")

    assert "A-2291" in words
    assert "Adverse action" in words
    assert "6 December 2026" in words
    assert "No address is known" in words


def test_nothing_owed_nothing_failed_and_nothing_left_are_said(page):
    assert "Nobody waits for a notice" in get(page, "notices")
    assert "Every notice that was tried is proved" in get(page, "notices", show="failed")
    assert "No notice has left yet" in get(page, "notices", show="left")


def test_an_address_that_asks_for_what_cannot_be_is_told_and_nothing_leaves_on_it(page, olga):
    decision = declined(olga)
    asked = f"{reverse('notices')}?show=x"

    answer = page.get(asked)

    assert answer.status_code == 422
    assert "was not understood" in answer.content.decode()
    assert decision.application.reference in answer.content.decode()
    assert page.post(asked, {"decision": [decision.pk]}).status_code == 404
    assert not Notice.objects.exists()


def test_several_are_issued_at_once_and_what_fails_is_told(page, olga):
    good, bad = declined(olga), overridden(olga)

    answer = post(page, "notices", decision=[good.pk, bad.pk])

    words = words_of(answer)
    assert "1 notice left." in words
    assert "1 stayed" in words
    assert "not stated in words" in get(page, "notices", show="failed")
    assert "A-2291" in get(page, "notices", show="left")
    answer = post(page, "notices", decision=[good.pk])
    assert "Choose notices that are still due" in words_of(answer)


def test_pages_of_what_is_owed_lead_on_and_back(page, olga, monkeypatch):
    monkeypatch.setattr(notices, "MOST", 1)
    first, second = declined(olga, reference="N-1"), declined(olga, reference="N-2")

    after = page.get(reverse("notices")).context["page"].after
    words = get(page, "notices", after=after)

    assert "The next 50" in get(page, "notices")
    assert "N-2" in words
    assert "N-1" not in words
    assert "Back to the first" in words
    address = f"{reverse('notices')}?after={after}"
    assert "1 notice left." in words_of(page.post(address, {"decision": [second.pk]}, follow=True))
    answer = page.get(address)
    assert answer.status_code == 302  # nothing is on that page any more
    assert "N-1" in words_of(page.get(answer.headers["Location"]))
    assert Application.objects.get(pk=first.pk).told == ""


def test_pages_of_what_left_lead_on_and_back(page, olga, monkeypatch):
    monkeypatch.setattr(notices_left, "MOST", 1)
    for reference in ("N-1", "N-2"):
        issued(declined(olga, reference=reference), olga)

    left = page.get(reverse("notices"), {"show": "left"})
    words = get(page, "notices", show="left", after=left.context["page"].after)

    assert "N-2" in words_of(left)
    assert "N-1" in words
    assert "N-2" not in words
    assert "Back to the first" in words
    assert get(page, "notices", show="left", after="x")


def test_the_preview_is_the_letter_and_the_certificate_proves_it(page, olga):
    decision = declined(olga)

    words = get(page, "notice", decision.pk)

    assert "Every reason is proved. This is what leaves." in words
    assert "Maja Müller-Łukasz" in words
    assert "Balance of the checking account is below zero" in words
    assert "Checking account: no checking account" in words
    assert re.search(r"\d+\.\d\d\Wpp", words)
    assert "Directive (EU) 2023/2225 art. 18" in words


def test_issuing_leads_to_what_left_and_to_its_files(page, olga):
    decision = declined(olga)

    words = words_of(post(page, "notice", decision.pk, do="issue", kind="adverse_action"))

    assert "The notice left" in words
    notice = Notice.objects.get()
    for form, kind in (("pdf", "application/pdf"), ("html", "text/html; charset=utf-8")):
        answer = page.get(reverse("notice_file", args=[notice.pk, form]))
        assert answer.content == bytes(getattr(notice, form))
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "no-store" in answer.headers["Cache-Control"]
    assert page.get(reverse("notice_file", args=[notice.pk, "xml"])).status_code == 404
    assert page.get(reverse("notice_file", args=[0, "pdf"])).status_code == 404
    assert "A notice of this kind left" in get(page, "notice", decision.pk)


def test_one_that_is_not_proved_stays_and_a_person_states_the_reasons(page, olga):
    decision = overridden(olga)

    answer = post(page, "notice", decision.pk, do="issue", kind="adverse_action")
    assert "could not be proved and stayed" in words_of(answer)
    assert NoticeFailure.objects.count() == 1

    refused = page.post(
        reverse("notice", args=[decision.pk]),
        {"do": "state", "kind": "adverse_action", "reason_1": "Bad"},
    )
    assert refused.status_code == 422
    assert "too short" in words_of(refused)
    said = {"kind": "adverse_action", "reason_1": "The payslips are not of the applicant"}
    stated = words_of(post(page, "notice", decision.pk, do="state", **said))
    assert "in a person's words" in stated
    post(page, "notice", decision.pk, do="issue", kind="adverse_action")
    assert Application.objects.get(pk=decision.pk).told == "declined"


def test_issuing_again_asks_why(page, olga):
    decision = declined(olga)
    issued(decision, olga)

    answer = post(page, "notice", decision.pk, do="issue", kind="adverse_action")
    assert "say why" in words_of(answer)
    why = "The first came back undelivered."
    post(page, "notice", decision.pk, do="issue", kind="adverse_action", why_again=why)

    assert Notice.objects.count() == 2
    assert why in get(page, "notice", decision.pk)


def test_a_review_is_asked_here_and_answered_by_somebody_else(page, olga, signed_in):
    decision = declined(olga)

    empty = page.post(reverse("notice", args=[decision.pk]), {"do": "review", "words": ""})
    assert empty.status_code == 422
    post(page, "notice", decision.pk, do="review", words="I earn more than that.")
    review = ReviewRequest.objects.get()

    assert "You decided this application" in get(page, "review", review.pk)
    assert "somebody else answers" in get(page, "reviews")
    other = signed_in(user=factories.user("officer"))
    short = other.post(reverse("review", args=[review.pk]), {"outcome": "upheld", "words": "No"})
    assert short.status_code == 422
    told = {"outcome": "changed", "words": "We missed your second income."}
    assert "The review is answered" in words_of(post(other, "review", review.pk, **told))
    assert "The application was reopened" in get(other, "review", review.pk)
    assert "Your decision" in get(other, "application", decision.pk)
    assert "somebody else decides anew" in get(page, "application", decision.pk)
    assert "No review waits" in get(other, "reviews")
    assert other.get(reverse("review", args=[0])).status_code == 404


def test_an_explanation_shows_what_would_have_changed_it(page, olga):
    decision = declined(olga)

    words = get(page, "notice", decision.pk, kind="explanation")

    assert "What would have changed the outcome" in words
    assert "Explanation of our decision" in words


def test_what_waits_is_owed_nothing_and_what_is_not_there_is_not_found(page, waiting):
    assert "No notice is owed" in get(page, "notice", waiting().pk)
    assert page.get(reverse("notice", args=["nothing"])).status_code == 404
    for do in ("issue", "state", "review", "other"):
        answer = page.post(reverse("notice", args=["nothing"]), {"do": do, "kind": "explanation"})
        assert answer.status_code == 404, do


def test_compliance_reads_and_changes_nothing(as_compliance, olga):
    decision = declined(olga)

    assert "Issue this notice" not in get(as_compliance, "notice", decision.pk)
    assert "Prove and issue" not in get(as_compliance, "notices")
    answer = as_compliance.post(reverse("notice", args=[decision.pk]), {"do": "issue"})
    assert answer.status_code == 403


def test_protected_attributes_appear_on_none_of_these_pages(page, olga):
    decision = declined(olga)
    notice, review = issued(decision, olga), notices_scene.asked(decision, olga)
    contract = factories.CONTRACT
    words = {each.label.lower() for each in contract.protected}
    words |= {each.name for each in contract.protected} | {each.column for each in contract.banned}
    pages = [("notices",), ("reviews",), ("notice", decision.pk), ("notice_left", notice.pk)]
    for name, *args in [*pages, ("review", review.pk)]:
        text = get(page, name, *args).lower()
        assert not [each for each in words if re.search(rf"\b{re.escape(each)}\b", text)], name


@pytest.mark.parametrize("name", ["notices", "notice", "notice_left", "reviews", "review"])
def test_no_page_asks_the_database_more_than_a_dozen_times(
    page, olga, name, django_assert_max_num_queries
):
    for _ in range(4):
        decision = declined(olga)
    args = {
        "notice": lambda: [decision.pk],
        "notice_left": lambda: [issued(decision, olga).pk],
        "review": lambda: [notices_scene.asked(decision, olga).pk],
    }.get(name, list)()

    with django_assert_max_num_queries(12 + 3):  # three prolong the session, once a minute
        assert page.get(reverse(name, args=args)).status_code == 200
