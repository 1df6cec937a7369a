"""Which alternatives to a report's model were searched, and why one was taken or not."""

from django.utils.translation import gettext as _

from credit.models import ModelVersion
from credit.queries import fair_alternatives
from frontend.dossiers.alternatives import decided, found
from frontend.dossiers.blocks import Heading, Section, Words, section
from monitoring.fairness.views import FairnessView


def searched(report: FairnessView) -> Section:
    """Say what was found beside the version that a report is about."""
    title = _("Less discriminatory alternatives")
    if report.model_version_id is None:
        several = _(
            "They are searched beside one version at a time, and stand in the reports on each."
        )
        return section("alternatives", title, Words(text=several))
    search = fair_alternatives.newest(report.model_version_id)
    if search is None:
        return section("alternatives", title, Words(text=_("Nothing was searched yet.")))
    version = ModelVersion.objects.select_related("contract").get(pk=report.model_version_id)
    return section(
        "alternatives",
        title,
        *found(search, version.contract.read()),
        Heading(text=_("What was decided")),
        *decided(search, search.decisions),
    )
