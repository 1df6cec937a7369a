from datetime import timedelta

import factories
import pytest
from django.utils import timezone
from page_words import words_of

from credit.actions import officer_decisions
from credit.models import Application, Role


def test_the_longest_waiting_application_comes_first(as_officer, waiting):
    waiting(reference="young", at=timezone.now() - timedelta(minutes=3))
    waiting(reference="old", at=timezone.now() - timedelta(days=2))

    page = as_officer.get("/").content.decode()

    assert page.index(">old<") < page.index(">young<")
    assert "2 days" in page
    assert "3 min" in page


def test_a_row_says_what_is_asked_for_and_what_is_recommended(as_officer, waiting):
    waiting()

    page = words_of(as_officer.get("/"))

    for words in ("A-2291", "Consumer loan", "DEM 4,200.00", "12 mo", "Refer", "Acme", "2 h"):
        assert words in page


def test_an_application_no_model_scored_says_so(as_officer, unscored):
    unscored()

    assert "No model scored it" in as_officer.get("/").content.decode()


def test_what_is_decided_leaves_the_queue_and_is_counted(as_officer, waiting):
    decision = waiting()
    officer_decisions.record(
        decision_id=decision.pk,
        verdict="approve",
        by=factories.user(Role.OFFICER),
        at=timezone.now(),
    )

    answer = as_officer.get("/")

    assert "Nothing waits for you" in answer.content.decode()
    assert answer.context["counts"].decided_today == 1


def test_the_queue_of_another_product_is_empty(as_officer, waiting):
    waiting()

    page = as_officer.get("/", {"product": "small-business-loan"}).content.decode()

    assert "Nothing of this product waits" in page


def test_an_auditor_reads_the_queue_but_is_offered_nothing_to_decide(signed_in, waiting):
    waiting()

    page = signed_in(Role.AUDITOR).get("/").content.decode()

    assert "A-2291" in page
    assert "Open the oldest" not in page


@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("A-1\u202e2", "A-1⟨U+202E⟩2"),
        ("{{ 7|add:7 }}", "{{ 7|add:7 }}"),
    ],
)
def test_a_hostile_reference_is_only_text(reference, shown, as_officer, waiting):
    decision = waiting()
    Application.objects.filter(decision=decision).update(reference=reference)

    page = as_officer.get("/").content.decode()

    assert shown in page
    assert reference == shown or reference not in page


def test_the_number_of_queries_does_not_grow_with_the_queue(
    as_officer, waiting, django_assert_max_num_queries
):
    for number in range(12):
        waiting(reference=f"A-{number}")

    with django_assert_max_num_queries(15):
        as_officer.get("/")
