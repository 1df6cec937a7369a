"""Two attributes at once, as a section of the report."""

from django.utils.translation import gettext as _

from frontend.dossiers.blocks import Section, Words, section, table
from frontend.fairness.attributes import figures_of
from frontend.fairness.words import chosen, verdict_words
from frontend.sentences import translated
from monitoring.fairness.views import FairnessView, PairView


def pair_of(report: FairnessView, pair: PairView) -> Section:
    """List every cell; the small ones are insufficient evidence and have no figures."""
    title = _("{one} and {other}").format(one=pair.labels[0], other=pair.labels[1])
    return section(
        f"pair-{'-'.join(pair.names)}",
        title,
        Words(text=translated(pair.verdict_words)),
        *(Words(text=translated(why), is_warning=True) for why in pair.untold),
        table(
            _("{pair}, beside both reference groups").format(pair=title),
            (
                *pair.labels,
                _("Verdict"),
                _("People"),
                chosen(report).heading,
                _("95% interval"),
                "AIR",
                _("95% interval"),
                _("p-value"),
            ),
            [
                (
                    *cell.labels,
                    _("Reference") if cell.is_reference else verdict_words(cell.verdict),
                    *figures_of(cell),
                )
                for cell in pair.cells
            ],
            words=3,
        ),
        Words(
            text=_(
                "Of many cells one in twenty differs by chance alone. They do not count towards the"
                " report\u2019s verdict."
            )
        ),
    )
