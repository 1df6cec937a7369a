"""Officer mirrors as they are made, kept, told, and printed."""

import json
from datetime import date, timedelta
from io import StringIO

import factories
import mirror_scene
import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from credit import vault
from credit.actions import assignments, officer_decisions
from credit.models import AuditEvent, PracticeAnswer, PracticeCase, Role
from credit.models.alerts import Alert
from frontend.access import ACCESS
from monitoring import tasks
from monitoring.mirror import making as mirror
from monitoring.mirror import pages as mirror_pages
from monitoring.mirror import rows as mirror_rows
from monitoring.models import OfficerMirror

AT = factories.AT - timedelta(days=10)
SHARED = AT + mirror.OWN_FIRST
MONTH = date(2026, 10, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def product(champion):
    return champion.product


@pytest.fixture
def printed():
    def run(*arguments):
        out = StringIO()
        call_command("officer_mirror", *arguments, stdout=out)
        return out.getvalue()

    return run


def newest(product, officer=None):
    return OfficerMirror.objects.filter(product=product, officer=officer).order_by("month").last()


def test_a_month_that_is_over_is_made_once_for_the_team_and_for_each_officer(champion, product):
    people = mirror_scene.whole_team(champion)

    assert mirror.make(product=product, month=MONTH, at=AT)
    assert not mirror.make(product=product, month=MONTH, at=AT + timedelta(days=1))

    rows = OfficerMirror.objects.filter(product=product, month=MONTH)
    assert {row.officer for row in rows} == {None, *people}
    assert newest(product).figures["n"] == 640
    assert newest(product, people[0]).figures["n"] == 160


def test_a_month_that_is_not_over_is_not_made(champion, product):
    mirror_scene.whole_team(champion)

    assert not mirror.make(product=product, month=date(2026, 11, 1), at=AT)


def test_missed_months_are_made_up_for_and_a_second_run_changes_nothing(champion, product):
    mirror_scene.whole_team(champion, officers=3)
    later = AT + timedelta(days=62)

    assert mirror.bring_up_to_date(at=later) == 3
    before = list(OfficerMirror.objects.values_list("pk", "computed_at").order_by("pk"))
    assert mirror.bring_up_to_date(at=later + timedelta(hours=1)) == 0

    assert list(OfficerMirror.objects.values_list("pk", "computed_at").order_by("pk")) == before
    assert newest(product).month == date(2026, 12, 1)


def test_without_decisions_there_is_nothing_to_make(product):
    assert mirror.bring_up_to_date(at=AT) == 0


def test_the_worker_does_it(champion, monkeypatch):
    mirror_scene.whole_team(champion, officers=3)
    monkeypatch.setattr(tasks.timezone, "now", lambda: AT)

    tasks.hold_up_mirrors()

    assert OfficerMirror.objects.filter(month=MONTH).count() == 4


def test_each_look_into_the_vault_is_audited(champion, product):
    mirror_scene.whole_team(champion, officers=3)

    mirror.make(product=product, month=MONTH, at=AT)

    (event,) = AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ)
    assert event.target == "product:consumer-loan/age_group"


def test_the_officer_who_treats_a_group_otherwise_is_found_and_nobody_is_named_in_the_alert(
    champion, product
):
    people = mirror_scene.whole_team(champion, biased=True)

    mirror.bring_up_to_date(at=AT)
    assert not Alert.objects.exists(), "officers see their own first"
    mirror.bring_up_to_date(at=SHARED)
    mirror.bring_up_to_date(at=SHARED + timedelta(hours=1))

    assert newest(product).look["differs"] == [
        {"question": "age_group=under_25", "officer": people[0].pk}
    ]
    (alert,) = Alert.objects.filter(cause="officer_overrides_differ")
    assert "Of 4 officers with enough decisions, 1 approve" in alert.message
    assert alert.link == "/fairness/officers/groups/?product=consumer-loan"
    assert not any(each.known_as in alert.message for each in people)
    assert not any(each.username in alert.message for each in people)


def test_officers_who_are_alike_raise_no_alert(champion):
    mirror_scene.whole_team(champion)

    mirror.bring_up_to_date(at=SHARED)
    mirror.bring_up_to_date(at=SHARED + mirror.OWN_FIRST)

    assert not Alert.objects.exists()
    assert OfficerMirror.objects.get(officer=None).told_at


@pytest.mark.parametrize(("bad", "alerts"), [((True,), 1), ((False,), 0)])
def test_overrides_alarm_where_they_turn_out_worse_and_not_where_better(champion, bad, alerts):
    people = mirror_scene.team(4)
    for place, officer in enumerate(people):
        turns = bad if place == 0 else (True, False)
        mirror_scene.decisions(
            champion, officer, ("approve",), n=40, recommendation="decline", bad=turns
        )

    mirror.bring_up_to_date(at=AT)
    mirror.bring_up_to_date(at=SHARED)

    (found,) = newest(champion.product).look["differs"]
    assert (found["question"], found["officer"]) == ("outcomes", people[0].pk)
    assert Alert.objects.count() == alerts


