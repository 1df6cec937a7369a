"""What people type. Whether the thing may be done is the action's business, not the form's."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from credit.models import OfficerVerdict, WebhookDelivery
from credit.models.model_versions import Stage
from scoring.contract import OfficerReason

LONGEST = 4000  # characters of a written reason, note or comment
REASONS_FOR = {
    ("approve",): _("For approving"),
    ("decline",): _("For declining"),
    ("approve", "decline"): _("For either"),
}


class SignInForm(AuthenticationForm):
    """Says the same of an unknown name, a wrong password and a closed account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("The name or the password is not right. Both mind capital letters.")
        self.error_messages = {"invalid_login": words, "inactive": words}
        self.fields["username"].label = _("User name")


class DecisionForm(forms.Form):
    """An officer's verdict, with a reason where it has or needs one."""

    verdict = forms.ChoiceField(choices=OfficerVerdict.choices)
    offered_amount = forms.DecimalField(
        label=_("Amount offered"), required=False, max_digits=14, decimal_places=2, min_value=0
    )
    offered_term_months = forms.IntegerField(
        label=_("Term offered, in months"), required=False, min_value=1, max_value=10_000
    )
    reason_code = forms.ChoiceField(label=_("Reason"), required=False)
    reason = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        reasons: Sequence[OfficerReason],
        verdicts: tuple[str, ...],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        codes = [("", ""), *((each.code, each.label) for each in reasons)]
        field = forms.ChoiceField(label=_("Reason"), required=False, choices=codes)
        # Shown is what fits; of what does not, the action says why.
        field.widget.choices = [("", _("Choose a reason")), *_grouped(reasons, verdicts)]
        self.fields["reason_code"] = field


def _grouped(reasons: Sequence[OfficerReason], verdicts: tuple[str, ...]) -> list[tuple[Any, Any]]:
    """Offer the reasons that fit, under the verdict that they are for where there are several."""
    groups: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for each in reasons:
        fits = tuple(verdict for verdict in verdicts if each.fits(verdict))
        groups.setdefault(fits, []).append((each.code, each.label))
    groups.pop((), None)
    if len(groups) == 1:
        return next(iter(groups.values()))
    return [(REASONS_FOR[fits], rows) for fits, rows in groups.items()]


class FeedbackForm(forms.Form):
    """A thumb, and words where wanted."""

    is_helpful = forms.TypedChoiceField(
        choices=[("yes", _("It helped")), ("no", _("It did not"))],
        coerce=lambda word: word == "yes",
    )
    comment = forms.CharField(
        label=_("Comment (optional)"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 1}),
    )


class PromotionForm(forms.Form):
    """Where a version goes, and why, in the words of who signs."""

    to = forms.ChoiceField(choices=[(Stage.CHAMPION, ""), (Stage.SHADOW, "")], required=False)

    note = forms.CharField(
        label=_("Why it may serve"),
        help_text=_("Kept with your name in the audit trail."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a sentence why this version may serve.")},
    )


class ReplayForm(forms.Form):
    """Which delivery is sent again."""

    delivery = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class WebhookFilterForm(forms.Form):
    """Which deliveries to show."""

    webhook = forms.RegexField(r"\A[0-7][0-9A-HJKMNP-TV-Z]{25}\Z", required=False)
    state = forms.ChoiceField(choices=WebhookDelivery.State.choices, required=False)
