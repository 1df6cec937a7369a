from datetime import timedelta

import factories
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from page_words import words_of

from credit.actions import assignments, officer_decisions
from credit.models import Application, AuditEvent, QueueItem, Role, SavedView
from credit.queries import queue

RIGHT_TO_LEFT = "مریم میرزاخانی"
JOINED = "مریم\u200cمیر"  # with a joiner, which is no sign to be shown


@pytest.fixture
def now(monkeypatch):
    """Stop the clock in an afternoon: words of a day change at midnight."""
    stopped = factories.AT.replace(hour=17)
    monkeypatch.setattr("django.utils.timezone.now", lambda: stopped)
    return stopped


def test_the_first_due_application_comes_first_and_says_when(now, as_officer, waiting):
    waiting(reference="young", at=now - timedelta(minutes=3))
    waiting(reference="old", at=now - timedelta(days=2, hours=2))
    waiting(reference="late", at=now - timedelta(days=9))

    page = as_officer.get("/").content.decode()

    assert page.index(">late<") < page.index(">old<") < page.index(">young<")
    for words in ("4 days late", "due in 3 days", "due in 5 days", "received 3 min ago"):
        assert words in words_of(as_officer.get("/")), words


def test_what_is_due_on_one_day_reads_alike_for_the_riskiest_of_it_comes_first(
    now, as_officer, waiting
):
    for reference, late in (("morning", timedelta(hours=56)), ("evening", timedelta(hours=44))):
        waiting(reference=reference, at=now - timedelta(days=5) - late)

    assert words_of(as_officer.get("/")).count("2 days late") == 2


def test_a_row_says_what_is_asked_for_and_what_is_recommended(as_officer, waiting):
    waiting()

    page = words_of(as_officer.get("/"))

    for words in ("A-2291", "Consumer loan", "DEM 4,200.00", "12 mo", "Refer", "Acme", "Nobody"):
        assert words in page, words


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
    assert answer.context["decided_today"] == 1


def test_each_emptiness_says_what_is_empty(as_officer, waiting):
    waiting()

    def page(**asked):
        return as_officer.get("/", asked).content.decode()

    assert "Nothing that waits is like this" in page(product="small-business-loan")
    assert "Nothing is in your hands" in page(holder="mine")
    assert "Nothing that waits is like this" in page(q="nowhere")


@pytest.mark.parametrize(
    "asked",
    [
        {"amount_from": "x"},
        {"amount_to": "-1"},
        {"older_than": "999"},
        {"state": "gone"},
        {"due": "never"},
        {"q": "\x00"},
        {"q": "x" * 101},
        {"after": "x"},
    ],
)
def test_what_cannot_be_a_filter_filters_nothing(asked, as_officer, waiting):
    waiting()

    answer = as_officer.get("/", asked)

    assert answer.status_code == 200
    assert "A-2291" in answer.content.decode()


def test_an_application_is_found_by_the_applicants_name(as_officer, waiting):
    waiting(reference="ADA-1", applicant={"name": "Ada Grünwald-Okonkwo"})
    waiting(reference="BOB-1", applicant={"name": "Bob Stone"})

    page = words_of(as_officer.get("/", {"q": "grünw ad"}))

    assert "ADA-1" in page
    assert "Ada Grünwald-Okonkwo" in page
    assert "BOB-1" not in page


@pytest.mark.parametrize("q", ["'", "a & !", "(:*", "\\", "!!!", "%"])
def test_signs_in_a_search_are_only_signs(q, as_officer, waiting):
    waiting(applicant={"name": "Ada"})

    assert as_officer.get("/", {"q": q}).status_code == 200


def test_what_does_not_wait_is_found_too(as_officer, waiting):
    decided = waiting(reference="DONE-1", applicant={"name": "Ada Lovelace"})
    officer_decisions.record(
        decision_id=decided.pk,
        verdict="approve",
        by=factories.user(Role.OFFICER),
        at=timezone.now(),
    )

    for q in ("DONE-1", "lovel", decided.pk.lower()):
        page = words_of(as_officer.get("/", {"q": q}))
        assert "Not waiting" in page, q
        assert "DONE-1" in page, q
    assert "Not waiting" not in words_of(as_officer.get("/", {"q": "DONE"}))


