"""Forms of the accounts' admin. They ask the actions' own rules, so refusals are sentences."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin.helpers import ActionForm
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from credit.actions import api_keys, users
from credit.actions.refusals import ROLE_WORDS, ActionDenied
from credit.models import ApiKey, Partner, Role, User
from credit.models.partners import Scope
from credit.rates import Limit

LIMIT_FIELDS = ("rate_per_second", "rate_burst")
ROLES = [(role.value, capfirst(word)) for role, word in ROLE_WORDS.items()]


if TYPE_CHECKING:  # they are generic to the type checker only
    FormOfUser = forms.ModelForm[User]
    FormOfKey = forms.ModelForm[ApiKey]
    FormOfPartner = forms.ModelForm[Partner]
else:
    FormOfUser = FormOfKey = FormOfPartner = forms.ModelForm


class _UserForm(FormOfUser):
    roles = forms.MultipleChoiceField(choices=ROLES, widget=forms.CheckboxSelectMultiple)

    def clean_roles(self) -> list[Role]:
        roles = [Role(name) for name in self.cleaned_data["roles"]]
        try:
            users.check_roles(frozenset(roles))
        except ActionDenied as refused:
            raise forms.ValidationError(str(refused)) from refused
        return roles


class NewUserForm(_UserForm):
    """A new account."""

    password = forms.CharField(widget=forms.PasswordInput, strip=False)

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name")

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rules."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            users.check_password(
                cleaned.get("password", ""), User(username=cleaned.get("username", ""))
            )
        except ActionDenied as refused:
            self.add_error("password", str(refused))
        return cleaned


class UserForm(_UserForm):
    """An account that exists: its roles, whether it may sign in, and where alerts are mailed."""

    class Meta:
        model = User
        fields = ("is_active", "email", "mails_alerts")
        labels: ClassVar = {"mails_alerts": _("Alerts by mail")}
        help_texts: ClassVar = {
            "mails_alerts": _("New alerts of their roles, where there is an address.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].initial = sorted(self.instance.roles)


class _LimitForm(FormOfKey):
    """The two halves of a rate limit, which stand together or not at all."""

    def clean(self) -> dict[str, Any]:
        """Refuse half a limit, and one under which nobody could call."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = [cleaned.get("rate_per_second"), cleaned.get("rate_burst")]
        try:
            if given.count(None) == 1:
                raise api_keys.BadLimit(gettext("Give both halves of the limit, or neither."))
            api_keys.check_limit(self.limit)
        except ActionDenied as refused:
            raise forms.ValidationError(str(refused)) from refused
        return cleaned

    @property
    def limit(self) -> Limit | None:
        """The limit that was given; None: what stands above applies."""
        per_second, burst = (self.cleaned_data.get(name) for name in LIMIT_FIELDS)
        return None if per_second is None or burst is None else Limit(per_second, burst)


class NewKeyForm(_LimitForm):
    """A key or an OAuth client to be issued."""

    is_client = forms.BooleanField(
        label=_("OAuth client"),
        required=False,
        help_text=_(
            "Its secret is changed for tokens of an hour, instead of being sent each time."
        ),
    )

    partner_name = forms.SlugField(
        label=_("Partner"), help_text=_("Small letters, digits and dashes; a new one is made.")
    )
    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(min_value=1, max_value=730, initial=365, label=_("Good for days"))

    class Meta:
        model = ApiKey
        fields = LIMIT_FIELDS

    def clean_partner_name(self) -> str:
        """Hold the partner's name against the rule."""
        partner: str = self.cleaned_data["partner_name"]
        try:
            api_keys.check_partner(partner)
        except ActionDenied as refused:
            raise forms.ValidationError(str(refused)) from refused
        return partner

    @property
    def lasts(self) -> timedelta:
        """How long the key will be good for."""
        return timedelta(days=self.cleaned_data["days"])


class KeyForm(_LimitForm):
    """What may change about a key."""

    class Meta:
        model = ApiKey
        fields = LIMIT_FIELDS


class RotationForm(ActionForm):
    """What an action on chosen keys may be told."""

    overlap_hours = forms.IntegerField(
        min_value=0,
        max_value=24 * 90,
        initial=24 * 7,
        required=False,  # the other actions do without
        label=_("Old key stays good for hours"),
    )


class PartnerForm(_LimitForm):
    """What may change about a partner."""

    class Meta:
        model = Partner
        fields = ("name", "is_active", *LIMIT_FIELDS)
