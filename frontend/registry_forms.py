"""What the pages of the model registry take."""

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.models import InventoryEntry
from frontend.forms import LONGEST


class _ToldElsewhere(forms.Form):
    """A short form whose page is another one: what is wrong is told there in a sentence."""

    @property
    def first_problem(self) -> str:
        """Say what is wrong."""
        return next(str(error) for found in self.errors.values() for error in found)


class RollbackForm(forms.Form):
    """Why it is gone back; it may be said later."""

    note = forms.CharField(
        label=_("Why (it may be said later)"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 1}),
    )


class StopForm(_ToldElsewhere):
    """Why the models of a product stop, or score again."""

    do = forms.ChoiceField(choices=[("stop", ""), ("resume", "")])
    why = forms.CharField(
        label=_("Why, in a sentence"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 1}),
        error_messages={"required": _("Say in a sentence why.")},
    )


class MomentForm(forms.Form):
    """A moment in UTC, as the pages show them."""

    at = forms.DateTimeField(
        label=_("Champion at (UTC)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )


class CommentForm(_ToldElsewhere):
    """Words against a version, or that resolve what was said."""

    words = forms.CharField(
        max_length=LONGEST, error_messages={"required": _("Say it in a sentence.")}
    )
    resolves = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class InventoryForm(forms.Form):
    """What the model inventory says of a product's model."""

    owner = forms.CharField(
        label=_("Owner"),
        help_text=_("User name of a model developer or validator."),
        max_length=150,
    )
    tier = forms.TypedChoiceField(label=_("Tier"), choices=InventoryEntry.Tier.choices, coerce=int)
    intended_use = forms.CharField(
        label=_("What it is for"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    limits = forms.CharField(
        label=_("What it is not for, and where it is weak"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    review_on = forms.DateField(
        label=_("Next review by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
