import re
from datetime import timedelta

import factories
import pytest
from page_words import words_of

from credit.actions import officer_decisions, practice
from credit.models import PracticeAnswer, PracticeCase, Role


@pytest.fixture
def cases(champion):
    """Lay out three past loans by hand."""
    features = factories.body()["features"]
    return [
        PracticeCase.objects.create(
            version=champion, row=f"ingestion:1:{n}", features=features, pd=0.25, is_bad=n == 0
        )
        for n in range(3)
    ]


def test_my_work_shows_ones_own_and_no_one_elses(as_officer, signed_in, officer, waiting):
    officer_decisions.record(
        decision_id=waiting().pk, verdict="approve", by=officer, at=factories.AT
    )

    mine = words_of(signed_in(user=officer).get("/my-work/"))
    assert "insufficient evidence (0 of 0)" in mine
    assert "In 365 days 1" in mine
    assert "whose PD is at most 5 percentage points away" in mine
    for address in ("/my-work/", f"/my-work/?officer={officer.pk}&user={officer.username}"):
        assert "You have not decided anything yet" in words_of(as_officer.get(address))
    assert as_officer.get(f"/my-work/{officer.pk}/").status_code == 404


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OFFICER, Role.SENIOR_OFFICER}))
def test_nobody_but_officers_opens_their_own_pages(role, signed_in, champion):
    client = signed_in(role)

    assert client.get("/my-work/").status_code == 403
    assert client.get("/practice/").status_code == 403
    assert client.post("/practice/", {"product": "consumer-loan"}).status_code == 403


def test_without_cases_practice_says_when_there_will_be_some(as_officer, champion):
    assert "No past cases are prepared" in words_of(as_officer.get("/practice/"))


def test_a_case_is_answered_and_then_the_truth_is_told(as_officer, cases):
    shown = as_officer.post("/practice/", {"product": "consumer-loan"}, follow=True)
    page = words_of(shown)
    assert "Case 1: Consumer loan" in page
    assert "The model said" not in page
    answer = PracticeAnswer.objects.get()

    told = words_of(
        as_officer.post("/practice/", {"answer": answer.pk, "chance": "30"}, follow=True)
    )

    assert "You said 30.0%" in told
    assert "The model said 25.0%" in told
    assert ("turned out bad" if answer.case.is_bad else "turned out good") in told
    assert "Insufficient evidence: 1 answer, and 20 are needed" in told


@pytest.mark.parametrize("chance", ["", "x", "-1", "101", "NaN"])
def test_what_is_no_chance_is_asked_again(chance, as_officer, cases):
    as_officer.post("/practice/", {"product": "consumer-loan"})
    answer = PracticeAnswer.objects.get()

    asked = as_officer.post("/practice/", {"answer": answer.pk, "chance": chance})

    assert asked.status_code == 422
    assert PracticeAnswer.objects.get().said is None


def test_nobody_elses_case_is_answered_or_seen(as_officer, signed_in, officer, cases):
    theirs = practice.show_next(product_id=cases[0].version.product_id, by=officer, at=factories.AT)

    answered = as_officer.post("/practice/", {"answer": theirs.pk, "chance": "30"})
    assert answered.status_code == 404
    practice.answer(
        answer_id=theirs.pk, said=0.9, by=officer, at=factories.AT + timedelta(minutes=1)
    )
    assert "You said" not in words_of(as_officer.get("/practice/", {"answered": theirs.pk}))


@pytest.mark.parametrize("asked", ["x", "-1", "9" * 40, "٣"])
def test_an_address_that_names_no_answer_shows_none(asked, as_officer, cases):
    assert as_officer.get("/practice/", {"answered": asked}).status_code == 200


def test_when_all_cases_were_seen_the_officer_is_told(as_officer, cases):
    for _ in cases:
        as_officer.post("/practice/", {"product": "consumer-loan"})
        answer = PracticeAnswer.objects.get(answered_at=None)
        as_officer.post("/practice/", {"answer": answer.pk, "chance": "30"})

    told = as_officer.post("/practice/", {"product": "consumer-loan"}, follow=True)

    assert "No past case is left" in words_of(told)
    assert as_officer.post("/practice/", {"product": "nothing"}).status_code == 404
    assert as_officer.post("/practice/", {}).status_code == 404


def test_no_protected_attribute_stands_on_a_page_of_these(as_officer, cases, waiting):
    waiting()
    as_officer.post("/practice/", {"product": "consumer-loan"})

    protected = factories.CONTRACT.protected
    words = {each.label.lower() for each in protected} | {each.name for each in protected}
    words |= {group.label for each in protected for group in each.groups}
    for address in ("/", "/my-work/", "/practice/"):
        page = as_officer.get(address).content.decode().lower()
        assert not [word for word in words if re.search(rf"\b{re.escape(word)}\b", page)], address
