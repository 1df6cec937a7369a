"""What is asked in practice."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NextCaseForm(forms.Form):
    """Of which product the next case is."""

    product = forms.SlugField()


class ChanceForm(forms.Form):
    """An officer's chance, in people of a hundred."""

    answer = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    chance = forms.DecimalField(
        label=_("Of 100 applicants like this, how many turn out bad?"),
        help_text=_("0 to 100. What the model says and the truth follow."),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
