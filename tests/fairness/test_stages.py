"""The stages of deciding: whom each is about, and who of them is chosen."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from monitoring.fairness import populations, queries, reports
from monitoring.models import FairnessReport

Population, Stage = FairnessReport.Population, FairnessReport.Stage
MIDDLE, YOUNG = "25_to_61", "under_25"


@pytest.fixture
def sample(version, at):
    def take(stage, **more):
        return populations.sample_of(version, Population.DECISIONS, at=at, stage=stage, **more)

    return take


@pytest.fixture
def report(version, at):
    def make(stage, **more):
        made = reports.make(
            version=version, population=Population.DECISIONS, stage=stage, by=None, at=at, **more
        )
        return queries.view(made)

    return make


def group_of(view, value):
    return next(group for group in view.attributes[0].groups if group.value == value)


def test_the_final_decision_is_what_became_of_it_in_the_end(sample, decide):
    decide(MIDDLE, recommendation="refer", status="approved", verdict="approve")
    decide(MIDDLE, recommendation="approve", status="approved")
    decide(YOUNG, recommendation="approve", status="declined", verdict="decline")
    for status in ("awaiting_officer", "withdrawn", "incomplete", "counter_offered"):
        decide(YOUNG, recommendation="approve", status=status)

    found = sample(Stage.FINAL)

    assert found.selected == (True, True, False)


def test_what_can_still_be_undone_is_not_final(sample, decide, at):
    soon = at + timedelta(minutes=10)
    decide(MIDDLE, recommendation="refer", status="approved", verdict="approve", final_at=soon)

    assert sample(Stage.FINAL).rows == ()


def test_a_low_side_override_lends_where_declining_was_recommended(sample, decide):
    decide(MIDDLE, recommendation="decline", status="approved", verdict="approve")
    decide(
        MIDDLE, recommendation="decline", status="declined", verdict="counter_offer", offered=500
    )
    decide(YOUNG, recommendation="decline", status="declined", verdict="decline")
    decide(YOUNG, recommendation="decline", status="declined")  # by policy alone
    decide(YOUNG, recommendation="refer", status="approved", verdict="approve")

    assert sample(Stage.LOW_SIDE).selected == (True, True, False)


def test_a_high_side_override_declines_where_approving_was_recommended(sample, decide):
    decide(MIDDLE, recommendation="approve", status="approved", verdict="approve")
    decide(YOUNG, recommendation="approve", status="declined", verdict="decline")
    decide(
        YOUNG,
        recommendation="approve",
        status="counter_offered",
        verdict="counter_offer",
        offered=1,
    )
    decide(YOUNG, recommendation="approve", status="approved")  # by policy alone

    assert sample(Stage.HIGH_SIDE).selected == (False, True, False)


def test_terms_are_those_of_everybody_who_was_offered_something(sample, decide):
    decide(MIDDLE, recommendation="approve", status="approved")
    decide(YOUNG, recommendation="refer", status="approved", verdict="counter_offer", offered=400)
    decide(YOUNG, recommendation="refer", status="declined", verdict="counter_offer", offered=600)
    decide(YOUNG, recommendation="decline", status="declined", verdict="decline")

    found = sample(Stage.TERMS)

    assert found.selected == (True, False, False)
    assert found.share_offered == (None, 0.4, 0.6)


def test_a_sample_carries_what_further_figures_are_computed_of(sample, decide, version, at):
    decide(MIDDLE, recommendation="approve", is_bad=True, band="C", score=533)

    found = sample(Stage.RECOMMENDATION)

    assert (found.pd, found.score, found.band, found.bad) == ((0.1,), (533,), ("C",), (True,))
    assert (found.route, found.version) == (("champion",), (version.pk,))
    assert found.decided_at == (at,)


def test_a_period_begins_with_its_first_moment_and_leaves_its_end_out(sample, decide, at):
    for days in (0, 1, 2):
        decide(MIDDLE, recommendation="approve", on=at - timedelta(days=days))

    found = sample(Stage.RECOMMENDATION, since=at - timedelta(days=1), until=at)

    assert found.decided_at == (at - timedelta(days=1),)
    assert found.period == "decided 21 November 2026 to 21 November 2026"


def test_groups_of_a_period_are_asked_for_by_its_ids_alone(version, decide, at):
    decide(YOUNG, recommendation="approve", on=at - timedelta(days=40))
    decide(MIDDLE, recommendation="approve", on=at - timedelta(days=1))
    found = populations.sample_of(
        version,
        Population.DECISIONS,
        at=at,
        since=at - timedelta(days=30),
        until=at,
    )

    groups = populations.groups_of(found, of=version, by=None)

    assert groups == {"age_group": [MIDDLE]}


def test_a_product_has_the_decisions_of_all_its_versions(version, decide, at):
    decide(MIDDLE, recommendation="approve")

    found = populations.sample_of(version.product, Population.DECISIONS, at=at)

    assert len(found.rows) == 1


def test_past_loans_are_of_a_version_and_not_of_a_product(version, at):
    with pytest.raises(TypeError, match="one version"):
        populations.sample_of(version.product, Population.VALIDATION, at=at)


def test_past_loans_have_points_and_bands_of_their_pds(version, at):
    found = populations.sample_of(version, Population.VALIDATION, at=at)

    assert set(found.band) == {"B", "D"}
    assert len(set(found.score)) == 2


def test_overrides_are_compared_within_score_bands(report, decide):
    for band, chance in (("D", 2), ("E", 10)):
        for number in range(60):
            verdict = "approve" if number % chance == 0 else "decline"
            for group in (MIDDLE, YOUNG):
                decide(
                    group,
                    recommendation="decline",
                    status="approved" if verdict == "approve" else "declined",
                    verdict=verdict,
                    band=band,
                )

    view = report(Stage.LOW_SIDE)

    young = group_of(view, YOUNG)
    assert (view.within, young.compared_within) == ("score band", 2)
    assert (young.air, young.test) == (pytest.approx(1.0), "Cochran-Mantel-Haenszel test")
    assert "lent to against the recommendation 1.00 times as often" in young.verdict_words
    shown = [(each.stratum, each.n, each.rate) for each in view.attributes[0].strata]
    assert ("D", 60, pytest.approx(0.5)) in shown


def test_a_group_that_is_declined_more_often_against_the_recommendation_is_outside(report, decide):
    for number in range(100):
        for group, chance in ((MIDDLE, 10), (YOUNG, 2)):
            verdict = "decline" if number % chance == 0 else "approve"
            decide(
                group,
                recommendation="approve",
                status="declined" if verdict == "decline" else "approved",
                verdict=verdict,
            )

    view = report(Stage.HIGH_SIDE)

    young = group_of(view, YOUNG)
    assert not view.is_favourable
    assert (young.air, young.verdict) == (pytest.approx(0.2), "outside bounds")
    assert young.marginal_effect_pp == pytest.approx(40.0)


def test_calibration_is_told_of_final_decisions_and_tpr_is_not(report, decide):
    for number in range(140):
        decide(MIDDLE, recommendation="approve", status="approved", is_bad=number % 4 == 0)
        decide(MIDDLE, recommendation="decline", status="declined")

    view = report(Stage.FINAL)

    middle = group_of(view, MIDDLE)
    assert view.is_selective
    assert middle.tpr is None
    assert (middle.bad_n, middle.bad_rate, middle.mean_pd) == (140, 0.25, pytest.approx(0.1))


def test_what_was_offered_is_told_of_enough_counter_offers(report, decide):
    for _ in range(30):
        decide(
            MIDDLE, recommendation="refer", status="approved", verdict="counter_offer", offered=500
        )
        decide(MIDDLE, recommendation="refer", status="approved", verdict="approve")

    middle = group_of(report(Stage.TERMS), MIDDLE)

    assert (middle.approval_rate, middle.offered_n, middle.offered) == (0.5, 30, 0.5)


def test_a_report_says_how_groups_are_known(report, decide):
    for _ in range(30):
        decide(MIDDLE, recommendation="approve")

    (known,) = report(Stage.RECOMMENDATION).attributes[0].known

    assert (known.how, known.n) == ("sent with the application", 30)


def test_how_groups_are_known_gives_no_small_group_away(report, decide):
    """Of 70, 5 and 40 not known: with the 75 whose group is known the 5 were a subtraction."""
    for group, times in ((MIDDLE, 70), (YOUNG, 5), (None, 40)):
        for _ in range(times):
            decide(group, recommendation="approve")

    (age,) = [each for each in report(Stage.RECOMMENDATION).attributes if each.assessable]

    assert group_of(report(Stage.RECOMMENDATION), MIDDLE).n == 70
    assert (age.n, age.n_missing) == (None, None)
    assert [(each.how, each.n) for each in age.known] == [("sent with the application", None)]


def _numbers(told):
    if isinstance(told, dict):
        for name, value in told.items():
            if name == "n" or name.endswith("_n"):
                yield value
            yield from _numbers(value)
    elif isinstance(told, list):
        for each in told:
            yield from _numbers(each)


@pytest.mark.parametrize("stage", list(Stage))
def test_no_stored_cell_holds_fewer_people_than_the_contract_allows(stage, version, decide, at):
    for number in range(36):
        verdict = "approve" if number % 2 else "decline"
        for recommendation in ("approve", "decline"):
            decide(
                MIDDLE if number % 9 else YOUNG,
                recommendation=recommendation,
                status="approved" if number % 2 else "declined",
                verdict=verdict,
                band="AB"[number % 2],
                is_bad=bool(number % 5),
            )

    stored = reports.make(
        version=version, population=Population.DECISIONS, stage=stage, by=None, at=at
    )

    least = version.contract.read().fairness.minimum_group
    told = [n for part in stored.report["attributes"] for n in _numbers(part["groups"])]
    told += [n for part in stored.report["attributes"] for n in _numbers(part["strata"])]
    told += list(_numbers(stored.report["pairs"]))
    assert told
    assert all(n is None or n == 0 or n >= least for n in told)


@pytest.mark.parametrize(
    "changes",
    [
        {"stage": "final"},
        {"model_version": None},
        {"since": "2026-01-01T00:00Z", "until": "2026-02-01T00:00Z"},
    ],
)
def test_past_loans_know_no_stage_and_no_period(version, at, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        FairnessReport.objects.create(
            **{
                "product": version.product,
                "model_version": version,
                "population": Population.VALIDATION,
                "report": {},
                "created_at": at,
                **changes,
            }
        )


def test_a_period_that_ends_before_it_begins_is_refused(version, at):
    with pytest.raises(IntegrityError), transaction.atomic():
        FairnessReport.objects.create(
            product=version.product,
            population=Population.DECISIONS,
            report={},
            created_at=at,
            since=at,
            until=at - timedelta(days=1),
        )
