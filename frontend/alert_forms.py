"""What the pages of alerts take."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.actions.refusals import ROLE_WORDS
from credit.alert_kinds import kind_of
from credit.models import AlertCase, Role
from credit.queries import alerts
from frontend.forms import LONGEST
from frontend.registry_forms import ToldElsewhere

_DAY = {"type": "datetime-local"}
_MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
_MISSING = {"required": _("Say it in a sentence.")}
STATES = {
    "unresolved": _("Not resolved"),
    "open": _("Open"),
    "acknowledged": _("Acknowledged"),
    "silenced": _("Silenced"),
    "resolved": _("Resolved"),
    "all": _("All"),
}


class AlertFilterForm(forms.Form):
    """Which alerts to show."""

    state = forms.ChoiceField(label=_("State"), choices=list(STATES.items()), required=False)
    product = forms.ChoiceField(label=_("Product"), required=False)
    cause = forms.ChoiceField(label=_("Cause"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)

    def __init__(self, *args: Any, roles: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        causes, products = alerts.causes_and_products(roles=roles)
        owned = [(role, ROLE_WORDS[Role(role)]) for role in alerts.owners()]
        self._offer("product", products)
        self._offer("cause", [(cause, kind_of(cause).words) for cause in causes])
        self._offer("owner", owned)

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *choices]


class NothingForm(ToldElsewhere):
    """A button that says it all."""


class AssignForm(ToldElsewhere):
    """Whom an alert is given to."""

    to = forms.CharField(max_length=150)


class CommentForm(ToldElsewhere):
    """What is to be kept with an alert."""

    words = forms.CharField(
        label=_("What should be kept with it"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 1}),
        error_messages=_MISSING,
    )


class ResolveForm(ToldElsewhere):
    """What was done about an alert that is over."""

    words = forms.CharField(
        label=_("What was done"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=_MISSING,
    )


class SilenceForm(ToldElsewhere):
    """Until when (UTC) nobody is told, and why."""

    until = forms.DateTimeField(
        label=_("Until (UTC)"),
        widget=forms.DateTimeInput(attrs=_DAY, format="%Y-%m-%dT%H:%M"),
        input_formats=_MOMENTS,
        error_messages={"required": _("Say until when."), "invalid": _("Say until when.")},
    )
    words = forms.CharField(
        label=_("Why, in a sentence"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=_MISSING,
    )


class CloseForm(ToldElsewhere):
    """What was decided, why, and whether the same finding is to be quiet for a while."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", _("Choose")), *AlertCase.Decision.choices],
        error_messages={"required": _("Say which decision was taken.")},
    )
    words = forms.CharField(
        label=_("Why, in a sentence"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=_MISSING,
    )
    quiet_until = forms.DateTimeField(
        label=_("Silence the same finding until (UTC), if that takes time to help"),
        required=False,
        widget=forms.DateTimeInput(attrs=_DAY, format="%Y-%m-%dT%H:%M"),
        input_formats=_MOMENTS,
    )


class MailForm(ToldElsewhere):
    """Whether a person wants alerts by mail."""

    wants = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
