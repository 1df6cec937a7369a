"""A canary is watched at every look: it seldom halts by chance, and soon where it is worse."""

import math

import numpy as np
import pytest

from scoring.candidates.canary import Measure, Seen, findings, interval, is_chosen
from scoring.contract import CanaryLimits

LIMITS = CanaryLimits()
STREAMS, LOOKS, BATCH = 200, 40, 25


# --- Whose an application is


def test_an_application_is_on_the_same_side_each_time():
    sides = [[is_chosen(f"A-{n}", canary="x/7", share=0.1) for n in range(500)] for _ in range(2)]

    assert sides[0] == sides[1]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_the_share_is_kept_to(share):
    n = 20_000
    chosen = sum(is_chosen(f"A-{i}", canary="x/7", share=share) for i in range(n))

    assert abs(chosen - n * share) < 5 * math.sqrt(n * share * (1 - share))


def test_another_canary_is_tried_on_others():
    first, second = (
        {n for n in range(10_000) if is_chosen(f"A-{n}", canary=name, share=0.1)}
        for name in ("x/7", "x/8")
    )

    assert len(first & second) < 200  # of a thousand each: a hundred by chance


def test_who_is_in_a_small_share_is_in_a_larger_one():
    small, large = (
        {n for n in range(5_000) if is_chosen(f"A-{n}", canary="x/7", share=share)}
        for share in (0.05, 0.2)
    )

    assert small < large


# --- Intervals


def test_nothing_seen_bounds_nothing():
    assert interval(0, 0, level=0.05) == (0.0, 1.0)


@pytest.mark.parametrize(("count", "n"), [(0, 40), (40, 40), (7, 40), (1, 1), (999, 1_000)])
def test_an_interval_holds_what_was_found_and_is_wider_than_for_one_look(count, n):
    low, high = interval(count, n, level=0.05)

    assert 0 <= low <= count / n <= high <= 1
    assert high - low > 2 * 1.96 * math.sqrt(count / n * (1 - count / n) / n)


def test_it_grows_narrower_and_stricter_levels_make_it_wider():
    widths = [
        high - low for low, high in (interval(n // 2, n, level=0.05) for n in (10, 100, 1_000))
    ]
    (low, high), (lower, higher) = (interval(30, 100, level=level) for level in (0.05, 0.001))

    assert widths == sorted(widths, reverse=True)
    assert lower < low < high < higher


# --- Many canaries, looked at after each batch


def streams(n, *, failed, slow, approved, champion, bads, expected=0.1):
    """Give what is seen of each of n canaries at each look."""
    rng = np.random.default_rng(2026)
    for _ in range(n):
        own = rng.binomial(BATCH, [[failed, slow, approved]] * LOOKS).cumsum(axis=0)
        others = rng.binomial(9 * BATCH, champion, LOOKS).cumsum()
        known = rng.poisson(2.0, LOOKS)
        bad = rng.binomial(known, bads).cumsum()
        yield [
            Seen(
                tried=BATCH * (at + 1),
                failed=int(own[at, 0]),
                timed=BATCH * (at + 1),
                slow=int(own[at, 1]),
                decided=BATCH * (at + 1),
                approved=int(own[at, 2]),
                champion_decided=9 * BATCH * (at + 1),
                champion_approved=int(others[at]),
                bads=int(bad[at]),
                champion_bads=int(known[: at + 1].sum() - bad[at]),
                expected_bads=expected,
                champion_expected_bads=1 - expected,
            )
            for at in range(LOOKS)
        ]


def halted_at(looks, measure=None):
    """Give the look at which a canary halts; None if it never does."""
    for at, seen in enumerate(looks):
        broken = {found.measure for found in findings(seen, LIMITS) if found.is_broken}
        if broken and (measure is None or measure in broken):
            return at
    return None


def of_odds(ratio, expected=0.1):
    odds = ratio * expected / (1 - expected)
    return odds / (1 + odds)


AT_THE_LIMIT = {
    "failed": LIMITS.failed_at_most,
    "slow": LIMITS.slow_at_most,
    "approved": 0.5 + LIMITS.approval_gap_at_most,
    "champion": 0.5,
    "bads": of_odds(LIMITS.bads_ratio_at_most),
}


@pytest.mark.long
def test_a_canary_at_all_its_limits_halts_no_more_often_than_the_level_says():
    """The worst that is still allowed, in all four at once, looked at after each batch."""
    halted = sum(halted_at(looks) is not None for looks in streams(STREAMS, **AT_THE_LIMIT))

    assert halted <= LIMITS.level * STREAMS, f"{halted} of {STREAMS}"


FINE = {"failed": 0.0, "slow": 0.002, "approved": 0.52, "champion": 0.5, "bads": 0.1}


@pytest.mark.parametrize(
    ("measure", "planted"),
    [
        (Measure.FAILED, {"failed": 0.06}),
        (Measure.SLOW, {"slow": 0.06}),
        (Measure.APPROVALS, {"approved": 0.8}),
        (Measure.APPROVALS, {"approved": 0.2}),
        (Measure.BADS, {"bads": 0.4}),
    ],
)
def test_what_is_planted_is_found(measure, planted):
    found = [halted_at(looks, measure) for looks in streams(40, **{**FINE, **planted})]

    assert sum(at is not None for at in found) >= 38


def test_one_that_cannot_score_at_all_is_found_at_once():
    (found, *_) = findings(Seen(tried=3, failed=3), LIMITS)

    assert found.is_broken
    assert found.words == (
        "it could not score 100.0% of its applications"
        f" ({found.low:.1%} to 100.0%), and may 1.0% (3 seen)"
    )


def test_without_bad_loans_or_without_a_side_nothing_is_said_of_them():
    for seen in (Seen(), Seen(bads=3, champion_bads=9, expected_bads=2.0)):
        found = findings(seen, LIMITS)[-1]

        assert (found.measure, found.value, found.is_broken) == (Measure.BADS, None, False)


def test_every_measure_has_its_words():
    seen = Seen(
        tried=100, failed=1, timed=99, slow=1, decided=99, approved=50, champion_decided=900,
        champion_approved=450, bads=1, champion_bads=9, expected_bads=1, champion_expected_bads=9,
    )  # fmt: skip

    words = [found.words for found in findings(seen, LIMITS)]

    assert "it was too slow for 1.0% of its applications" in words[1]
    assert "is +0.5 points from the champion's" in words[2]
    assert "are 1.00 times as many as expected" in words[3]
