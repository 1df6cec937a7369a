"""A report is judged by the law of its places on its days, and says by which."""

from datetime import date, timedelta
from pathlib import Path

import apart_scene as scene
import law_scene
import pytest
import written_decisions
from apart_scene import MIDDLE, YOUNG, Stage, age
from written_decisions import Row

from credit.actions import contracts
from credit.models import PolicyVersion
from monitoring.fairness import across_products, queries, reports
from monitoring.fairness.findings import findings_of
from monitoring.fairness.tables import fairness_table
from monitoring.models import FairnessReport

SOURCE = Path(__file__).parents[2] / "contracts" / "consumer-loan" / "contract.toml"
LONG_AGO, MIDDLE_OF_JUNE = date(2020, 1, 1), date(2026, 6, 15)
JUNE, JULY = 6, 7


@pytest.fixture
def places():
    return ("XX",)


@pytest.fixture
def contract(developer, at, places):
    listed = ", ".join(f'"{place}"' for place in places)
    source = SOURCE.read_text().replace(
        'jurisdictions = ["EU", "DE"]', f"jurisdictions = [{listed}]"
    )
    return contracts.register(source=source.encode(), by=developer, at=at)


@pytest.fixture
def pack(settings, tmp_path):
    """Ship a law of XX, or of another place, and no other."""
    settings.EVENHAND_LAWS = tmp_path / "laws"
    settings.EVENHAND_LAWS.mkdir()

    def write(name, *, since=LONG_AGO, place="XX", **law):
        law_scene.pack(settings.EVENHAND_LAWS, name, since=since, **law)
        file = settings.EVENHAND_LAWS / f"{name}.toml"
        file.write_text(file.read_text().replace('code = "XX"', f'code = "{place}"'))

    return write


@pytest.fixture
def month(version, developer, compliance):
    """Decide of 300 of each group, of the younger 88 of 100 as often; the ratio may be 0.8."""
    scene.policy(version, by=developer, approved_by=compliance)

    def decide(number=JUNE, *, young=0.616):
        for group, share in ((MIDDLE, 0.7), (YOUNG, young)):
            made = written_decisions.write(
                (
                    Row(
                        at=scene.begins(number) + timedelta(days=9),
                        status="approved" if at < 300 * share else "declined",
                        recommendation="approve" if at < 300 * share else "decline",
                    )
                    for at in range(300)
                ),
                policy=PolicyVersion.objects.get(),
                version=version,
            )
            written_decisions.belong_to(made, age_group=group)
        return version

    return decide


def screens(view):
    return {(each.place, each.figure): each for each in view.law.screens}


def young(view):
    return next(group for group in age(view).groups if group.value == YOUNG)


def test_the_strictest_that_is_in_force_gives_the_verdict_and_is_named(month, pack):
    pack("strict", threshold=0.95)

    view = scene.report(month(), JUNE, JUNE)

    assert view.verdict == young(view).verdict == "outside bounds"
    assert "which is below 0.95" in young(view).verdict_words
    own, law = screens(view)["", "air"], screens(view)["XX", "air"]
    assert (own.verdict, own.decided) == ("insufficient evidence", False)
    assert (law.verdict, law.decided, law.outside) == ("outside bounds", True, ("under 25",))
    assert view.law.words.startswith(
        "By “ratio of approvals” (0.95) of the law pack of Nowhere (XX), in force from"
        f" 1 January 2020, {law.hash[:19]}"
    )


def test_what_a_law_only_shows_stands_beside_the_verdict_of_the_contracts_own_bound(month, pack):
    pack("shown", threshold=0.95, use="shown")

    view = scene.report(month(), JUNE, JUNE)

    assert view.verdict == "insufficient evidence"
    assert view.law.words == "By the contract\u2019s own bound, an AIR of 0.8."
    law = screens(view)["XX", "air"]
    assert (law.decides, law.verdict, law.outside) == (False, "outside bounds", ("under 25",))
    assert "Only shown, XX: ratio of approvals (0.95): outside bounds, under 25" in fairness_table(
        view
    )


def test_a_law_that_is_laxer_than_the_contract_decides_nothing(month, pack):
    pack("lax", threshold=0.2)

    view = scene.report(month(young=0.3), JUNE, JUNE)

    assert view.verdict == "outside bounds"
    assert "which is below 0.80" in young(view).verdict_words
    assert [each.place for each in view.law.screens if each.decided] == [""]


