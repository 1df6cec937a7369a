"""The figures of the officer mirror against what was planted, and what a mirror may tell."""

import math

import mirror_population
import numpy as np
import pytest
from mirror_population import Team

from scoring.officers import groups as mirror_groups
from scoring.officers import mirror, outcomes, sequence, tables
from scoring.officers.parts import Verdict
from scoring.officers.practice import Answer, consistency, unaided


def decided_by(team, seed=1):
    made, groups = mirror_population.decided(team, seed)
    return mirror_population.within(made, groups, 0, team.months)


def test_runs_are_of_one_officer_and_one_day():
    made, _ = decided_by(Team(officers=1, months=1))
    n = made.n
    whole = np.ones(n, dtype=bool)

    found = sequence.after_run(made, whole)

    place = np.arange(n) - np.searchsorted(made.day, made.day)
    assert found.tolist() == (place >= 3).tolist()


def test_the_end_of_a_day_is_the_last_quarter_of_a_long_one():
    made, _ = decided_by(Team(officers=1, a_month=400, months=1))

    found = sequence.late(made, made.approved)

    counted = np.bincount(made.day)
    expected = sum(n - math.ceil(0.75 * n) for n in counted if n >= 8)
    assert found.sum() == expected
    assert not (found[:-1] & ~found[1:] & (made.day[:-1] == made.day[1:])).any()


def test_leaning_against_a_run_of_approvals_is_seen_and_chance_is_not():
    calm, pressed = Team(officers=4, a_month=300), Team(officers=4, a_month=300, leaning=-0.8)

    for team, is_seen in ((calm, False), (pressed, True)):
        made, _ = decided_by(team)
        strata = made.officer * 100 + made.strata
        found = sequence.effect(made, sequence.after_run, strata=strata)
        assert (sequence.p_value(found) < 0.001) == is_seen
        assert (found.value < -0.3) == is_seen


def test_tired_ends_of_days_are_seen():
    made, _ = decided_by(Team(officers=4, a_month=300, tired=-0.8))

    found = sequence.effect(made, sequence.late, strata=made.officer * 100 + made.strata)

    assert found.value == pytest.approx(-0.8, abs=0.25)


def test_among_few_decisions_a_run_is_not_held_against_itself():
    """Plain odds after runs lean down where nothing depends on anything; ours do not."""
    ours, plain = [], []
    for seed in range(30):
        made, _ = decided_by(Team(officers=1, a_month=60, months=1), seed)
        made = made.only(made.recommended == 1)
        same_day = mirror_population.on_one_day(made)
        found = sequence.effect(same_day, sequence.after_run, strata=same_day.strata)
        exposed = sequence.after_run(same_day, same_day.approved)
        naive = tables.odds_ratio(tables.tables(exposed, same_day.approved, same_day.strata))
        if found is not None and naive is not None:
            ours.append(found.value)
            plain.append(naive.value)

    assert np.mean(plain) < -0.2
    assert abs(np.mean(ours)) < abs(np.mean(plain)) / 2


def test_declines_have_no_outcome_and_others_like_them_stand_for_them():
    made, _ = decided_by(Team(officers=4, a_month=300))
    own = made.officer == 1

    found = outcomes.high_side(made, own)

    assert found.n == int((own & made.high_side).sum())
    assert np.isnan(made.bad[made.high_side]).all()
    assert found.alike.n > 100


def test_overrides_are_matched_by_band_and_amount():
    made, _ = decided_by(Team(officers=4, a_month=300))

    found = outcomes.low_side(made, made.officer == 1)

    agreed = made.approved & ~made.overridden & ~np.isnan(made.bad)
    own = (made.officer == 1) & made.low_side
    near = set(made.alike[own & ~np.isnan(made.bad)])
    assert found.measure.beside.n == sum(each in near for each in made.alike[agreed])
    assert found.measure.beside.n < agreed.sum()


def test_following_is_told_apart_by_what_came_of_it():
    made, _ = decided_by(Team(officers=4, a_month=300))
    own = np.ones(made.n, dtype=bool)

    found = outcomes.reliance(made, own)

    bad_as_recommended = ((made.recommended == 0) & (made.bad == 1)).sum()
    good_against = (made.low_side & (made.bad == 0)).sum()
    assert found.when_wrong.n == bad_as_recommended + good_against
    assert found.when_wrong.share == bad_as_recommended / found.when_wrong.n
    assert found.minutes_right == pytest.approx(300 * math.log(2) / 60, rel=0.2)


def answers(pairs, pd=0.1):
    return [
        Answer(said=said, pd=pd, before=before, approve_at_most=0.2, decline_at_least=0.4)
        for said, before in pairs
    ]


def test_few_repeats_say_nothing():
    found = consistency(answers([(0.5, 0.1)] * 19))

    assert (found.n, found.moved, found.turned.share) == (19, None, None)


