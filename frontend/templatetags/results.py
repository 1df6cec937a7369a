"""How the pages on what came of decisions write figures."""

from collections.abc import Mapping

from django import template

from frontend.templatetags.evenhand import NOTHING
from monitoring.results.business_figures import Figure
from monitoring.results.business_words import label_of
from monitoring.results.figures_in_words import with_interval
from scoring.results.business_figures import Value

register = template.Library()


@register.filter
def figure_label(name: str) -> str:
    """Name a figure."""
    return label_of(name)


@register.filter
def of_figure(values: Mapping[str, Value], figure: Figure) -> str:
    """Write a month's figure with its interval and n."""
    found = values.get(figure.name)
    return NOTHING if found is None else with_interval(found, figure.unit)
