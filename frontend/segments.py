"""What an alert is of, in the words that the page behind it uses."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext

from credit.words import Words
from monitoring.models import FairnessReport
from monitoring.results.business_words import FIGURES
from monitoring.service.queries import OBJECTIVES, QUEUES

_NAMED: Final[Mapping[str, Mapping[str, Words]]] = {
    "objective": OBJECTIVES,
    "queue": QUEUES,
    "figure": {name: said.label for name, said in FIGURES.items()},
    "stage": {stage.value: stage.label for stage in FairnessReport.Stage},
}


def in_words(segment: str) -> str:
    """Name a part of the product or the service; one that nobody knows stays as it is.

    Examples
    --------
    >>> in_words("objective:decisions_in_time"), in_words("figure:bad_rate"), in_words("new:one")
    ('Decisions in time', 'Bad rate', 'new:one')
    """
    what, _, name = segment.partition(":")
    if what == "partner":
        return gettext("Partner {name}").format(name=name)
    if what == "task":
        return gettext("Task {name}").format(name=name)
    return str(_NAMED.get(what, {}).get(name, segment))
