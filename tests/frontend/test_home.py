"""Home: for each role how things stand, in words; one part that fails hides no other."""

import re
from datetime import UTC, datetime, timedelta

import factories
import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from levels_scene import LEVELS
from page_words import words_of
from report_scene import stored

from credit.actions import audit
from credit.actions.alerts import acknowledge, raise_alert
from credit.models import Application, Product, Role
from frontend.access import may_read
from frontend.charts.dial import dial
from monitoring import home
from monitoring.gauges import Gauge
from monitoring.models import Pulse
from monitoring.models.figures import Figures

NOW = factories.AT + timedelta(hours=2)  # as the pages here have it


@pytest.fixture
def sign(db):
    """Let the worker have given a sign of life a minute ago, with these levels."""

    def make(*, age=1, levels=LEVELS, **standing):
        at = NOW - timedelta(minutes=age)
        told = {
            "applications_awaiting_officer": 3.0,
            "application_longest_wait_seconds": 7300.0,
            "audit_events_unsealed": 0.0,
            **standing,
        }
        return Pulse.objects.create(
            minute=at.replace(second=0, microsecond=0), beaten_at=at, standing=told, levels=levels
        )

    return make


@pytest.fixture
def hour(db):
    """Let the running hour have been counted: decisions and how many were our faults."""

    def make(*, answered=900, faults=0, tasks=None):
        within = [0.0] * 4 + [float(answered)] * 11
        requests = {"POST api/v1/decisions 2xx": [answered * 0.02, *within]}
        if faults:
            requests["POST api/v1/decisions 5xx"] = [0.1, *[float(faults)] * 15]
        return Figures.objects.create(
            kind="service",
            starts_at=NOW.replace(minute=0, second=0, microsecond=0),
            figures={
                "counts": {"requests": requests, "tasks": tasks or {}},
                "machines": 1,
                "minutes": 15,
                "standing": {},
                "statements": 0.0,
            },
            computed_at=NOW,
        )

    return make


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


def test_a_product_nobody_looked_at_says_that_nothing_is_known(as_auditor, champion):
    page = read(as_auditor)

    assert "No worker has given a sign of life." in page
    assert "Not known" in page


def test_a_silent_worker_is_said_and_what_it_told_is_no_longer_believed(as_auditor, champion, sign):
    sign(age=7)

    page = read(as_auditor)

    assert "Its last sign of life is 7 minutes old" in page
    assert "Act now" in page
    assert "3 wait" not in page


@pytest.mark.parametrize(
    ("changes", "state"),
    [({}, "good"), ({"left": 0.2}, "watch"), ({"left": -0.1}, "bad"), ({"left": None}, "unknown")],
)
def test_a_budget_is_judged_by_what_is_left(changes, state, champion, sign):
    told = {**LEVELS, "objectives": [LEVELS["objectives"][0] | changes]}
    sign(levels=told)

    found = home.service_gauges.budget(champion.product, at=NOW)

    assert found.state == state


@pytest.mark.parametrize(
    ("changes", "state"),
    [({}, "good"), ({"grows": True}, "bad"), ({"bound": None, "middle": None}, "unknown")],
)
def test_a_queue_is_judged_by_what_is_usual(changes, state, champion, sign):
    sign(levels={**LEVELS, "queues": [LEVELS["queues"][0] | changes]})

    assert home.service_gauges.queue(champion.product, at=NOW).state == state


def test_a_budget_that_burns_is_bad_however_much_is_left(champion, sign):
    first = LEVELS["objectives"][0]
    burning = [first["windows"][0] | {"burns": True}]
    sign(levels={**LEVELS, "objectives": [first | {"windows": burning}]})

    assert home.service_gauges.budget(champion.product, at=NOW).state == "bad"


