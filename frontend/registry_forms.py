"""What the pages of the model registry take."""

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.models import InventoryEntry
from frontend.forms import LONGEST


class ToldElsewhere(forms.Form):
    """A short form whose page is another one: what is wrong is told there in a sentence."""

    @property
    def first_problem(self) -> str:
        """Say what is wrong."""
        return next(str(error) for found in self.errors.values() for error in found)


class RollbackForm(ToldElsewhere):
    """Which champion is to go, and why; that may be said later."""

    instead_of = forms.CharField(
        max_length=LONGEST, error_messages={"required": _("Say which champion is to go.")}
    )
    note = forms.CharField(
        label=_("Why (it may be said later)"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 1}),
    )


class StopForm(ToldElsewhere):
    """Why the models of a product stop, or score again."""

    do = forms.ChoiceField(choices=[("stop", ""), ("resume", "")])
    why = forms.CharField(
        label=_("Why, in a sentence"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 1}),
        error_messages={"required": _("Say in a sentence why.")},
    )


class RetirementForm(ToldElsewhere):
    """Why a version is taken out for good."""

    why = forms.CharField(
        max_length=LONGEST,
        error_messages={"required": _("Say in a sentence why it is taken out.")},
    )


class MomentForm(forms.Form):
    """A moment in UTC, as the pages show them."""

    at = forms.DateTimeField(
        label=_("Champion at (UTC)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )


class CommentForm(ToldElsewhere):
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


class PromotionStepForm(ToldElsewhere):
    """What is done about a version's way into service, and why."""

    WORDLESS = frozenset({"take_back"})  # seconds may count

    do = forms.ChoiceField(
        choices=[(do, "") for do in ("ask", "approve", "refuse", "withdraw", "step", "take_back")]
    )
    words = forms.CharField(required=False, max_length=LONGEST)

    def clean_words(self) -> str:
        """Ask for words, but where seconds may count."""
        words = str(self.cleaned_data["words"]).strip()
        if not words and self.cleaned_data.get("do") not in self.WORDLESS:
            raise forms.ValidationError(_("Say in a sentence why."))
        return words


class AlternativeForm(ToldElsewhere):
    """Whether a fairer alternative is taken, and why."""

    search = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    key = forms.CharField(required=False, max_length=12)
    do = forms.ChoiceField(choices=[("take", ""), ("leave", "")])
    words = forms.CharField(
        max_length=LONGEST, error_messages={"required": _("Say in a sentence why.")}
    )

    def clean(self) -> dict[str, object]:
        """Ask which one is taken; all of them together may be left."""
        said = super().clean() or {}
        if said.get("do") == "take" and not said.get("key"):
            raise forms.ValidationError(_("Choose the alternative that is taken."))
        return said


class WaiverForm(ToldElsewhere):
    """Which failed gate is let pass and why; or which proposal is signed."""

    signs = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    gate = forms.CharField(required=False, max_length=50)
    words = forms.CharField(required=False, max_length=LONGEST)

    def clean(self) -> dict[str, object]:
        """Ask for words of who proposes."""
        said = super().clean() or {}
        if not said.get("signs") and not str(said.get("words", "")).strip():
            raise forms.ValidationError(_("Say in a sentence why."))
        return said
