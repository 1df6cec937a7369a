"""Home: for each role how things stand, in words; one part that fails hides no other."""

import re

import factories
import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from levels_scene import LEVELS, NOW
from page_words import words_of

from credit.actions import audit
from credit.actions.alerts import raise_alert
from credit.models import Role
from frontend.access import may_read
from monitoring import home


def read(client, address="/monitoring/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return words_of(answer)


def labels(client):
    html = client.get("/monitoring/").content.decode()
    return [
        re.sub(r"<[^>]*>", "", found).strip()
        for found in re.findall(r"<h2>(.*?)</h2>", html, re.DOTALL)
    ]


FOR = {
    Role.OFFICER: {"My day", "Queue", "Notices"},
    Role.SENIOR_OFFICER: {"My day", "Signatures", "Queue", "Notices", "Officers"},
    Role.MODEL_DEVELOPER: {
        *("Decisions answered", "Error budget", "Drift", "Performance", "Business", "Model"),
        *("Candidates", "Alerts"),
    },
    Role.COMPLIANCE: {
        *("Audit trail", "Drift", "Business", "Fairness", "Notices", "Alerts"),
        *("Officers", "Officers, by group of their applicants"),
    },
    Role.ADMINISTRATOR: {
        *("Decisions answered", "Error budget", "Scheduled worker", "Audit trail", "Alerts"),
        *("Business", "Partners"),
    },
}


@pytest.mark.parametrize("role", FOR)
def test_each_role_sees_what_it_is_about(role, signed_in, champion, sign, hour):
    sign()
    hour()

    assert set(labels(signed_in(role))) == FOR[role]


def test_who_holds_two_roles_sees_what_either_is_about(signed_in, champion, sign):
    seen = set(labels(signed_in(Role.SENIOR_OFFICER, Role.OFFICER)))

    assert seen == FOR[Role.SENIOR_OFFICER]


@pytest.mark.parametrize("role", Role)
def test_every_gauge_leads_where_one_may_go(role, signed_in, champion, sign, hour):
    sign()
    hour()
    client = signed_in(role)

    html = client.get("/monitoring/").content.decode()

    links = re.findall(r'<h2><a href="([^"]+)"', html)
    assert links
    for link in links:
        assert client.get(link).status_code == 200, link


def test_an_auditor_is_told_the_whole_of_it_with_n_and_period(as_auditor, champion, sign, hour):
    sign()
    hour(faults=2, tasks={"credit.seal_audit SUCCESS": [1.0, 9.0]})
    audit.seal(at=NOW)

    page = read(as_auditor)

    assert "95 of 100 within 25 to 50 ms" in page
    assert "902 in the last 15 minutes; 2 faults of ours" in page
    assert "75% left" in page
    assert "5 of 20,000 requests since 24 October 2026 failed it, and 20 may" in page
    assert "3 wait" in page
    assert "The first for 2 hours. At this hour of 20 days it was 4; from 12 it is unusual." in page
    assert "Of 9 tasks in the last 15 minutes 0 failed" in page
    assert "with 263 loans" in page or "loans of known outcome" in page


def test_what_asks_for_a_person_stands_first(as_compliance, champion, sign):
    sign()

    assert labels(as_compliance)[0] == "Alerts"


# --- what goes wrong --------------------------------------------------------------------------


def broken(_product, *, at):
    raise DatabaseError("the table is gone")


def of_another_release(_product, *, at):
    return LEVELS["objectives"][0]["a figure of another release"]


def divides_by_nothing(_product, *, at):
    return 1 / 0


def breaks_the_transaction(_product, *, at):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")


@pytest.mark.parametrize(
    "gauge", [broken, of_another_release, divides_by_nothing, breaks_the_transaction]
)
def test_one_gauge_that_fails_is_not_known_and_the_others_stand(gauge, champion, monkeypatch):
    place = home.Place(gauge=gauge, roles=frozenset(Role))
    auditor = factories.user(Role.AUDITOR)

    found = home.gauges_of(champion.product, auditor, at=NOW, places=(place, *home.PLACES))

    assert (found[0].name, found[0].state) == (gauge.__name__, "unknown")
    assert len(found) > 3
    assert found[-1].name != gauge.__name__


def test_home_opens_where_there_is_no_product_yet(signed_in):
    assert "There is no product yet" in read(signed_in(Role.COMPLIANCE))


def test_a_product_that_is_not_there_is_not_found(as_auditor, champion):
    assert as_auditor.get("/monitoring/", {"product": "no-such"}).status_code == 404


# --- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "roles",
    [
        (Role.OFFICER, Role.SENIOR_OFFICER),
        (Role.MODEL_VALIDATOR, Role.COMPLIANCE, Role.AUDITOR),
        (Role.ADMINISTRATOR,),
    ],
)
def test_its_queries_are_few_and_do_not_grow_with_what_is_stored(
    roles, signed_in, champion, waiting, sign, hour
):
    sign()
    hour()
    client = signed_in(*roles)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get("/monitoring/")
        return [query["sql"] for query in found if "SAVEPOINT" not in query["sql"]]

    queries()
    before = len(queries())
    for number in range(12):
        waiting(reference=f"B-{number}", recommendation=("refer", "decline")[number % 2])
        raise_alert(cause=f"cause-{number}", product=None, message="-", at=NOW)

    assert len(queries()) <= before + 4  # of notices, where some are due now
    assert before <= 50


def test_home_is_the_first_page_in_the_navigation(as_officer, champion):
    html = as_officer.get("/").content.decode()

    first = re.search(r'<nav class="tabs nav".*?<a href="([^"]+)"', html, re.DOTALL)
    assert first[1] == "/monitoring/"
    assert not may_read(factories.user(Role.OFFICER), "service")