def test_outcomes_count_as_they_had_matured_when_the_month_ended(champion, product):
    (officer,) = mirror_scene.team(1)
    mirror_scene.decisions(
        champion, officer, ("approve",), n=5, recommendation="decline", bad=(True,)
    )
    since, until = mirror_scene.MONTH, mirror_scene.MONTH + timedelta(days=31)

    late = mirror_rows.collect(product, since=since, until=until)
    early = mirror_rows.collect(product, since=since, until=since + timedelta(days=15))

    assert late.decided.bad.tolist() == [1] * 5
    assert np.isnan(early.decided.bad).all()


def test_applications_of_every_month_between_are_looked_at(champion, product):
    (officer,) = mirror_scene.team(1)
    months = [mirror_scene.MONTH - timedelta(days=back) for back in (150, 60, 30, 0)]
    for at in reversed(months):
        mirror_scene.decisions(champion, officer, n=2, at=at)

    since, until = months[0], mirror_scene.MONTH + timedelta(days=1)
    found = mirror_rows.collect(product, since=since, until=until)
    groups = mirror_rows.groups_of(found, product, product.deciding_contract().read().assessable)

    assert found.decided.day.tolist() == [at.toordinal() for at in months for _ in range(2)]
    assert groups["age_group"] == ["25_to_61"] * 8
    # Each month is looked into once, and the two in which nobody applied not at all.
    assert AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ).count() == len(months)


def test_another_products_decisions_and_those_that_can_be_undone_are_not_looked_at(
    champion, product
):
    (officer,) = mirror_scene.team(1)
    mirror_scene.decisions(champion, officer, n=3)
    since = mirror_scene.MONTH
    until = since + timedelta(hours=11, minutes=5)  # the third can be undone for ten minutes

    found = mirror_rows.collect(product, since=since, until=until)

    assert found.decided.n == 2


def test_time_in_hand_is_from_taking_to_deciding(champion, product, officer):
    made = factories.decide(**factories.REFERRED)
    assignments.take(decision_id=made.decision_id, by=officer, at=factories.AT)
    decided_at = factories.AT + timedelta(minutes=4)
    officer_decisions.record(
        decision_id=made.decision_id, verdict="approve", by=officer, at=decided_at
    )

    found = mirror_rows.collect(product, since=factories.AT, until=factories.AT + timedelta(days=1))

    assert found.decided.seconds.tolist() == [240]


def test_practice_is_read_with_its_blinded_repeats(champion, product):
    (officer,) = mirror_scene.team(1)
    case = PracticeCase.objects.create(version=champion, row="1", features={}, pd=0.2, is_bad=True)
    first = _answered(case, officer, said=0.3)
    _answered(case, officer, said=0.5, repeats=first)

    found = mirror_rows.answers_of(product, since=AT - timedelta(days=1), until=AT)

    assert [(each.said, each.before) for each in found[officer.pk]] == [(0.3, None), (0.5, 0.3)]


def _answered(case, officer, *, said, repeats=None):
    at = AT - timedelta(hours=2 - bool(repeats))
    return PracticeAnswer.objects.create(
        case=case, officer=officer, repeats=repeats, shown_at=at, answered_at=at, said=said
    )


def test_where_nobodys_group_is_known_the_mirror_is_made_without_groups(champion, product):
    for officer in mirror_scene.team(3):
        mirror_scene.decisions(champion, officer, group=None)

    assert mirror.make(product=product, month=MONTH, at=AT)

    team = newest(product)
    assert team.figures["approved"]["n"] == 240
    assert all(each["measure"]["own"]["n"] == 0 for each in team.figures["groups"])
    assert all(each["measure"]["p_value"] is None for each in team.figures["groups"])
    assert set(team.look["asked"].values()) == {0}
    mirror.tell_found(product=product, at=SHARED)
    assert not Alert.objects.exists()


def test_an_officer_counts_once_among_those_asked_however_many_groups_there_are(champion, product):
    """Two groups, each with enough people of two officers, and one officer with enough of both."""
    first, second, third, fourth = mirror_scene.team(4)
    for officer in (first, second, third, fourth):
        mirror_scene.decisions(champion, officer)
    for officer, group in (
        (first, "under_25"),
        (second, "under_25"),
        (second, "62_and_over"),
        (third, "62_and_over"),
    ):
        mirror_scene.decisions(champion, officer, group=group)

    mirror.make(product=product, month=MONTH, at=AT)

    team = newest(product)
    assert sorted(team.look["asked"].values()) == [0, 2, 2]
    assert team.look["officers"] == {"groups": 3, "outcomes": 0}
    told = {each.segment: each.message for each in mirror.findings_of(team)}
    assert told["groups"].startswith("Of 3 officers")


