"""What the page of legal holds takes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontend.casework_forms import words
from scoring.results.windows import months_after


def _month(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m"],
        help_text=_("as in 2026-01"),
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )


class HoldForm(forms.Form):
    """One decision, or a product's months, and why."""

    decision = forms.CharField(
        label=_("Decision"),
        required=False,
        max_length=26,
        help_text=_("Its id, as in the address of its page. Or choose a product and months."),
    )
    product = forms.TypedChoiceField(
        label=_("Product"), coerce=int, empty_value=None, required=False
    )
    since = _month(_("First month"))
    until = _month(_("Last month, or none for all that comes"))
    why = words(_("Why it must stay"), required=True)

    def __init__(self, *args: Any, products: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["product"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", _("none")), *products]

    def clean(self) -> dict[str, Any]:
        """Ask for a decision, or for a product and its first month; give the end of the last."""
        given = super().clean() or {}
        until = given.get("until")
        given["until"] = months_after(until, 1) if until else None
        is_one, is_many = bool(given.get("decision")), given.get("product") is not None
        if is_one == is_many:
            self.add_error("decision", _("Name a decision, or choose a product."))
        elif is_many and not given.get("since") and "since" not in self.errors:
            self.add_error("since", _("Say from which month on."))
        return given


class LiftForm(forms.Form):
    """Why a hold ends."""

    why = words(_("Why it is lifted"), required=True, rows=1)