def test_open_alerts_are_counted_and_an_old_one_is_worse(as_compliance, champion):
    raise_alert(cause="keys_expire", product=None, message="-", at=NOW - timedelta(hours=3))
    assert home.product_gauges.open_alerts(champion.product, at=NOW).state == "watch"

    later = home.product_gauges.open_alerts(champion.product, at=NOW + timedelta(days=1))

    assert (later.state, later.value) == ("bad", "1 open")


def test_an_urgent_alert_is_bad_at_once_until_somebody_sees_to_it(champion, validator):
    def gauge():
        return home.product_gauges.open_alerts(champion.product, at=NOW)

    raise_alert(cause="keys_expire", product=None, message="-", at=NOW)
    urgent = raise_alert(cause="no_champion", product=champion.product, message="-", at=NOW)
    assert (gauge().state, gauge().value) == ("bad", "2 open")
    assert gauge().detail == "1 is urgent. The oldest for 0 seconds."

    acknowledge(alert_id=urgent.pk, by=validator, at=NOW)
    assert (gauge().state, gauge().value) == ("watch", "1 open")
    assert gauge().detail.endswith("1 more is acknowledged.")


def test_what_somebody_has_long_seen_to_asks_for_nobody_now(champion, validator):
    alert = raise_alert(
        cause="no_champion", product=champion.product, message="-", at=NOW - timedelta(days=9)
    )
    acknowledge(alert_id=alert.pk, by=validator, at=NOW)

    found = home.product_gauges.open_alerts(champion.product, at=NOW)

    assert (found.state, found.value) == ("watch", "0 open")


def test_a_trail_that_is_not_sealed_is_bad(champion, sign):
    audit.seal(at=NOW - timedelta(minutes=3))
    sign(audit_events_unsealed=12.0)

    assert home.service_gauges.sealing(champion.product, at=NOW).state == "bad"


def test_a_trail_of_which_nothing_is_sealed_yet_says_so(champion, sign):
    sign()

    found = home.service_gauges.sealing(champion.product, at=NOW)

    assert (found.state, found.detail) == ("unknown", "Nothing has been sealed yet.")


def test_what_asks_for_a_person_stands_first(as_compliance, champion, sign):
    sign()

    assert labels(as_compliance)[0] == "Alerts"


def test_a_product_without_a_champion_says_so(db):
    contract = factories.contract_version()

    found = home.product_gauges.model_age(contract.product, at=NOW)

    assert (found.state, found.value) == ("bad", "no champion")


@pytest.mark.parametrize(("days", "state"), [(30, "good"), (400, "watch"), (800, "bad")])
def test_a_model_grows_old(days, state, champion):
    at = champion.trained_at + timedelta(days=days)

    assert home.product_gauges.model_age(champion.product, at=at).state == state


# --- fairness: the worst stage of the newest month ---------------------------------------------

WITHIN, OUTSIDE, UNKNOWN = "within bounds", "outside bounds", "insufficient evidence"


def of_month(champion, month=10, *, n=300, **verdicts):
    """Keep the worker's reports on a month, by stage."""
    for stage, verdict in verdicts.items():
        stored(
            champion,
            population="decisions",
            stage=stage,
            since=datetime(2026, month, 1, tzinfo=UTC),
            until=datetime(2026, month + 1, 1, tzinfo=UTC),
            report={"verdict": verdict, "n": n},
        )


def fairness_of(champion):
    return home.product_gauges.fairness(champion.product, at=NOW)


@pytest.mark.parametrize(
    ("verdicts", "state", "value", "stage"),
    [
        ({"final": OUTSIDE}, "bad", OUTSIDE, "Final decisions"),
        ({"low_side": OUTSIDE}, "bad", OUTSIDE, "Officers' overrides: lent against"),
        ({"high_side": UNKNOWN, "final": OUTSIDE}, "bad", OUTSIDE, "Final decisions"),
        ({"terms": UNKNOWN}, "unknown", UNKNOWN, "Terms: what was offered"),
        ({"final": WITHIN}, "good", WITHIN, "The model's recommendation"),
    ],
)
def test_fairness_is_the_worst_stage_of_the_newest_month(verdicts, state, value, stage, champion):
    of_month(champion, recommendation=WITHIN, **verdicts)

    found = fairness_of(champion)

    assert (found.state, found.value) == (state, value)
    assert found.detail.startswith(stage)
    assert "300 people who applied 1 October 2026 to 31 October 2026" in found.detail


