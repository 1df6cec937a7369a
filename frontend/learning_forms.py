"""What the page of trainings takes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_MOMENT = "%Y-%m-%dT%H:%M"


class ScheduleForm(forms.Form):
    """Every so many days, from a moment on (UTC); or no more."""

    every_days = forms.IntegerField(
        label=_("Every so many days"), required=False, min_value=1, max_value=366
    )
    next_at = forms.DateTimeField(
        label=_("Next time (UTC)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
        input_formats=[_MOMENT, "%Y-%m-%dT%H:%M:%S"],
    )

    @property
    def is_off(self) -> bool:
        """Whether the schedule is taken away."""
        return self.data.get("do") == "off"

    def clean(self) -> dict[str, Any]:
        """Ask for both, unless it is taken away."""
        given = super().clean() or {}
        if not self.is_off:
            missing = (
                ("every_days", _("Say how many days lie between two trainings.")),
                ("next_at", _("Say when the next training begins.")),
            )
            for name, words in missing:
                if name not in self.errors and given.get(name) is None:
                    self.add_error(name, words)
        return given
