"""Looking things up in reports on gaps."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

from frontend import formats

register = template.Library()


@register.filter
def of(found: Mapping[str, Any] | None, name: str) -> Any:
    """Give what is kept under a name; nothing where it is withheld."""
    return (found or {}).get(name)


@register.filter
def all_groups(attribute: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List the reference and the other groups, with their labels."""
    others = [(group["value"], group["label"]) for group in attribute["groups"]]
    return [(attribute["reference"], attribute["reference_label"]), *others]


@register.filter
def in_month(of_it: date) -> str:
    """Write a month with its year."""
    return formats.month(of_it)
