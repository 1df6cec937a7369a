"""Whose applications are looked at, and of which days."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

PERIODS = (7, 30, 90)
USUAL = 30


class DriftForm(forms.Form):
    """A partner and a number of days; what is not asked for is everybody, and a month."""

    partner = forms.CharField(
        label=_("Partner"), required=False, max_length=50, widget=forms.Select()
    )
    days = forms.TypedChoiceField(
        label=_("Period"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[(days, ngettext_lazy("%d day", "%d days", days) % days) for days in PERIODS],
    )

    @property
    def days_asked(self) -> int:
        """The days that are asked for."""
        return (self.cleaned_data["days"] if self.is_valid() else None) or USUAL

    @property
    def partner_asked(self) -> str:
        """The partner's slug; "" is everybody."""
        return self.cleaned_data["partner"] if self.is_valid() else ""

    def choose_from(self, partners: Sequence[tuple[str, str]]) -> None:
        """Offer who sent something; one who did not may still be asked for."""
        asked = self.partner_asked
        unknown = [(asked, asked)] if asked and asked not in dict(partners) else []
        widget = self.fields["partner"].widget
        widget.choices = [("", _("Everybody")), *partners, *unknown]
