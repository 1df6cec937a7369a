"""How each stage of deciding is spoken of."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from monitoring.fairness.views import FairnessView


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What it is to be chosen at a stage."""

    heading: str  # of a column of shares
    means: str  # label of the sentence that says what it means


def chosen(report: FairnessView) -> Chosen:
    """Say what being chosen is called at the stage of a report."""
    found = {
        "low_side": (_("Lent to"), _("Lent to means")),
        "high_side": (_("Declined"), _("Declined means")),
        "terms": (_("As asked for"), _("As asked for means")),
    }
    heading, means = found.get(report.stage, (_("Approved"), _("Approved means")))
    return Chosen(heading=heading, means=means)


def verdict_words(verdict: str) -> str:
    """Say a verdict in the reader's language."""
    return {
        "within bounds": _("Within bounds"),
        "outside bounds": _("Outside bounds"),
        "insufficient evidence": _("Insufficient evidence"),
    }.get(verdict, verdict)
