"""A version's dossier, put together."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from frontend.dossiers import alternatives, comparisons, conduct, papers, quality, steadiness
from frontend.dossiers.blocks import Dossier
from frontend.dossiers.material import Material
from frontend.dossiers.say import moment, span

SECTIONS = (
    papers.lineage,
    papers.gates,
    quality.discrimination,
    quality.calibration,
    steadiness.stability,
    steadiness.later,
    steadiness.segments,
    conduct.monotonicity,
    conduct.reasons,
    conduct.fairness,
    alternatives.alternatives,
    conduct.machinery,
    comparisons.scorecard,
    comparisons.swap_set,
    papers.labels,
    papers.limits,
    papers.comments,
    papers.signatures,
)


def dossier_of(material: Material) -> Dossier:
    """Say all that is known of a version, in the language that is spoken now."""
    version, figures = material.version, material.figures
    days = figures.measured["period"] if figures.measured else None
    return Dossier(
        title=_("Dossier of {version}").format(version=version.name),
        language=get_language() or "en",
        facts=(
            (_("Product"), version.contract.name),
            (_("Stage"), str(version.stage_label)),
            (_("Trained"), moment(version.trained_at)),
            (_("Loans"), span(version.rows, version.bads, days)),
            (_("Measured"), moment(figures.made_at) if figures.sha256 else _("not yet")),
            (_("Figures"), f"sha256:{figures.sha256}" if figures.sha256 else _("none")),
        ),
        sections=tuple(make(material) for make in SECTIONS),
    )
