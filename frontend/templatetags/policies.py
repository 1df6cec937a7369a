"""How the pages of policies write months and settings."""

from datetime import date

from django import template

from frontend import formats
from frontend.policy_words import setting_in_words

register = template.Library()


@register.filter
def month(of: date) -> str:
    """Write a month with its year."""
    return formats.month(of)


@register.filter
def setting(value: str, path: str) -> str:
    """Write what the setting of a path is set to."""
    return setting_in_words(path, value)
