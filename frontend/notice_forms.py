"""What people type on the pages of notices and reviews."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.models import NoticeKind, ReviewRequest
from credit.queries import notices
from frontend.forms import LONGEST

LONGEST_REASON = 300
MOST_AT_ONCE = notices.MOST
LINES = range(1, 5)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


class NoticesFilterForm(forms.Form):
    """Which notices to show."""

    SHOWN = (("due", _("Due")), ("failed", _("Not proved")), ("left", _("Left")))

    show = forms.ChoiceField(choices=SHOWN, required=False)
    product = forms.SlugField(required=False)
    after = forms.CharField(required=False, max_length=3000)

    @property
    def ended_with(self) -> int | None:
        """The notice that the page before ended with, among those that left."""
        after = self.cleaned_data.get("after", "")
        return int(after) if _NUMBER.fullmatch(after) else None


class IssueSeveralForm(forms.Form):
    """Decisions whose notices are issued at once."""

    decision = forms.MultipleChoiceField()

    def __init__(self, *args: Any, known: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"] = forms.MultipleChoiceField(
            choices=[(each, each) for each in known]
        )


class KindForm(forms.Form):
    """Which notice of an application is meant."""

    kind = forms.ChoiceField(choices=NoticeKind.choices)


class IssueForm(KindForm):
    """Let it leave; again only with a reason."""

    why_again = forms.CharField(
        label=_("Why it is issued again"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WordingForm(KindForm):
    """One to four reasons in a person's words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in LINES:
            self.fields[f"reason_{number}"] = forms.CharField(
                label=_("Reason %d") % number, required=False, max_length=LONGEST_REASON
            )

    @property
    def reasons(self) -> list[str]:
        """What was typed, in order."""
        return [self.cleaned_data[f"reason_{number}"] for number in LINES]

    @property
    def lines(self) -> list[forms.BoundField]:
        """The fields of the reasons."""
        return [self[f"reason_{number}"] for number in LINES]


class ReviewRequestForm(forms.Form):
    """An applicant's request, as an officer writes it down."""

    words = forms.CharField(
        label=_("What the applicant says"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReviewAnswerForm(forms.Form):
    """What came of a review."""

    outcome = forms.ChoiceField(choices=ReviewRequest.Outcome.choices)
    words = forms.CharField(
        label=_("What the applicant is told"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