def test_small_cells_are_not_stored(champion, product):
    people = mirror_scene.team(3)
    for officer in people:
        mirror_scene.decisions(champion, officer)
        mirror_scene.decisions(champion, officer, n=30, group="under_25")

    mirror.make(product=product, month=MONTH, at=AT)

    young = newest(product, people[0]).figures["groups"][0]["measure"]
    assert (young["own"]["n"], young["own"]["share"], young["ratio"]) == (0, None, None)
    assert young["verdict"] == "not shown to differ"


@pytest.mark.parametrize("change", [{"figures": {}}, {"shared_from": SHARED + mirror.OWN_FIRST}])
def test_a_mirror_that_was_made_stays_as_it_is(change, champion, product):
    mirror_scene.whole_team(champion, officers=3)
    mirror.make(product=product, month=MONTH, at=AT)

    with pytest.raises(DatabaseError, match="a mirror never changes"), transaction.atomic():
        OfficerMirror.objects.update(**change)
    with pytest.raises(DatabaseError, match="denied"), transaction.atomic():
        OfficerMirror.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("officer_mirror_once_a_month", {}),
        ("officer_mirror_ones_own_first", {"month": date(2026, 9, 1), "shared_from": AT}),
        (
            "officer_mirror_team_is_told",
            {"month": date(2026, 9, 1), "of_officer": True, "look": {"asked": {}}},
        ),
    ],
)
def test_what_may_never_be_of_a_mirror(constraint, changes, product, officer):
    row = {"product": product, "month": MONTH, "figures": {}, "computed_at": AT}
    row["shared_from"] = SHARED
    OfficerMirror.objects.create(**row)
    of_officer = {"officer": officer} if changes.pop("of_officer", False) else {}

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        OfficerMirror.objects.create(**row | of_officer | changes)


def test_a_partner_sees_no_mirror(champion, product):
    mirror_scene.whole_team(champion, officers=3)
    mirror.make(product=product, month=MONTH, at=AT)

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.partner', '7', true)")

    assert not OfficerMirror.objects.exists()


def test_the_command_prints_what_the_person_named_may_see(champion, printed, monkeypatch):
    mirror_scene.whole_team(champion, biased=True)
    mirror.bring_up_to_date(at=AT)
    for role in (Role.COMPLIANCE, Role.SENIOR_OFFICER, Role.MODEL_VALIDATOR, Role.OFFICER):
        factories.user(role, username=role)

    def told(by):
        return json.loads(printed("consumer-loan", "--by", by, "--json"))["team"]

    everything, senior = told("compliance"), told("senior_officer")
    validator = told("model_validator")
    assert {row["name"] for row in everything["officers"]} == {"Olga", "Otto", "Oscar", "Oda"}
    assert everything["figures"]["groups"]
    assert "groups" not in senior["officers"][0]["figures"]
    assert "groups" not in senior["figures"]
    assert {row["name"] for row in validator["officers"]} == {""}
    assert {tuple(row["figures"]) for row in validator["officers"]} == {("groups",)}
    assert {row["is_worse"] for row in validator["officers"]} == {None}
    assert set(validator["figures"]) == {"n", "officers", "groups"}
    assert set(validator["asked"]) == set(everything["asked"]) - {"outcomes"}
    assert set(senior["asked"]) == {"outcomes"}
    (own,) = {tuple(row["figures"]) for row in senior["officers"]}
    assert own == ("n", "overrides", "low_side")
    assert set(senior["officers"][0]["figures"]["low_side"]["measure"]) == {"own", "verdict"}
    assert "decisions;" not in printed("consumer-loan", "--by", "model_validator")
    assert "Age, under 25: differs" in printed("consumer-loan", "--by", "compliance")
    with pytest.raises(CommandError, match="officer may not see"):
        printed("consumer-loan", "--by", "officer")


def test_the_command_says_that_there_is_no_mirror_yet(champion, printed):
    factories.user(Role.COMPLIANCE, username="carla")

    assert "There is no mirror yet" in printed("consumer-loan", "--by", "carla")


def test_a_login_without_the_vault_is_told_so(champion, printed, monkeypatch):
    factories.user(Role.COMPLIANCE, username="carla")
    mirror_scene.whole_team(champion, officers=3)
    monkeypatch.setattr(vault, "groups_of_ids", _refused)

    with pytest.raises(CommandError, match="PostgreSQL refuses this login the vault"):
        printed("consumer-loan", "--by", "carla")


def _refused(*_, **__):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE evenhand_app; SELECT * FROM vault.applicant_attribute")


def test_pages_and_command_go_by_one_table():
    assert ACCESS["officers"].read == mirror_pages.SEES_OFFICERS
    assert ACCESS["officer_groups"].read == mirror_pages.SEES_GROUPS
