"""Which events of the audit trail are shown."""

from django import forms
from django.utils.translation import gettext_lazy as _

LARGEST = 2**63 - 1  # of an event's id


class EventsForm(forms.Form):
    """Of what, and older than which event; what is not asked for is everything, the newest."""

    of = forms.CharField(
        label=_("Of what"),
        required=False,
        max_length=80,
        help_text=_("As in the table, or the id of a decision."),
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)

    @property
    def target(self) -> str:
        """The target that is asked for; a bare id is a decision's."""
        said: str = self.cleaned_data.get("of") or ""
        return said if not said or ":" in said else f"decision:{said}"
