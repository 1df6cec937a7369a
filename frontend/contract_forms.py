"""Forms that a contract makes: its labels, units, bounds and choices. It alone refuses."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontend.sentences import translated
from scoring.application import RequestedValues, ValidApplication, validate_application
from scoring.contract import Contract, Feature, Kind, digits
from scoring.features import FieldProblem, InputRefused, Value

YES, NO = "true", "false"
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
LONGEST = 40  # characters of a number


class NumberField(forms.CharField):
    """A number as people write it; its bounds are said alike beforehand and in a refusal."""

    def __init__(
        self, *, label: str, bounds: str, help_text: str = "", inputmode: str = "decimal"
    ) -> None:
        attributes = {"inputmode": inputmode, "autocomplete": "off"}
        super().__init__(
            label=label,
            help_text=help_text or bounds,
            required=False,
            max_length=LONGEST,
            widget=forms.TextInput(attrs=attributes),
        )
        self.bounds = bounds


class ContractForm(forms.Form):
    """What is asked for, and every feature that does not follow from it.

    A field is named by its pointer: `/features/savings` is `features-savings`.
    """

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = contract
        self.found: ValidApplication | None = None
        self.fields |= _requested_fields(contract)
        self.fields |= {
            f"features-{feature.name}": _field(feature)
            for feature in contract.features
            if feature.same_as is None
        }

    @property
    def requested_fields(self) -> list[forms.BoundField]:
        """The fields of what is asked for."""
        return [self[name] for name in self.fields if name.startswith("requested-")]

    @property
    def feature_fields(self) -> list[forms.BoundField]:
        """The fields of the features, in contract order."""
        return [self[name] for name in self.fields if name.startswith("features-")]

    @property
    def body(self) -> dict[str, Any]:
        """What was typed, as a partner's request would say it."""
        asked: dict[str, Value] = {"amount": self._typed("requested-amount") or None}
        if self.contract.requested.has_term:
            asked["term_months"] = _number(self._typed("requested-term_months"), is_whole=True)
        features = {feature.name: self._value(feature, asked) for feature in self.contract.features}
        return {"requested": asked, "features": features}

    def clean(self) -> dict[str, Any]:
        """Hold what was typed against the contract, and say each problem at its field."""
        body = self.body
        try:
            self.found = validate_application(self.contract, **body, monitoring={})
        except InputRefused as refused:
            for problem in sorted(refused.problems, key=_is_of_a_feature):
                self._refuse(problem)
        return self.cleaned_data

    def _refuse(self, problem: FieldProblem) -> None:
        name = problem.pointer[1:].replace("/", "-")
        feature = next(
            (each for each in self.contract.features if name == f"features-{each.name}"), None
        )
        if feature is not None and feature.same_as is not None:
            name = feature.same_as.replace(".", "-")
            if name in self.errors:
                return  # what follows from it is wrong for the same reason
        field = self.fields.get(name)
        words = _in_words(problem, feature)
        if problem.code == "out_of_bounds" and isinstance(field, NumberField):
            words = _("Must be %s.") % field.bounds
        self.add_error(None if field is None else name, words)

    def _value(self, feature: Feature, asked: Mapping[str, Value]) -> Value:
        if feature.same_as is not None:
            same = asked.get(feature.same_as.removeprefix("requested."))
            return _number(str(same), is_whole=feature.kind is not Kind.DECIMAL) if same else None
        return _read(feature, self._typed(f"features-{feature.name}"))

    def _typed(self, name: str) -> str:
        text = str(self.cleaned_data.get(name) or "").strip()
        is_chosen = isinstance(self.fields[name], forms.ChoiceField)
        return text if is_chosen else _plain(text)


def initial_of(
    contract: Contract, features: Mapping[str, Value], requested: RequestedValues
) -> dict[str, str]:
    """Write stated values as a person would type them; what the contract does not ask is let go."""
    typed = {
        f"features-{feature.name}": _written(features.get(feature.name))
        for feature in contract.features
    }
    return typed | {
        "requested-amount": formats.localize_input(f"{requested.amount:.2f}"),
        "requested-term_months": _written(requested.term_months),
    }


