"""A group held against the reference group, and the verdict that it comes to."""

from collections.abc import Sequence
from typing import Final

from scoring.contract import FairnessBounds
from scoring.groups.report import Comparison, Rate
from scoring.proportions import (
    Share,
    Significance,
    difference_interval,
    exact,
    ratio_interval,
    significance,
)
from scoring.strata import Stratum, combine

WITHIN_STRATA: Final = "Cochran-Mantel-Haenszel test"


def compare(share: Share, reference: Share, *, is_favourable: bool = True) -> Comparison:
    """Compare two groups as a whole.

    Where being chosen is unfavourable the ratio is the reference's share to the group's, so that
    below one always is the worse for the group.
    """
    own, other = (share, reference) if is_favourable else (reference, share)
    has_ratio = other.count > 0
    gap = difference_interval(share, reference)
    lacking = reference.value - share.value
    return Comparison(
        air=own.value / other.value if has_ratio else None,
        air_interval=ratio_interval(own, other) if has_ratio else None,
        significance=significance(share, reference),
        marginal_effect=100 * (share.value - reference.value),
        marginal_effect_interval=gap.times(100),
        odds_ratio=odds_ratio(share, reference),
        shortfall=share.n * (lacking if is_favourable else -lacking),
        strata=0,
    )


def compare_within(strata: Sequence[Stratum], *, is_favourable: bool = True) -> Comparison | None:
    """Compare two groups within strata; None where no stratum has people of both."""
    found = combine(strata)
    if found is None:
        return None
    turned = found if is_favourable else combine([_turned(each) for each in strata])
    n = sum(each.share.n for each in strata)
    return Comparison(
        air=turned.ratio if turned else None,
        air_interval=turned.ratio_interval if turned else None,
        significance=Significance(p_value=found.p_value, test=WITHIN_STRATA),
        marginal_effect=100 * found.difference,
        marginal_effect_interval=found.difference_interval.times(100),
        odds_ratio=found.odds_ratio,
        shortfall=n * (-found.difference if is_favourable else found.difference),
        strata=found.strata,
    )


def rate_of(share: Share | None, bounds: FairnessBounds, *, is_told: bool) -> Rate:
    """State a share where it is of enough people, and their number where that may be told."""
    if not is_told:
        return Rate(n=None)
    if share is None or share.n < bounds.minimum_group:
        return Rate(n=0 if share is None else share.n)
    return Rate(n=share.n, value=share.value, interval=exact(share))


def odds_ratio(share: Share, reference: Share) -> float | None:
    """Give the odds of being chosen beside those of the reference group.

    Examples
    --------
    >>> odds_ratio(Share(count=1, n=3), Share(count=2, n=4))
    0.5
    """
    down = share.rest * reference.count
    return share.count * reference.rest / down if down else None


def _turned(each: Stratum) -> Stratum:
    return Stratum(share=each.reference, reference=each.share)
