"""What officers choose and write at the queue."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.models import User
from credit.queries.queue import Choices
from credit.queue_filters import Due, Holder, State, Wanted

LONGEST_WORDS = 1000
AGES = [("", _("Any")), (1, _("1 day")), (3, _("3 days")), (7, _("7 days")), (14, _("14 days"))]


class Choice(forms.Select):
    """A list of choices without groups, drawn at once: the queue has seven of them."""

    template_name = "_select.html"


class QueueFilterForm(forms.Form):
    """Which part of the queue to show."""

    q = forms.CharField(
        label=_("Name, reference or id"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto"}),
    )
    state = forms.ChoiceField(label=_("Show"), choices=State.choices, required=False, widget=Choice)
    holder = forms.ChoiceField(
        label=_("In the hands of"), choices=Holder.choices, required=False, widget=Choice
    )
    due = forms.ChoiceField(label=_("Due"), choices=Due.choices, required=False, widget=Choice)
    product = forms.ChoiceField(label=_("Product"), required=False, widget=Choice)
    band = forms.ChoiceField(label=_("Band"), required=False, widget=Choice)
    partner = forms.ChoiceField(label=_("Partner"), required=False, widget=Choice)
    amount_from = forms.DecimalField(
        label=_("Amount from"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    amount_to = forms.DecimalField(
        label=_("Amount to"), required=False, min_value=0, max_digits=14, decimal_places=2
    )
    older_than = forms.TypedChoiceField(
        label=_("Waiting at least"),
        choices=AGES,
        coerce=int,
        empty_value=None,
        required=False,
        widget=Choice,
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("product", _("All products"), choices.products)
        self._offer("partner", _("All partners"), choices.partners)
        self._offer("band", _("All bands"), choices.bands)

    @property
    def wanted(self) -> Wanted:
        """The filters that were understood; what was not filters nothing."""
        self.is_valid()
        return Wanted(**self.cleaned_data)

    def _offer(self, name: str, everything: Any, offered: Iterable[tuple[str, str]]) -> None:
        """Offer what stands in the queue, and what is asked for though nothing like it waits."""
        pairs = list(offered)
        asked = self.data.get(name, "")
        if asked and asked not in {value for value, _ in pairs}:
            pairs.append((asked, asked))
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as declared above
        field.choices = [("", everything), *pairs]


class SaveViewForm(forms.Form):
    """What a view is called."""

    name = forms.CharField(label=_("Save these filters as"), max_length=40)


class RemoveViewForm(forms.Form):
    """Which view goes."""

    remove = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class HoldForm(forms.Form):
    """Take an application in hand, or give it back."""

    do = forms.ChoiceField(choices=[("take", ""), ("release", "")])


class ReferUpForm(forms.Form):
    """Why a senior officer should go on with it."""

    words = forms.CharField(
        label=_("Why should a senior officer decide this?"),
        help_text=_("They read it with the application. Kept with your name."),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class ReassignForm(forms.Form):
    """Who goes on with it."""

    to = forms.TypedChoiceField(label=_("Give it to"), coerce=int)

    def __init__(self, *args: Any, officers: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = forms.TypedChoiceField(
            label=_("Give it to"),
            coerce=int,
            choices=[
                ("", _("Choose an officer")),
                *((each.pk, each.known_as) for each in officers),
            ],
        )