def _requested_fields(contract: Contract) -> dict[str, forms.Field]:
    asked = contract.requested
    amounts = _bounds(asked.amount_minimum, asked.amount_maximum, contract.currency)
    fields: dict[str, forms.Field] = {
        "requested-amount": NumberField(label=_("Amount asked for"), bounds=amounts)
    }
    if asked.has_term:
        ends = {"low": asked.term_minimum, "high": asked.term_maximum}
        fields["requested-term_months"] = NumberField(
            label=_("Term"),
            bounds=_("%(low)s to %(high)s months") % ends,
            inputmode="numeric",
        )
    return fields


def _bounds(low: Decimal | str, high: Decimal | str, unit: str) -> str:
    ends = (formats.number_format(end, use_l10n=True, force_grouping=True) for end in (low, high))
    said = dict(zip(("low", "high"), ends, strict=True), unit=unit)
    return (_("%(low)s to %(high)s %(unit)s") % said).strip()


def _field(feature: Feature) -> forms.Field:
    if feature.kind in {Kind.CATEGORY, Kind.BOOLEAN}:
        return _choice_field(feature)
    low, high = (digits(end) for end in feature.bounds)
    bounds = _bounds(low, high, feature.unit or "")
    said = [bounds]
    if feature.may_be_missing:
        said.append(_("empty: %(missing)s") % {"missing": feature.missing_label})
    usual = "; ".join(said)
    return NumberField(
        label=feature.label,
        bounds=bounds,
        help_text=f"{usual} \u00b7 {feature.help}" if feature.help else usual,
        inputmode="decimal" if feature.kind is Kind.DECIMAL else "numeric",
    )


def _choice_field(feature: Feature) -> forms.Field:
    nothing = feature.missing_label if feature.may_be_missing else gettext_lazy("Choose")
    return forms.ChoiceField(
        label=feature.label,
        help_text=feature.help or "",
        required=False,
        choices=[("", nothing), *((each.value, each.label) for each in feature.categories)],
        error_messages={"invalid_choice": gettext_lazy("This is none of the choices.")},
    )


def _read(feature: Feature, text: str) -> Value:
    if not text:
        return None
    if feature.kind is Kind.CATEGORY:
        return text
    if feature.kind is Kind.BOOLEAN:
        return {YES: True, NO: False}.get(text, text)
    return _number(text, is_whole=feature.kind is not Kind.DECIMAL)


def _plain(text: str) -> str:
    """Take off what only makes a number easier to read."""
    bare = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    if _GROUPED.fullmatch(bare) and formats.get_format("DECIMAL_SEPARATOR") == ".":
        return bare.replace(",", "")
    return str(formats.sanitize_separators(bare))


def _number(text: str, *, is_whole: bool) -> Value:
    """Read a number; what is none stays a text, which the contract refuses by its field."""
    if not text:
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    if is_whole:
        return int(number) if number == number.to_integral_value() else float(number)
    return float(number)


def _written(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float):
        value = int(value) if value.is_integer() else value
    return str(formats.localize_input(value))


def _is_of_a_feature(problem: FieldProblem) -> bool:
    """Let what is requested come first: a feature that is the same says nothing more."""
    return problem.pointer.startswith("/features/")


def _in_words(problem: FieldProblem, feature: Feature | None) -> str:
    """Say a problem as a person would; what has no words of its own stays as the contract says."""
    is_whole = feature is None or feature.kind is not Kind.DECIMAL
    words = {
        "missing": _("This is needed."),
        "not_finite": _("Write a number."),
        "wrong_type": _("Write a whole number.") if is_whole else _("Write a number."),
        "unknown_category": _("This is none of the choices."),
    }
    if problem.pointer == "/requested/amount" and problem.code == "wrong_type":
        return _("Write an amount with at most two decimals.")
    said = words.get(problem.code)
    if said:
        return said
    message = translated(problem.message)
    return f"{message[:1].upper()}{message[1:]}."
