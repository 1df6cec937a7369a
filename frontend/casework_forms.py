"""What officers type about an application besides its verdict."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.models import InformationRequest, OfferAnswer
from frontend.forms import LONGEST, DecisionForm
from scoring.contract import OfficerReason


def words(label: Any, *, required: bool = False, rows: int = 2) -> forms.CharField:
    """Make a field for a person's own words."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class OfferForm(DecisionForm):
    """A counter-offer: a verdict with terms. Its labels differ from those of an override."""

    def __init__(self, *args: Any, reasons: Sequence[OfficerReason], **kwargs: Any) -> None:
        super().__init__(*args, reasons=reasons, verdicts=("counter_offer",), **kwargs)
        self.auto_id = "offer_%s"
        self.fields["reason_code"].label = _("Why these terms")
        self.fields["reason"].label = _("In more detail")


class AskForm(forms.Form):
    """What the applicant is asked for."""

    items = forms.MultipleChoiceField(
        label=_("What is missing"),
        choices=InformationRequest.Item.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what you ask for.")},
    )
    words = words(_("What exactly (optional)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "ask_%s"


class InformationForm(forms.Form):
    """That an answer came, or never did."""

    did = forms.ChoiceField(choices=[("answered", ""), ("closed", "")])
    words = words(_("What came (optional)"))


class OfferAnswerForm(forms.Form):
    """What the applicant said to a counter-offer."""

    said = forms.ChoiceField(choices=OfferAnswer.Answer.choices)
    words = words(_("What the applicant said (optional)"))


class WithdrawForm(forms.Form):
    """Why the applicant no longer wants the loan."""

    words = words(_("Why, as the applicant says (optional)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "withdraw_%s"


class OutcomeForm(forms.Form):
    """How an approved loan turned out; the version that is wrong, and why, where one is."""

    turned_out = forms.ChoiceField(
        label=_("How it turned out"),
        choices=[("", _("Choose")), ("good", _("Good")), ("bad", _("Bad"))],
        error_messages={"required": _("Choose how the loan turned out.")},
    )
    observed_on = forms.DateField(
        label=_("Seen on"),
        help_text=_("The day on which it was so, not the day of the report."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    corrects = forms.IntegerField(required=False, min_value=1, max_value=2**15 - 1)
    reason = words(_("Why what was reported is wrong"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "outcome_%s"


class SignatureForm(forms.Form):
    """What becomes of a proposed decision."""

    proposal = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    did = forms.ChoiceField(choices=[("sign", ""), ("send_back", ""), ("take_back", "")])
    words = words(_("Why it goes back"))


class NoteForm(forms.Form):
    """A note."""

    words = forms.CharField(
        label=_("Add a note"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write something before you keep it.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "note_%s"


class ReasonForm(forms.Form):
    """A thumb on one reason: the feature, and what is thought of it."""

    opinion = forms.RegexField(r"\A[a-z][a-z0-9_]{0,99}:[a-z_]{1,20}\Z")

    def clean(self) -> dict[str, Any]:
        """Take the two apart."""
        feature, _, kind = self.cleaned_data.get("opinion", "").partition(":")
        return {"feature": feature, "kind": kind}
