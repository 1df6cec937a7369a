"""Forms of applications that are typed in, and of details that are put right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit import applicants
from credit.models import Correction
from credit.requests import LONGEST_REFERENCE, reference_problem
from frontend.contract_forms import ContractForm
from frontend.forms import LONGEST
from scoring.unlikely import Unlikely

CONFIRMS = "right-"  # before a feature's name: the value that was asked about, as it was typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field, and the question about what stands in it."""

    field: forms.BoundField
    question: Unlikely | None = None
    confirms: str = ""  # name of the checkbox
    typed: str = ""
    is_confirmed: bool = False


class EntryForm(ContractForm):
    """An application that an officer types in."""

    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("Your own name for it; left empty, one is made up."),
        required=False,
        max_length=LONGEST_REFERENCE,
    )
    applicant_name = forms.CharField(
        label=_("Name"), max_length=applicants.LONGEST_NAME, required=False
    )
    applicant_address = forms.CharField(
        label=_("Address"),
        required=False,
        max_length=applicants.LONGEST_ADDRESS,
        help_text=_("For letters: lines as on an envelope."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    form = forms.RegexField(r"\A[0-7][0-9A-HJKMNP-TV-Z]{25}\Z", widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Hold name, address and reference against what the API takes, beside the contract."""
        cleaned = super().clean()
        who = self._who()
        if who:
            for problem in applicants.problems(who):
                name = problem.pointer.replace("/", "_")[1:]
                self.add_error(name, _wrong(problem.message))
        reference = self.cleaned_data.get("reference", "")
        wrong = reference_problem(reference) if reference else None
        if wrong:
            self.add_error("reference", _wrong(wrong[1]))
        return cleaned

    @property
    def request(self) -> dict[str, Any]:
        """What was typed, as a partner's request would say it."""
        who = self._who()
        named = {"reference": self.cleaned_data["reference"], **self.body}
        return named | ({"applicant": who} if who else {})

    def _who(self) -> dict[str, str]:
        name = self.cleaned_data.get("applicant_name", "")
        address = self.cleaned_data.get("applicant_address", "").replace("\r\n", "\n")
        if not name and not address:
            return {}
        said = {"name": name} if name else {}
        return said | ({"address": address} if address else {})

    def confirmed(self, questions: Sequence[Unlikely]) -> set[str]:
        """Name the features whose very value somebody said was right."""
        return {
            each.feature
            for each in questions
            if (said := self.data.get(f"{CONFIRMS}{each.feature}"))
            and said == self.data.get(_field_of(self, each.feature))
        }

    def rows(self, questions: Sequence[Unlikely] = ()) -> list[Row]:
        """Give the fields of what is asked for and of the features, each with its question."""
        asked = {_field_of(self, each.feature): each for each in questions}
        confirmed = self.confirmed(questions)
        return [
            self._row(field, asked.get(field.name), confirmed)
            for field in (*self.requested_fields, *self.feature_fields)
        ]

    def _row(self, field: forms.BoundField, question: Unlikely | None, confirmed: set[str]) -> Row:
        if question is None:
            return Row(field=field)
        return Row(
            field=field,
            question=question,
            confirms=f"{CONFIRMS}{question.feature}",
            typed=str(self.data.get(field.name, "")),
            is_confirmed=question.feature in confirmed,
        )


class CorrectionForm(ContractForm):
    """An application's details as they are in truth, and who says so."""

    source = forms.ChoiceField(
        label=_("Where the right value is from"),
        choices=[("", _("Choose")), *Correction.Source.choices],
        error_messages={"required": _("Choose where it is from.")},
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("What you saw or heard, and when."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a few words what you saw or heard.")},
    )


def _field_of(form: ContractForm, feature: str) -> str:
    """Name the field that a feature's value is typed into."""
    same = form.contract.feature(feature).same_as
    return same.replace(".", "-") if same else f"features-{feature}"


def _wrong(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."
