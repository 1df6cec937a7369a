"""Reports beside one another: what one more would give away, it does not tell (record 39)."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import apart_scene as scene
import pytest
from apart_scene import MIDDLE, OLD, YOUNG, Stage, age, decided, numbers, report
from django.core.management import call_command
from django.db import connection

from credit.actions import contracts
from credit.models import Application, AuditEvent, ContractVersion
from monitoring.fairness import across_products, queries
from monitoring.fairness import schedule as fairness_schedule
from monitoring.fairness.tables import fairness_table
from monitoring.gaps import making as gaps_making
from monitoring.models import FairnessReport

CONTRACTS = Path(__file__).parents[2] / "contracts"


@pytest.fixture
def rules(version, developer, compliance):
    return scene.policy(version, by=developer, approved_by=compliance)


@pytest.fixture
def product(version, rules):
    return version.product


@pytest.fixture
def three_months(product, version):
    """Let March have five young applicants, and each month before forty."""
    for month in (1, 2, 3):
        decided(version, MIDDLE, 60, month=month)
        decided(version, YOUNG, 40 if month < 3 else 5, month=month)
    return version


@pytest.fixture
def other_product(contract, developer, at):
    """Bring the same contract out under another name."""
    source = contract.text.replace('slug = "consumer-loan"', 'slug = "furniture-loan"')
    return contracts.register(source=source.encode(), by=developer, at=at).product


def looks():
    return AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ).count()


def is_silent(view):
    told = set(numbers(view).values()) | {age(view).n, age(view).n_missing}
    rates = {group.approval_rate for group in age(view).groups}
    return told == rates == {None}


# ------------------------------------------------------------------------ periods


def test_a_longer_period_that_would_give_away_its_last_month_is_not_told(three_months):
    before = report(three_months, 1, 2)

    after = report(three_months, 1, 3)

    assert numbers(before) == {YOUNG: 80, MIDDLE: 120, OLD: 0}
    assert is_silent(after)
    (why,) = age(after).untold
    assert why == (
        f"No figures of this attribute: beside those of report {before.id} (consumer-loan/1,"
        " decided 1 January 2026 to 28 February 2026) they would tell of fewer than 30 people. Ask"
        " for the same months and versions as that report, for months that are apart from it, or"
        " for each month alone."
    )


def test_the_verdict_of_what_is_not_told_stands_without_its_figures(three_months):
    report(three_months, 1, 2)

    after = report(three_months, 1, 3)

    words = {group.value: group.verdict_words for group in age(after).groups}
    assert "withheld" in words[YOUNG]
    assert "withheld" in words[OLD]  # nor that there is nobody
    assert after.verdict in {"within bounds", "insufficient evidence"}


def test_a_shorter_period_within_one_that_was_told_is_not_told_either(three_months):
    report(three_months, 1, 3)

    assert is_silent(report(three_months, 1, 2))


def test_a_longer_period_is_told_where_what_it_has_more_is_enough(product, version):
    for month in (1, 2, 3):
        decided(version, MIDDLE, 60, month=month)
        decided(version, YOUNG, 30, month=month)
    report(version, 1, 2)

    assert numbers(report(version, 1, 3))[YOUNG] == 90


def test_months_that_are_too_small_alone_can_be_told_as_a_quarter(product, version):
    """In each month under 25 and over 61 are withheld, the one for the other."""
    for month in (1, 2, 3):
        decided(version, MIDDLE, 60, month=month)
        decided(version, YOUNG, 40, month=month)
        decided(version, OLD, 12, month=month)
    monthly = [report(version, month, month) for month in (1, 2, 3)]

    assert [numbers(each) for each in monthly] == [{MIDDLE: 60, YOUNG: None, OLD: None}] * 3
    assert numbers(report(version, 1, 3)) == {MIDDLE: 180, YOUNG: 120, OLD: 36}


def test_periods_that_overlap_are_told_and_then_not_what_would_tell_their_overlap(product, version):
    """Of 45 and 45 nobody can say how many they share; with the 85 of both they can: 5."""
    for month, young in ((1, 40), (2, 5), (3, 40)):
        decided(version, MIDDLE, 60, month=month)
        decided(version, YOUNG, young, month=month)
    report(version, 1, 2)

    assert numbers(report(version, 2, 3))[YOUNG] == 45
    assert is_silent(report(version, 1, 3))
    assert is_silent(report(version, 3, 3))


def test_what_hangs_together_through_a_third_report_counts_too(product, version):
    """January taken from January to February, and that from February to March, leaves March."""
    for month, young in ((1, 40), (2, 40), (3, 5)):
        decided(version, MIDDLE, 60, month=month)
        decided(version, YOUNG, young, month=month)
    report(version, 1, 2)
    report(version, 2, 3)

    assert is_silent(report(version, 1, 1))


def test_the_same_period_again_is_told_and_looks_at_nothing_else(three_months):
    report(three_months, 1, 3)
    before = looks()

    again = report(three_months, 1, 3)

    assert numbers(again)[YOUNG] == 85
    assert age(again).untold == ()
    assert looks() == before + 1


def test_periods_that_are_apart_are_told_and_read_no_other(three_months):
    report(three_months, 1, 1)
    before = looks()

    assert numbers(report(three_months, 2, 2))[YOUNG] == 40
    assert looks() == before + 1


def test_the_workers_reports_of_months_are_apart_and_stay_as_they_are(in_use, rules):
    for month in (11, 12):
        decided(in_use, MIDDLE, 60, month=month)
        decided(in_use, YOUNG, 40, month=month)

    fairness_schedule.report_months(at=datetime(2027, 1, 22, tzinfo=UTC))

    stored = FairnessReport.objects.filter(stage=Stage.RECOMMENDATION)
    views = [queries.view(each) for each in stored]
    assert len(views) == 2
    assert all(age(each).untold == () and numbers(each)[YOUNG] == 40 for each in views)


# ------------------------------------------------------------- versions, products, stages


def test_all_versions_are_not_told_beside_one_where_the_others_are_few(product, version):
    for of, times in ((version, 40), (scene.again(version), 5)):
        decided(of, MIDDLE, 60)
        decided(of, YOUNG, times)
    one = report(version, 1, 1)

    both = report(product, 1, 1)

    assert numbers(one)[YOUNG] == 40
    assert is_silent(both)
    assert f"report {one.id} (consumer-loan/1, decided 1 January" in age(both).untold[0]


def test_all_versions_are_told_beside_one_where_the_others_are_enough(product, version):
    for of in (version, scene.again(version)):
        decided(of, MIDDLE, 60)
        decided(of, YOUNG, 40)
    report(version, 1, 1)

    assert numbers(report(product, 1, 1))[YOUNG] == 80


@pytest.mark.parametrize(("times", "is_told"), [(5, False), (40, True)])
def test_a_report_across_products_is_held_against_each_products(
    product, version, other_product, times, is_told
):
    there = ContractVersion.objects.get(product=other_product)
    decided(version, MIDDLE, 60)
    decided(version, YOUNG, 40)
    decided(None, MIDDLE, 60, product=other_product, contract=there)
    decided(None, YOUNG, times, product=other_product, contract=there)
    report(product, 1, 1)

    made = across_products.make(
        stage=Stage.RECOMMENDATION,
        since=scene.begins(1),
        until=scene.begins(2),
        by=None,
        at=scene.NOW,
    )

    view = queries.view(made)
    assert numbers(view)[YOUNG] == (80 if is_told else None)
    assert bool(age(view).untold) is not is_told
    assert bool(age(view).strata) is is_told


def test_a_product_is_held_against_a_report_across_products(product, version, other_product):
    there = ContractVersion.objects.get(product=other_product)
    for group, here, other in ((MIDDLE, 60, 60), (YOUNG, 40, 5)):
        decided(version, group, here)
        decided(None, group, other, product=other_product, contract=there)
    made = across_products.make(
        stage=Stage.RECOMMENDATION,
        since=scene.begins(1),
        until=scene.begins(2),
        by=None,
        at=scene.NOW,
    )
    assert numbers(queries.view(made))[YOUNG] == 45

    assert is_silent(report(product, 1, 1))


def test_two_attributes_at_once_are_held_against_what_was_told_of_both(
    product, version, developer, at
):
    """Of the young and of women enough came in February; of young women five."""
    source = (CONTRACTS / "credit-card" / "contract.toml").read_bytes()
    card = contracts.register(source=source, by=developer, at=at)
    sizes = {1: (40, 40, 60, 60), 2: (5, 40, 60, 60)}
    cells = [(YOUNG, "female"), (YOUNG, "male"), (MIDDLE, "female"), (MIDDLE, "male")]
    for month, times in sizes.items():
        for (group, sex), n in zip(cells, times, strict=True):
            of = {"product": card.product, "contract": card, "month": month, "sex": sex}
            decided(None, group, n, **of)
    before = report(card.product, 1, 1)

    after = report(card.product, 1, 2)

    (first,), (second,) = (
        [each for each in view.pairs if set(each.names) == {"sex", "age_group"}]
        for view in (before, after)
    )
    assert {cell.n for cell in first.cells if cell.n} == {40, 60}
    assert {cell.n for cell in second.cells} == {None}
    assert second.untold[0].startswith("No figures of these two at once: beside those of report")
    assert numbers(after)[YOUNG] == 125
    assert "No figures of these two at once" in fairness_table(after)


def test_reports_of_another_stage_are_not_held_against_it(three_months):
    report(three_months, 1, 2)

    assert numbers(report(three_months, 1, 3, stage=Stage.FINAL))[YOUNG] == 85


# ----------------------------------------------------------- the same people, later


@pytest.mark.parametrize(("late", "is_told"), [(5, False), (30, True)])
def test_a_period_is_told_again_where_enough_were_decided_since(
    product, version, officer, late, is_told
):
    decided(version, MIDDLE, 60)
    decided(version, YOUNG, 40)
    then, later = scene.begins(2), scene.begins(3)
    scene.officer_decided(decided(version, YOUNG, late), by=officer, final_at=later)
    first = report(version, 1, 1, stage=Stage.FINAL, at=then + timedelta(days=1))

    second = report(version, 1, 1, stage=Stage.FINAL)

    assert numbers(first)[YOUNG] == 40
    assert numbers(second)[YOUNG] == (40 + late if is_told else None)


def test_outcomes_that_became_known_of_a_few_are_not_told_and_the_rest_is(
    product, version, developer
):
    decided(version, MIDDLE, 60)
    young = decided(version, YOUNG, 120)
    scene.matured(young[:40], on=scene.begins(2), by=developer)
    scene.matured(young[40:80], on=scene.begins(2), by=developer, is_bad=True)
    first = report(version, 1, 1, at=scene.begins(3))
    scene.matured(young[80:85], on=scene.begins(4), by=developer)

    second = report(version, 1, 1)

    (before, after) = (
        next(group for group in age(each).groups if group.value == YOUNG)
        for each in (first, second)
    )
    assert (before.tpr_n, before.fpr_n, before.bad_n) == (40, 40, 80)
    assert (after.n, after.tpr_n, after.fpr_n, after.bad_n) == (120, None, None, None)
    assert age(second).untold[0].startswith("No outcomes of this attribute: beside those of")


def test_where_what_was_told_can_no_longer_be_counted_nothing_beside_it_is(product, version):
    """One of January counts no more; which group they were of would follow from the difference."""
    decided(version, MIDDLE, 60)
    gone = decided(version, YOUNG, 40)[0].pk
    decided(version, YOUNG, 40, month=2)
    decided(version, MIDDLE, 40, month=2)
    first = report(version, 1, 1)
    Application.objects.filter(pk=gone).update(status="superseded")

    second = report(version, 1, 2)

    assert is_silent(second)
    assert f"what report {first.id} (" in age(second).untold[0]
    assert "changed or erased" in age(second).untold[0]


def test_who_was_replaced_by_a_correction_still_counts_for_what_was_told(product, version):
    """A corrected application that was counted before keeps no later report from being told."""
    decided(version, MIDDLE, 60)
    decided(version, MIDDLE, 60, month=2)
    decided(version, YOUNG, 40, month=2)
    old = decided(version, YOUNG, 40)[0]
    new = decided(version, None, 1, month=2)[0]
    report(version, 1, 1, at=scene.begins(2) + timedelta(days=2))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO credit_correction (decision_id, supersedes_id, changes, source, words,"
            " corrected_by_id, corrected_at) SELECT %s, %s, '[]', 'document', 'x', requested_by_id,"
            " %s FROM credit_policyversion",
            [new.pk, old.pk, scene.begins(2) + timedelta(days=14)],
        )
    Application.objects.filter(pk=old.pk).update(status="superseded")

    assert numbers(report(version, 1, 2))[YOUNG] == 80  # the one is in February now


# -------------------------------------------------------------------------- words


def test_the_command_says_why_an_attribute_is_not_told(three_months, in_use, compliance):
    report(three_months, 1, 2)
    out = StringIO()

    call_command(
        "fairness",
        *("consumer-loan", "--by", compliance.username, "--stage", "recommendation"),
        *("--since", "2026-01", "--until", "2026-03"),
        stdout=out,
    )

    assert "No figures of this attribute: beside those of report" in out.getvalue()


def test_a_stored_report_from_before_the_rule_counts_as_told(three_months):
    told = report(three_months, 1, 2)
    stored = FairnessReport.objects.get(pk=told.id).report
    for each in stored["attributes"]:
        del each["untold"]
    FairnessReport.objects.create(
        product=three_months.product,
        model_version=three_months,
        population="decisions",
        stage=Stage.FINAL,
        since=scene.begins(1),
        until=scene.begins(3),
        report=stored,
        created_at=scene.NOW,
    )

    assert is_silent(report(three_months, 1, 3, stage=Stage.FINAL))


def test_a_report_that_told_nothing_keeps_no_other_from_being_told(three_months):
    report(three_months, 1, 2)
    assert is_silent(report(three_months, 1, 3))

    assert numbers(report(three_months, 1, 1))[YOUNG] == 40


# --------------------------------------------------------------------------- gaps


@pytest.mark.parametrize(("unscored", "is_told"), [(5, False), (40, True), (0, True)])
def test_the_gaps_of_a_month_are_held_against_the_fairness_reports_on_it(
    product, version, unscored, is_told
):
    decided(version, MIDDLE, 60)
    decided(version, YOUNG, 40)
    decided(None, YOUNG, unscored)
    report(version, 1, 1)

    made = gaps_making.make_month(
        product=product, month=scene.begins(1).date(), by=None, at=scene.NOW
    )

    (attribute,) = made.report["attributes"]
    told = {each["value"]: each["n"] for each in attribute["ratios"]}
    assert told[YOUNG] == (40 + unscored if is_told else None)
    assert ("fewer than 30" in attribute["untold"]) is not is_told


def test_a_fairness_report_is_held_against_the_gaps_of_a_month(product, version):
    for of, times in ((version, 40), (scene.again(version), 5)):
        decided(of, MIDDLE, 60, route="scorecard")  # no gaps by version, only of all
        decided(of, YOUNG, times, route="scorecard")
    gaps_making.make_month(product=product, month=scene.begins(1).date(), by=None, at=scene.NOW)

    one = report(version, 1, 1)

    assert is_silent(one)
    assert "the gaps of 2026-01 (consumer-loan)" in age(one).untold[0]
    assert "the gaps of 2026-01" in fairness_table(one)
