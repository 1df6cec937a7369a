"""How the page of the service writes times."""

from django import template

from monitoring.service import wording
from monitoring.service.requests import Between

register = template.Library()


@register.filter
def lasting(found: Between | None) -> str:
    """Write a quantile of times as the bounds that it lies between."""
    return wording.time(found)


@register.filter
def fullness(left: float) -> int:
    """Write what is left of a budget per hundred, for a bar that has two ends.

    Examples
    --------
    >>> fullness(0.254), fullness(-3.0)
    (25, 0)
    """
    return round(100 * min(1.0, max(0.0, left)))