def test_fairness_says_how_many_stages_are_within_bounds(champion):
    of_month(champion, recommendation=WITHIN, final=WITHIN, terms=UNKNOWN)

    assert "2 of 3 stages are within bounds" in fairness_of(champion).detail


def test_an_older_month_is_not_what_fairness_is_now(champion):
    of_month(champion, 9, recommendation=OUTSIDE)
    of_month(champion, 10, recommendation=WITHIN)

    assert fairness_of(champion).state == "good"


def test_what_matured_or_was_asked_for_is_not_the_newest_month(champion):
    of_month(champion, 9, recommendation=WITHIN)
    october = {
        "population": "decisions",
        "since": datetime(2026, 10, 1, tzinfo=UTC),
        "until": datetime(2026, 11, 1, tzinfo=UTC),
        "report": {"verdict": OUTSIDE},
    }
    stored(champion, is_matured=True, **october)
    stored(champion, created_by=factories.user(Role.COMPLIANCE), **october)

    assert fairness_of(champion).state == "good"


def test_before_the_first_month_fairness_is_that_of_the_training(champion):
    assert fairness_of(champion).value == "no report yet"

    stored(champion, report={"verdict": OUTSIDE})

    found = fairness_of(champion)
    assert (found.state, "Validation" in found.detail) == ("bad", True)


def test_of_two_versions_the_worse_counts(champion):
    of_month(champion, recommendation=WITHIN)
    stored(
        champion,
        population="decisions",
        model_version=None,
        since=datetime(2026, 10, 1, tzinfo=UTC),
        until=datetime(2026, 11, 1, tzinfo=UTC),
        report={"verdict": OUTSIDE},
    )

    found = fairness_of(champion)

    assert (found.state, "0 of 1 stages" in found.detail) == ("bad", True)


def test_my_day_says_that_the_queue_it_counts_is_of_all_products(officer):
    found = home.my_gauges.my_day(officer, at=NOW)

    assert "that wait, of all products" in found.detail


def test_notices_are_counted_of_the_product_that_is_shown(champion, waiting):
    waiting(recommendation="decline")
    Application.objects.update(status="declined")
    other = Product.objects.create(slug="car-loan", name="Car loan", created_at=NOW)

    own, others = (
        home.product_gauges.notices_due(product, at=NOW) for product in (champion.product, other)
    )

    assert (own.value, others.value) == ("1 due", "0 due")
    assert own.link == "/notices/?product=consumer-loan"


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


# --- how it is drawn ------------------------------------------------------------------------------


def gauge(state, level=None):
    return Gauge(name="x", label="X", state=state, value="-", detail="-", link="", level=level)


def test_a_needle_goes_from_good_on_the_left_to_bad_on_the_right():
    places = [dial(gauge(state)).x for state in ("good", "watch", "bad")]

    assert places == sorted(places)
    assert dial(gauge("unknown")).x is None


@pytest.mark.parametrize(("level", "filled"), [(0.5, 50), (1.4, 100), (-2.0, 0)])
def test_a_tank_is_as_full_as_what_is_left(level, filled):
    assert dial(gauge("good", level)).filled == filled
    assert dial(gauge("unknown", level)).filled is None


def test_home_is_the_first_page_in_the_navigation(as_officer, champion):
    html = as_officer.get("/").content.decode()

    first = re.search(r'<nav class="tabs nav".*?<a href="([^"]+)"', html, re.DOTALL)
    assert first[1] == "/monitoring/"
    assert not may_read(factories.user(Role.OFFICER), "service")
