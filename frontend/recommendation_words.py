"""What a recommendation rests on, wherever one is shown."""

from django.utils.translation import gettext


def because(
    recommendation: str,
    *,
    pd: float,
    approve_pd_at_most: float,
    decline_pd_at_least: float,
    passes_policy: bool,
) -> str:
    """Say in a few words what a recommendation rests on.

    Examples
    --------
    >>> cuts = {"approve_pd_at_most": 0.16, "decline_pd_at_least": 0.4}
    >>> because("refer", pd=0.2, passes_policy=True, **cuts)
    'between the cut-offs'
    >>> because("refer", pd=0.155, passes_policy=True, **cuts)
    'equally good models disagree'
    """
    match recommendation:
        case "approve":
            return gettext("at or above the cut-off")
        case "decline" if pd >= decline_pd_at_least:
            return gettext("at or below the cut-off")
        case "refer" if approve_pd_at_most < pd < decline_pd_at_least:
            return gettext("between the cut-offs")
        case "refer" if passes_policy:
            return gettext("equally good models disagree")
    return gettext("a policy rule applies")
