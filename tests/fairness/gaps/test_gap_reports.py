"""What a report on gaps tells of past loans and of a month, and what it keeps to itself."""

import json

import factories
import gaps_scene
import pytest

from credit.models import AuditEvent
from monitoring.gaps import making as gaps_making
from monitoring.gaps import queries as gaps

AT, OCTOBER = factories.AT, gaps_scene.OCTOBER


def group_of(attributes, value):
    (age,) = [each for each in attributes if each["name"] == "age_group"]
    return next(group for group in age["groups"] if group["value"] == value)


def test_a_versions_past_loans_are_parted_by_feature_to_rounding(validated):
    young = group_of(validated.report["attributes"], "under_25")
    gap = young["gap"]

    assert (young["n"], gap["n"], gap["reference_n"]) == (149, 149, 813)
    assert sum(part["points"] for part in gap["parts"]) == pytest.approx(gap["points"], abs=0.01)
    moved = {part["feature"] for part in gap["parts"] if part["points"]}
    assert moved == {"checking_status", "duration_months"}
    assert young["proxy"]["n"] == 962
    assert len(young["signs"]) == 17


def test_a_group_has_a_mean_of_all_its_people_and_reasons_of_those_not_approved(validated):
    (age,) = validated.report["attributes"]
    people = age["reasons"]["people"]

    assert group_of(validated.report["attributes"], "62_and_over")["n"] == 38
    assert people["25_to_61"] > people["under_25"] >= 30
    assert people["62_and_over"] is None  # fewer than thirty of them are not approved


def test_the_ratio_is_told_at_the_cut_off_in_force_and_along_it(validated):
    (age,) = validated.report["attributes"]
    young = age["along"]["groups"]["under_25"]["points"]

    assert age["along"]["now"] == 0.35
    assert [point["cut_off"] for point in young] == sorted(point["cut_off"] for point in young)
    assert all(point["air_low"] <= point["air"] <= point["air_high"] for point in young)
    assert age["along"]["everybody"][-1]["approved"] == 1.0


def test_only_aggregates_are_stored(validated, month):
    for stored in (validated, month):
        text = json.dumps(stored.report)
        assert "ingestion:" not in text
        assert "decision:" not in text


def test_every_look_into_the_vault_is_audited(validated, compliance):
    (event,) = AuditEvent.objects.filter(type=AuditEvent.Type.VAULT_READ, user=compliance)

    assert event.target.endswith("/age_group")


def test_a_month_of_decisions_is_parted_by_the_reasons_stored_with_them(month):
    (version,) = month.report["versions"]
    young = group_of(version["attributes"], "under_25")

    assert (month.report["n"], version["number"]) == (115, 1)
    assert (young["gap"]["n"], young["gap"]["reference_n"]) == (32, 40)
    assert young["gap"]["points"] < 0
    assert young["gap"]["rounding"] == pytest.approx(0, abs=0.01)
    assert group_of(version["attributes"], "62_and_over") == {
        "value": "62_and_over",
        "label": "62 and over",
        "n": None,
        "gap": None,
    }


def test_a_month_tells_how_often_each_group_was_recommended_for_approval(month):
    ratios = {each["value"]: each for each in month.report["attributes"][0]["ratios"]}

    assert ratios["under_25"]["air"] == pytest.approx((12 / 32) / (30 / 40), abs=1e-6)
    assert ratios["62_and_over"]["air"] is None


def numbers_told(said):
    """Give every number of people that a part of a report tells."""
    if isinstance(said, dict):
        for name, value in said.items():
            if name in {"n", "reference_n", "people"}:
                yield from value.values() if isinstance(value, dict) else [value]
            yield from numbers_told(value)
    elif isinstance(said, list):
        for each in said:
            yield from numbers_told(each)


def live_along(product, contract):
    months = gaps.live_months(product.pk, until=OCTOBER)
    return gaps.live_along(product.pk, contract, contract.assessable[0], months)


def left_over(report, least):
    """List what taking any of the groups' numbers off everybody leaves, where it is small."""
    told = {n for n in numbers_told(report["attributes"]) if n}
    told |= {n for each in report.get("versions", ()) for n in numbers_told(each) if n}
    sums = {report["n"]}
    for n in told:
        sums |= {each - n for each in sums}
    return sorted(each for each in sums if 0 < each < least)


def test_the_size_of_a_small_group_is_no_subtraction_of_what_a_month_tells(product):
    """Of 40, 32 and 3, all known: with 75, 40 and 32 told the 3 were what is left."""
    for group, times in (("25_to_61", 40), ("under_25", 32), ("62_and_over", 3)):
        gaps_scene.applied(factories.APPROVED, group=group, times=times)
    gaps_scene.counted(product)

    made = gaps_making.make_month(product=product, month=OCTOBER, by=None, at=AT)

    assert made.report["n"] == 75
    assert 40 in set(numbers_told(made.report["versions"]))
    assert 32 not in set(numbers_told(made.report))
    assert left_over(made.report, 30) == []
    contract = factories.CONTRACT
    assert live_along(product, contract) == {}


def test_the_size_of_a_small_group_is_no_subtraction_of_what_past_loans_tell(
    db, own_store, monkeypatch, compliance
):
    """Of 813, 149 and 38, where 40 are needed, the 149 go with the 38, on all parts of the page."""
    gaps_scene.quick(monkeypatch)
    source = factories.SOURCE.replace(b"minimum_group = 30", b"minimum_group = 40")
    version = gaps_scene.champion(source)

    made = gaps_making.make_validation(version=version, by=compliance, at=AT)

    (age,) = made.report["attributes"]
    assert (made.report["n"], age["reference_n"]) == (1_000, 813)
    assert [each["n"] for each in (*age["groups"], *age["ratios"])] == [None] * 4
    assert {each["air"] for each in age["ratios"]} == {None}
    assert age["along"]["groups"] == {}
    assert {name for name, n in age["reasons"]["people"].items() if n is not None} == {"25_to_61"}
    assert left_over(made.report, 40) == []


def test_a_month_in_which_nobodys_group_is_known_is_kept_without_figures(product):
    gaps_scene.applied(factories.APPROVED, group=None, times=2)
    gaps_scene.counted(product)

    made = gaps_making.make_month(product=product, month=OCTOBER, by=None, at=AT)

    assert (made.report["n"], made.report["versions"]) == (2, [])


def test_live_decisions_lie_along_the_cut_off(product):
    gaps_scene.october(times=3)
    gaps_scene.counted(product)
    contract = factories.CONTRACT

    found = live_along(product, contract)

    young = found["under_25"]
    assert (young.months, young.n) == (1, 216)
    (now,) = [point for point in young.points if point.cut_off == 0.35]
    assert now.air == pytest.approx((12 / 32) / (30 / 40))


def test_where_cells_are_too_coarse_nothing_is_drawn_rather_than_a_ratio_near_one(product):
    for group in ("25_to_61", "under_25"):
        gaps_scene.applied(factories.APPROVED, group=group, times=32)
        gaps_scene.applied(factories.REFERRED, group=group, times=4)
    gaps_scene.counted(product)
    contract = factories.CONTRACT

    found = live_along(product, contract)

    assert 0.35 not in {point.cut_off for each in found.values() for point in each.points}
