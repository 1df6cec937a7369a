"""What the screens of a place's law come to, for the figures of a group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scoring.groups.mean_difference import Smd
from scoring.groups.report import SIGNIFICANT, Comparison, Verdict, worst
from scoring.groups.screens import Figure, Placed, Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is known of a group beside the reference; None: not measured, or of too few people."""

    air: float | None = None
    air_low: float | None = None
    p_value: float | None = None
    effect: float | None = None  # percentage points
    effect_low: float | None = None
    smd: float | None = None
    smd_low: float | None = None
    smd_high: float | None = None


def judged(screen: Screen, figures: Figures) -> Verdict:
    """Say what a screen comes to for a group.

    Outside where the figure is beyond the bound and chance does not explain it; within where the
    whole 95 % interval is on the right side of it; and else there is too little to say. That a gap
    is not significant shows nothing, so the screen of significance is never within.

    Examples
    --------
    >>> from scoring.groups.screens import Use
    >>> four_fifths = Screen(
    ...     name="four-fifths",
    ...     figure=Figure.AIR,
    ...     threshold=0.8,
    ...     use=Use.SHOWN,
    ...     citation="a convention",
    ...     is_reading=True,
    ... )
    >>> str(judged(four_fifths, Figures(air=0.7, air_low=0.6, p_value=0.001)))
    'outside bounds'
    >>> str(judged(four_fifths, Figures(air=0.85, air_low=0.75, p_value=0.02)))
    'insufficient evidence'
    """
    value, low = _looked_at(screen.figure, figures)
    if screen.figure is Figure.SIGNIFICANCE:
        is_lower = figures.effect is not None and figures.effect < 0
        is_small = figures.p_value is not None and figures.p_value < screen.threshold
        return Verdict.OUTSIDE if is_lower and is_small else Verdict.INSUFFICIENT
    if value is None or low is None:
        return Verdict.INSUFFICIENT
    bound = screen.threshold if screen.figure is Figure.AIR else -screen.threshold
    if low >= bound:
        return Verdict.WITHIN
    return (
        Verdict.OUTSIDE
        if value < bound and _is_no_chance(screen, figures)
        else Verdict.INSUFFICIENT
    )


def figures_of(found: Comparison, *, smd: Smd | None, is_favourable: bool) -> Figures:
    """Take what screens look at; below zero is always the worse for the group, as the ratio is."""
    effect, low = found.marginal_effect, found.marginal_effect_interval.low
    if not is_favourable:
        effect, low = -effect, -found.marginal_effect_interval.high
    return Figures(
        air=found.air,
        air_low=found.air_interval.low if found.air_interval else None,
        p_value=found.significance.p_value,
        effect=effect,
        effect_low=low,
        smd=smd.value if smd else None,
        smd_low=smd.interval.low if smd else None,
        smd_high=smd.interval.high if smd else None,
    )


def strictest(screens: Sequence[Placed], verdicts: Sequence[Verdict]) -> Verdict:
    """Take the worst of what the deciding screens come to.

    That a gap is not significant says nothing for the group or against it, so a screen of
    significance counts only where the group is outside.
    """
    return worst([verdict for _, verdict in _counting(screens, verdicts)])


def decisive(screens: Sequence[Placed], verdicts: Sequence[Verdict]) -> list[Placed]:
    """List the screens that gave the verdict: ratios first, and the highest of those."""
    said = strictest(screens, verdicts)
    found = [placed for placed, verdict in _counting(screens, verdicts) if verdict is said]
    return sorted(found, key=_ratios_first)


def _counting(
    screens: Sequence[Placed], verdicts: Sequence[Verdict]
) -> Iterator[tuple[Placed, Verdict]]:
    for placed, verdict in zip(screens, verdicts, strict=True):
        says = verdict is Verdict.OUTSIDE or placed.screen.figure is not Figure.SIGNIFICANCE
        if placed.decides and says:
            yield placed, verdict


def _ratios_first(placed: Placed) -> tuple[bool, float]:
    is_ratio = placed.screen.figure is Figure.AIR
    return not is_ratio, -placed.screen.threshold if is_ratio else 0.0


def _looked_at(figure: Figure, figures: Figures) -> tuple[float | None, float | None]:
    return {
        Figure.AIR: (figures.air, figures.air_low),
        Figure.EFFECT: (figures.effect, figures.effect_low),
        Figure.SMD: (figures.smd, figures.smd_low),
        Figure.SIGNIFICANCE: (figures.p_value, None),
    }[figure]


def _is_no_chance(screen: Screen, figures: Figures) -> bool:
    if screen.figure is Figure.SMD:
        return figures.smd_high is not None and figures.smd_high < 0
    return figures.p_value is not None and figures.p_value < SIGNIFICANT
