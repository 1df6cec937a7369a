"""Groups along the cut-off: no cell is small, and fairer is said only where it is shown."""

import numpy as np
import pytest

from scoring.groups.cells import SMALLEST
from scoring.groups.gap_cells import cells_of, closed
from scoring.groups.gap_cut_offs import At, along, fairer
from scoring.proportions import Share
from scoring.results.through_the_door import STEPS, cell_of


def population(sizes, *, seed=1, shift=0.0):
    """Draw PDs by group; the first is the reference, the others are riskier by `shift`."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(list(sizes), list(sizes.values()))
    risk = rng.normal(-1.5, 1, len(groups)) + shift * (groups != next(iter(sizes)))
    pds = 1 / (1 + np.exp(-risk))
    return pds, (rng.random(len(groups)) < pds).tolist(), groups.tolist()


def laid_out(sizes, *, now=0.16, minimum=30, **changes):
    pds, bad, groups = population(sizes, **changes)
    reference, *others = sizes
    found = along(pds, bad, groups, reference=reference, others=others, now=now, minimum=minimum)
    return pds, groups, found


def between(pds, groups, name, ends):
    inside = np.array([pd for pd, group in zip(pds, groups, strict=True) if group == name])
    counted = [int((cells_of(inside) <= round(end * STEPS)).sum()) for end in ends]
    return np.diff(counted, prepend=0)


@pytest.mark.parametrize("seed", range(8))
def test_between_two_figures_lie_at_least_ten_of_each_group(seed):
    sizes = {"middle": 700, "young": 150, "old": 40}
    pds, groups, found = laid_out(sizes, seed=seed)

    for name in ("young", "old"):
        ends = [point.cut_off for point in found.groups[name]]
        assert min(between(pds, groups, name, ends)) >= SMALLEST
        assert min(between(pds, groups, "middle", ends)) >= SMALLEST


@pytest.mark.parametrize("seed", range(4))
def test_a_groups_cut_offs_are_some_of_those_of_everybody(seed):
    _, _, found = laid_out({"middle": 700, "young": 150, "old": 40}, seed=seed)

    of_all = {point.cut_off for point in found.everybody}
    for points in found.groups.values():
        assert {point.cut_off for point in points} <= of_all


def test_a_hidden_group_leaves_ten_between_figures_of_everybody():
    sizes = {"middle": 700, "young": 150, "old": 25, "not known": 40}
    pds, bad, groups = population(sizes)
    found = along(
        pds, bad, groups, reference="middle", others=["young", "old"], now=0.16, minimum=30
    )

    assert set(found.groups) == {"young"}
    ends = [point.cut_off for point in found.everybody]
    hidden = ["rest" if group in {"old", "not known"} else group for group in groups]
    assert min(between(pds, hidden, "rest", ends)) >= SMALLEST


@pytest.mark.parametrize("few", [4, 25, 29])
def test_a_hidden_group_takes_the_next_one_along_where_all_others_are_known(few):
    """A ratio and its interval tell how many are in a group: the rest would be the small one."""
    _, _, found = laid_out({"middle": 700, "young": 150, "old": few})

    assert found.groups == {}


@pytest.mark.parametrize("seed", range(20))
def test_what_is_left_beside_the_groups_along_the_cut_off_is_never_a_few(seed):
    rng = np.random.default_rng(seed)
    sizes = {"middle": 400} | {name: int(rng.integers(0, 90)) for name in "abc"}
    unknown = int(rng.integers(0, 50))
    pds, bad, groups = population(sizes | {"not known": unknown}, seed=seed)

    found = along(pds, bad, groups, reference="middle", others="abc", now=0.16, minimum=30)

    told = {"middle", *found.groups} if found else set()
    hidden = [n for name, n in sizes.items() if name not in told]
    assert all(sizes[name] >= 30 for name in told)
    assert not any(0 < n < 30 for n in hidden) or sum(hidden) + unknown >= 30


def test_without_a_reference_there_is_nothing_to_lay_out():
    assert laid_out({"middle": 20, "young": 150})[2] is None


def test_the_cut_off_in_force_has_a_figure_and_it_is_the_plain_ratio():
    pds, groups, found = laid_out({"middle": 700, "young": 300}, shift=0.8)

    (point,) = [each for each in found.groups["young"] if each.cut_off == 0.16]
    approved = {
        name: np.mean([pd <= 0.16 for pd, group in zip(pds, groups, strict=True) if group == name])
        for name in ("middle", "young")
    }
    assert point.air == pytest.approx(approved["young"] / approved["middle"])
    assert point.within.low < point.air < point.within.high


def test_everybody_is_told_with_the_bad_rate_of_known_outcomes():
    pds, bad, groups = population({"middle": 500, "young": 200})
    unknown = [None if at % 2 else each for at, each in enumerate(bad)]

    found = along(pds, unknown, groups, reference="middle", others=["young"], now=0.16, minimum=30)

    last = found.everybody[-1]
    assert (last.approved.value, last.bad.n) == (1.0, 350)


def test_many_pds_fall_into_the_cells_that_one_does():
    pds = np.random.default_rng(2).random(500).round(3)

    assert cells_of(pds).tolist() == [cell_of(pd) for pd in pds]


def test_cells_that_cannot_be_closed_are_none():
    assert closed(np.array([[3, 3, 3]]), keep=1) == []


def at(cut_off, own, reference, *, bad_rate=0.1, n=1000):
    return At(
        cut_off=cut_off,
        own=Share(count=own, n=n),
        reference=Share(count=reference, n=n),
        bad=Share(count=round(bad_rate * 1000), n=1000),
    )


def test_a_cut_off_that_is_clearly_fairer_at_the_same_risk_is_named():
    points = [at(0.1, 200, 500), at(0.12, 480, 600), at(0.3, 900, 950, bad_rate=0.3)]

    assert fairer(points, now=0.1) is points[1]


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ([at(0.1, 400, 500), at(0.12, 486, 600)], "may be chance"),
        ([at(0.1, 200, 500), at(0.12, 480, 600, bad_rate=0.2)], "riskier"),
        ([at(0.2, 200, 500), at(0.3, 480, 600)], "no figure at the one in force"),
        ([at(0.1, 0, 500), at(0.12, 480, 600)], "nobody is approved"),
        ([at(0.1, 0, 0), at(0.12, 480, 600)], "no ratio"),
    ],
)
def test_no_cut_off_is_named_that_is_not_shown_to_be_fairer(points, why):
    assert fairer(points, now=0.1) is None, why


def test_where_no_cut_off_is_fairer_one_is_named_as_seldom_as_stated():
    named = 0
    for seed in range(200):
        _, _, found = laid_out({"middle": 400, "young": 200}, now=0.2, seed=seed)
        named += fairer(found.groups["young"], now=0.2) is not None

    assert named <= 0.05 * 200
