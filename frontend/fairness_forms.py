"""What the page of fairness reports takes: an order to the worker."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend import formats
from monitoring.models import FairnessReport
from scoring.results.windows import months_after

MONTHS = 36  # back


class AskForm(forms.Form):
    """Whose decisions, at which stages, over which whole months."""

    version = forms.TypedChoiceField(
        label=_("Decisions of"), coerce=int, empty_value=None, required=False
    )
    since = forms.TypedChoiceField(label=_("First month"), coerce=date.fromisoformat)
    until = forms.TypedChoiceField(label=_("Last month"), coerce=date.fromisoformat)
    stages = forms.MultipleChoiceField(
        label=_("Stages"),
        choices=FairnessReport.Stage.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose one stage of deciding or more.")},
    )

    def __init__(
        self, *args: Any, versions: list[tuple[int, str]], at: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        months = [(month.isoformat(), formats.month(month)) for month in _months_over(at)]
        _choices(self, "since", months)
        _choices(self, "until", months)
        _choices(self, "version", [("", _("all versions")), *versions])
        self.initial = {"stages": FairnessReport.Stage.values, **self.initial}

    def clean(self) -> dict[str, Any]:
        """Give the end of the last month, which is not included."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last month is before the first."))
        elif until:
            given["until"] = months_after(until, 1)
        return given


def _choices(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    field.choices = choices


def _months_over(at: datetime) -> Iterator[date]:
    this = at.date().replace(day=1)
    for back in range(1, MONTHS + 1):
        yield months_after(this, -back)