@pytest.mark.parametrize(
    ("number", "verdict", "held"),
    [
        (JUNE, "outside bounds", [("2026-06-01", "2026-06-14"), ("2026-06-15", "2026-06-30")]),
        (JULY, "insufficient evidence", [("2026-07-01", "2026-07-31")]),
    ],
)
def test_the_law_of_the_reports_days_counts_and_of_two_the_stricter(
    month, pack, number, verdict, held
):
    pack("before", until=MIDDLE_OF_JUNE - timedelta(days=1), threshold=0.95)
    pack("after", since=MIDDLE_OF_JUNE, threshold=0.5)

    view = scene.report(month(number), number, number)

    assert young(view).verdict == verdict
    assert [(each.first, each.last) for each in view.law.screens if each.place] == held


@pytest.mark.parametrize("places", [("XX", "YY", "ZZ")])
def test_where_places_differ_each_is_held_against_and_the_strictest_decides(month, pack, places):
    pack("lax", threshold=0.5)
    pack("strict", place="YY", threshold=0.95)

    view = scene.report(month(), JUNE, JUNE)

    assert view.verdict == "outside bounds"
    assert [each.place for each in view.law.screens if each.decided] == ["YY"]
    assert view.law.without == ("ZZ",)


@pytest.mark.parametrize(
    ("figure", "threshold"), [("marginal_effect", 2.0), ("significance", 0.05)]
)
def test_a_screen_of_another_figure_decides_too_where_it_blocks(month, pack, figure, threshold):
    pack("gap", figure=figure, threshold=threshold)

    view = scene.report(month(), JUNE, JUNE)

    assert view.verdict == "outside bounds"
    assert f"by the screen “ratio of approvals” ({threshold:g}) of XX" in young(view).verdict_words


def test_that_a_gap_is_not_significant_takes_no_verdict_away(month, pack):
    pack("chance", figure="significance", threshold=0.05)

    view = scene.report(month(young=0.72), JUNE, JUNE)

    assert young(view).verdict == "within bounds"
    assert screens(view)["XX", "significance"].verdict == "insufficient evidence"


def test_a_candidates_report_is_judged_by_the_law_of_the_day_it_is_made(version, pack, at):
    pack("strict", threshold=0.99)

    view = queries.view(reports.make_once(version=version, at=at))

    assert (view.law.first, view.law.last) == ("2026-11-22", "2026-11-22")
    assert screens(view)["XX", "air"].decides


def test_a_report_across_products_is_held_against_the_places_of_each(
    month, pack, contract, developer, at
):
    pack("strict", threshold=0.95)
    pack("lax", place="YY", threshold=0.4)
    source = contract.text.replace('slug = "consumer-loan"', 'slug = "furniture-loan"')
    source = source.replace('jurisdictions = ["XX"]', 'jurisdictions = ["YY"]')
    contracts.register(source=source.encode(), by=developer, at=at)
    month()

    made = across_products.make(
        stage=Stage.RECOMMENDATION,
        since=scene.begins(JUNE),
        until=scene.begins(JULY),
        by=None,
        at=scene.NOW,
    )

    view = queries.view(made)
    assert view.law.places == ("XX", "YY")
    assert (view.verdict, young(view).verdict) == ("outside bounds", "outside bounds")


def test_an_alert_says_by_which_screen_of_which_pack(month, pack):
    pack("strict", threshold=0.95)
    scene.report(month(), JUNE, JUNE)

    ((_, finding),) = findings_of([FairnessReport.objects.get()])

    assert finding.is_bad
    assert "By “ratio of approvals” (0.95) of the law pack of Nowhere (XX)" in finding.message


def test_a_report_from_before_keeps_its_verdict(month, pack):
    view = scene.report(month(young=0.3), JUNE, JUNE)
    stored = FairnessReport.objects.get(pk=view.id)
    del stored.report["law"]
    for attribute in stored.report["attributes"]:
        for each in attribute["groups"]:
            del each["screens"]

    read = queries.view(stored)

    assert (read.verdict, read.law, read.deciding_air) == ("outside bounds", None, 0.8)
    assert "By the contract" not in fairness_table(read)
    ((_, finding),) = findings_of([stored])
    assert finding.is_bad
