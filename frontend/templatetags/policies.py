"""How the pages of policies write months."""

from datetime import date

from django import template

from frontend import formats

register = template.Library()


@register.filter
def month(of: date) -> str:
    """Write a month with its year."""
    return formats.month(of)
