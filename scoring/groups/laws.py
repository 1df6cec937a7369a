"""What the screens of a place's law come to, for the figures of a group."""

from dataclasses import dataclass

from scoring.groups.report import SIGNIFICANT, Verdict
from scoring.groups.screens import Figure, Screen


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