@pytest.mark.parametrize("name", [RIGHT_TO_LEFT, JOINED, "x" * 200])
def test_names_of_any_direction_and_length_stand_as_they_are(name, as_officer, waiting):
    waiting(applicant={"name": name})

    page = as_officer.get("/").content.decode()

    assert f"<bdi>{name}</bdi>" in page  # which takes the direction of its words


def test_take_next_opens_the_first_that_nobody_holds(as_officer, waiting):
    first, second = waiting(at=factories.AT - timedelta(days=1)), waiting()

    assert as_officer.post("/take/").headers["Location"] == f"/applications/{first.pk}/"
    assert as_officer.post("/take/").headers["Location"] == f"/applications/{second.pk}/"
    answer = as_officer.post("/take/", follow=True)
    assert "Nothing that you could take waits here" in answer.content.decode()


def test_take_next_looks_at_what_is_filtered(as_officer, waiting):
    waiting()
    risky = waiting(recommendation="decline")
    band = QueueItem.objects.get(pk=risky.pk).band if _gathered(as_officer) else ""

    answer = as_officer.post(f"/take/?band={band}")

    assert answer.headers["Location"] == f"/applications/{risky.pk}/"


def _gathered(client):
    return client.get("/").status_code == 200


def test_forms_of_the_queue_carry_their_tokens(signed_in, waiting):
    waiting()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(factories.user(Role.OFFICER))
    token = strict.get("/").context["csrf_token"]

    assert strict.post("/take/").status_code == 403
    assert strict.post("/take/", {"csrfmiddlewaretoken": str(token)}).status_code == 302


def test_who_holds_what_is_said(signed_in, waiting):
    holder = factories.user(Role.OFFICER, username="holly")
    item = waiting()
    assignments.take(decision_id=item.pk, by=holder, at=timezone.now())

    assert "holly" in words_of(signed_in(Role.OFFICER).get("/"))
    assert "You" in words_of(signed_in(user=holder).get("/"))
    page = words_of(signed_in(Role.OFFICER).get(f"/applications/{item.pk}/"))
    assert "In the hands of holly until" in page
    assert "Take over" not in page
    assert "Take over" in words_of(signed_in(Role.SENIOR_OFFICER).get(f"/applications/{item.pk}/"))


def test_an_application_is_taken_and_given_back_on_its_page(as_officer, waiting):
    address = f"/applications/{waiting().pk}/"

    taken = as_officer.post(f"{address}hold/", {"do": "take"}, follow=True)
    assert "In your hands until" in words_of(taken)
    back = as_officer.post(f"{address}hold/", {"do": "release"}, follow=True)
    assert "is back in the queue" in words_of(back)
    assert as_officer.post(f"{address}hold/", {"do": "burn"}).status_code == 404


def test_referring_up_keeps_what_was_typed_until_it_is_enough(as_officer, signed_in, waiting):
    address = f"/applications/{waiting().pk}/refer-up/"
    assert "Why should a senior officer" in words_of(as_officer.get(address))

    short = as_officer.post(address, {"words": "odd"})
    assert short.status_code == 422
    assert "at least 10 characters" in words_of(short)
    assert ">\nodd</textarea>" in short.content.decode()
    done = as_officer.post(address, {"words": "The employer is my brother."}, follow=True)

    assert "waits for a senior officer" in words_of(done)
    page = words_of(signed_in(Role.SENIOR_OFFICER).get(address.replace("refer-up/", "")))
    assert "The employer is my brother." in page
    assert "A-2291" in words_of(as_officer.get("/", {"state": "referred_up"}))


def test_a_senior_officer_is_told_that_nobody_is_above(signed_in, waiting):
    address = f"/applications/{waiting().pk}/refer-up/"

    answer = signed_in(Role.SENIOR_OFFICER).post(
        address, {"words": "The employer is my brother."}, follow=True
    )

    assert "You are a senior officer" in words_of(answer)


def test_a_senior_officer_gives_an_application_to_an_officer(signed_in, waiting):
    address, officer = f"/applications/{waiting().pk}/reassign/", factories.user(Role.OFFICER)
    senior = signed_in(Role.SENIOR_OFFICER)
    assert officer.username in words_of(senior.get(address))

    assert senior.post(address, {"to": factories.user(Role.AUDITOR).pk}).status_code == 422
    done = senior.post(address, {"to": officer.pk}, follow=True)

    assert f"is now in the hands of {officer.username}" in words_of(done)
    assert QueueItem.objects.get().held_by == officer


