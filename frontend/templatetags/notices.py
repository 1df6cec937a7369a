from django import template

from frontend import formats
from frontend.templatetags.evenhand import NOTHING

register = template.Library()


@register.filter
def without_sign(days: int) -> int:
    """Count days over as days."""
    return abs(days)


@register.filter
def percent_points(improvement: float | None) -> str:
    """Write by how much a probability improves, as the difference of two percentages.

    Examples
    --------
    >>> percent_points(0.0512), percent_points(-0.004)
    ('5.12\u00a0pp', '\u22120.40\u00a0pp')
    """
    if improvement is None:
        return NOTHING
    return f"{formats.number(improvement * 100, 2)}{formats.NO_BREAK}pp"