def test_only_first_answers_of_clear_cases_say_how_one_agrees_unaided():
    clear, unclear = answers([(0.1, None)] * 15 + [(0.9, None)] * 5), answers([(0.1, None)], pd=0.3)
    again = answers([(0.9, 0.1)] * 10)

    found = unaided(clear + unclear + again)

    assert (found.n, found.share) == (20, 0.75)


def test_no_figure_of_a_group_is_told_where_a_cell_is_small():
    made, pairs = decided_by(Team(officers=8, a_month=5))
    own = made.officer == 1

    found = mirror_groups.told(made, pairs[0], own, None)

    assert (found.own.n, found.own.share, found.beside.share) == (0, None, None)


def test_what_is_told_of_a_group_is_coarse():
    made, pairs = decided_by(Team(officers=2, a_month=300))

    found = mirror_groups.told(made, pairs[0], made.officer == 1, None)

    for part in (found.own, found.beside):
        assert part.n % 10 == 0
        assert round(part.share * 20) / 20 == pytest.approx(part.share)
        assert part.low < part.share < part.high


def test_a_whole_mirror_fits_into_json_and_names_no_application():
    made, pairs = decided_by(Team(officers=4, a_month=60))

    found = mirror.assess(made, pairs=pairs, answers={1: answers([(0.2, 0.1)] * 25)}, minimum=30)

    assert set(found.officers) == {1, 2, 3, 4}
    assert found.team.officers == 4
    assert found.officers[1].consistency.n == 25
    assert found.team.consistency.n == 0, "what one person said in practice is no team's"
    assert found.officers[1].to_dict()["groups"][0]["measure"]["verdict"]


def test_beside_one_colleague_alone_no_peers_are_told():
    made, pairs = decided_by(Team(officers=2))

    found = mirror.assess(made, pairs=pairs, answers={}, minimum=30)

    assert found.officers[1].overrides.own.share is not None
    assert found.officers[1].overrides.beside.n == 0


@pytest.mark.parametrize(("officers", "is_told"), [(2, False), (3, True)])
def test_moments_and_second_answers_of_a_team_are_never_those_of_one_colleague(officers, is_told):
    """Of two, each would find the other's by taking off their own."""
    made, pairs = decided_by(Team(officers=officers, a_month=120))
    said = answers([(0.2, 0.1)] * 25 + [(0.1, None)] * 25)

    found = mirror.assess(
        made, pairs=pairs, answers=dict.fromkeys(range(1, officers + 1), said), minimum=30
    )

    assert [each.own.share is not None for each in found.team.moments.values()] == [is_told] * 3
    assert [each.ratio is not None for each in found.team.moments.values()] == [is_told] * 3
    assert (found.team.consistency.moved is not None) == is_told
    assert (found.team.unaided.share is not None) == is_told
    assert found.officers[1].consistency.n == 25


def test_second_answers_of_two_among_many_who_practised_are_not_told():
    made, pairs = decided_by(Team(officers=4, a_month=120))
    once, twice = answers([(0.1, None)] * 25), answers([(0.2, 0.1)] * 25)

    found = mirror.assess(
        made, pairs=pairs, answers={1: once + twice, 2: twice, 3: once, 4: once}, minimum=30
    )

    assert found.team.consistency.n == 0
    assert found.team.unaided.n == 75


def test_beside_one_colleague_alone_nobody_is_compared():
    made, pairs = decided_by(Team(officers=2, a_month=300))

    found = mirror.assess(made, pairs=pairs, answers={}, minimum=30)

    for each in found.officers.values():
        assert each.overrides.own.share is not None
        assert each.overrides.ratio is None
        assert each.low_side.measure.own.share is not None
        assert each.low_side.peers is None
        assert each.low_side.measure.verdict is Verdict.INSUFFICIENT


def test_where_nobodys_group_is_known_the_mirror_says_nothing_of_groups():
    made, groups = mirror_population.decided(Team(officers=4), 1)
    nobody = {name: [None] * len(each) for name, each in groups.items()}

    for pairs in (
        mirror_groups.pairs([mirror_population.ATTRIBUTE], nobody),
        mirror_groups.pairs([mirror_population.ATTRIBUTE], {}),
    ):
        found = mirror.assess(made, pairs=pairs, answers={}, minimum=30)

        told = [*found.team.groups, *(g for each in found.officers.values() for g in each.groups)]
        assert all((each.measure.own.n, each.measure.ratio) == (0, None) for each in told)
        assert {str(each.measure.verdict) for each in told} <= {"None", "insufficient evidence"}
        assert found.team.overrides.own.share is not None
        assert all(name == "outcomes" for name, who in found.look.asked.items() if who)


def test_nobody_decided_is_a_mirror_of_nobody():
    made, pairs = mirror_population.within(*mirror_population.decided(Team(), 1), 50, 60)

    found = mirror.assess(made, pairs=pairs, answers={}, minimum=30)

    assert (found.team.n, found.officers, found.look.differs) == (0, {}, ())