def test_a_view_is_saved_chosen_and_removed(as_officer, waiting):
    waiting()

    saved = as_officer.post("/views/?due=late&product=consumer-loan", {"name": "Late"}, follow=True)
    assert "Saved as “Late”" in words_of(saved)
    view = SavedView.objects.get()
    assert view.filters == {"due": "late", "product": "consumer-loan"}
    chosen = as_officer.get("/", view.filters).content.decode()
    assert "Remove the view “Late”" in chosen
    as_officer.post("/views/?due=late", {"name": "Late"})
    assert SavedView.objects.get().filters == {"due": "late"}

    as_officer.post("/views/", {"remove": view.pk})
    assert not SavedView.objects.exists()
    assert set(
        AuditEvent.objects.filter(target=f"view:{view.pk}").values_list("type", flat=True)
    ) == {
        "view_saved",
        "view_removed",
    }


def test_views_are_ones_own(as_officer, signed_in, waiting):
    as_officer.post("/views/?due=late", {"name": "Secret view"})
    other, view = signed_in(Role.OFFICER), SavedView.objects.get()

    assert "Secret view" not in other.get("/").content.decode()
    other.post("/views/", {"remove": view.pk})
    assert SavedView.objects.exists()


def test_a_view_needs_a_filter_and_a_name_and_there_are_twenty(as_officer):
    nothing = as_officer.post("/views/", {"name": "All"}, follow=True)
    assert "Choose a filter first" in words_of(nothing)
    assert as_officer.post("/views/?due=late", {"name": ""}).status_code == 422
    for number in range(20):
        as_officer.post("/views/?due=late", {"name": f"View {number}"})

    more = as_officer.post("/views/?due=late", {"name": "One more"}, follow=True)

    assert "You have 20 saved views" in words_of(more)


def test_pages_lead_on_and_back(as_officer, waiting, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 2)
    for number in range(3):
        waiting(reference=f"P-{number}", at=factories.AT - timedelta(days=number))

    first = as_officer.get("/")
    after = first.context["page"].after
    second = as_officer.get("/", {"after": after}).content.decode()

    assert ">P-2<" in first.content.decode()
    assert ">P-0<" in second
    assert ">P-2<" not in second
    assert "Back to the first" in second


def test_an_auditor_reads_the_queue_but_is_offered_nothing_to_do(signed_in, waiting):
    decision, auditor = waiting(), signed_in(Role.AUDITOR)

    for address in ("/", "/?due=week", f"/applications/{decision.pk}/"):
        page = auditor.get(address).content.decode()
        assert "A-2291" in page
        for offered in ("Take next", "Save view", ">Take<", "Refer up<", "In my hands"):
            assert offered not in page


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


def asked_of_the_database(client, *request):
    """Count statements; those that only mark a place in a test's transaction never happen else."""
    with CaptureQueriesContext(connection) as captured:
        client.get(*request)
    places = ("SAVEPOINT", "RELEASE SAVEPOINT")
    return len([each for each in captured if not each["sql"].startswith(places)])


@pytest.mark.parametrize(
    "asked", [{}, {"due": "week"}, {"q": "A-"}, {"q": "Ada", "holder": "free"}]
)
def test_twelve_queries_show_the_queue_however_long(asked, as_officer, waiting, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 5)
    for number in range(4):
        waiting(reference=f"A-{number}", applicant={"name": f"Ada {number}"})
    as_officer.post("/views/?due=late", {"name": "Late"})
    as_officer.get("/")

    assert asked_of_the_database(as_officer, "/", asked) <= 12


def test_a_longer_queue_is_shown_by_no_more_queries(as_officer, waiting, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 5)
    for number in range(12):
        waiting(reference=f"A-{number}")
    as_officer.get("/")

    assert asked_of_the_database(as_officer, "/") <= 12


def test_twelve_queries_show_an_application(as_officer, waiting):
    decision = waiting()
    as_officer.get(f"/applications/{decision.pk}/")

    assert asked_of_the_database(as_officer, f"/applications/{decision.pk}/") <= 12
