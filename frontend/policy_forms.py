"""What the pages of policies take. The form of a policy is made from what the policy says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from credit.queries.policies import InForce
from frontend.forms import LONGEST
from frontend.policy_words import (
    FIELDS,
    OF_A_RULE,
    PARTS,
    WITHOUT,
    in_words,
    label_of,
    value_in_words,
)
from scoring.contract import Contract, ContractRefused
from scoring.contracts.policy_settings import RULES, Kind, Setting, removable, rule_settings
from scoring.contracts.policy_texts import TextNotRewritable, changed
from scoring.results.through_the_door import STEPS

NEW = "new"  # the prefix of a rule that is not there yet
REMOVED = "remove"
NONE_OF = "without"  # the prefix of a table that is taken away whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Fields of the form that belong together, under one heading."""

    title: str
    fields: list[forms.BoundField]
    is_new: bool = False


class ProposalForm(forms.Form):
    """A policy with its settings as they are in force, to be changed."""

    valid_from = forms.DateTimeField(
        label=_("From when it holds (UTC)"),
        help_text=_("Without a date, from its approval on."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    why = forms.CharField(
        label=_("Why it should change"),
        help_text=_("Kept with your name in the audit trail."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a sentence why the policy should change.")},
    )

    def __init__(
        self, *args: Any, in_force: InForce, tried: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.contract = in_force.contract
        self.settings = in_force.settings
        self.source = b""
        for path, setting in self.settings.items():
            if setting.kind is not Kind.OTHER:
                value = (tried or {}).get(path, setting.value)
                self.fields[path] = _field(setting, label_of(path), value, self.contract)
        for rule in self.rules:
            self.fields[f"{REMOVED}.{rule}"] = forms.BooleanField(
                label=_("Take this rule away"), required=False
            )
        self.fields |= _new_rule(self.contract)
        self.tables = removable(self.contract)
        for table in self.tables:
            self.fields[f"{NONE_OF}.{table}"] = forms.BooleanField(
                label=_("Take all of this away"),
                help_text=str(WITHOUT.get(table, "")),
                required=False,
            )

    @property
    def rules(self) -> list[str]:
        """The names of the rules there are."""
        found = (path for path in self.settings if path.startswith(f"{RULES}."))
        return list(dict.fromkeys(path.split(".")[2] for path in found))

    @property
    def parts(self) -> Iterator[Part]:
        """The settings under their headings, rules after the cut-offs."""
        left = [path for path in self.settings if path in self.fields]
        left = [path for path in left if not path.startswith(f"{RULES}.")]
        for number, (title, beginnings) in enumerate(PARTS):
            own = [path for path in left if path.startswith(beginnings)]
            left = [path for path in left if path not in own]
            if own:
                gone = [
                    f"{NONE_OF}.{each}" for each in self.tables if own[0].startswith(f"{each}.")
                ]
                yield Part(title=str(title), fields=[self[path] for path in [*own, *gone]])
            if number == 0:
                yield from self._of_rules()

    def clean(self) -> dict[str, Any]:
        """Let the contract's own parser read what was typed; its problems stand at the fields."""
        cleaned = super().clean() or self.cleaned_data
        if str(cleaned.get(f"{NEW}.rule") or "").strip() in self.rules:
            self.add_error(f"{NEW}.rule", _("There is a rule of this name."))
            return cleaned
        try:
            self.source = changed(self.contract, self.changes).encode()
        except ContractRefused as refused:
            for problem in refused.problems:
                self._refuse(problem.path, in_words(problem.message, at=problem.path))
        except TextNotRewritable as refused:
            self.add_error(None, in_words(str(refused)))
        return cleaned

    @property
    def changes(self) -> dict[str, str]:
        """What was typed that is not in force."""
        typed = {
            path: str(self.cleaned_data.get(path) or "").strip()
            for path in self.settings
            if path in self.fields
        }
        gone = [
            *self._ticked(REMOVED, self.rules, of=f"{RULES}."),
            *self._ticked(NONE_OF, self.tables),
        ]
        found = {
            path: words
            for path, words in typed.items()
            if words != self.settings[path].value and not _is_of(path, gone)
        }
        return found | dict.fromkeys(gone, "") | self._new_rule_typed()

    def _ticked(self, box: str, names: Sequence[str], *, of: str = "") -> list[str]:
        return [f"{of}{name}" for name in names if self.cleaned_data.get(f"{box}.{name}")]

    def _new_rule_typed(self) -> dict[str, str]:
        typed = {key: str(self.cleaned_data.get(f"{NEW}.{key}") or "") for key in OF_A_RULE}
        name = str(self.cleaned_data.get(f"{NEW}.rule") or "").strip()
        if not name:
            return {}
        return {f"{RULES}.{name}.{key}": words for key, words in typed.items() if words}

    def _of_rules(self) -> Iterator[Part]:
        for rule in self.rules:
            of_it = [path for path in self.settings if path.startswith(f"{RULES}.{rule}.")]
            yield Part(
                title=_now("Rule: {name}").format(name=rule),
                fields=[self[path] for path in [*of_it, f"{REMOVED}.{rule}"]],
            )
        keys = ["rule", *OF_A_RULE]
        yield Part(
            title=_now("Another rule"),
            fields=[self[f"{NEW}.{key}"] for key in keys],
            is_new=True,
        )

    def _refuse(self, path: str, message: str) -> None:
        """Put a problem at its field; of a rule as a whole, at the first of its fields."""
        rule, _dot, key = path.removeprefix(f"{RULES}.").partition(".")
        at_new = f"{NEW}.{key or 'rule'}"
        if path in self.fields:
            self.add_error(path, message)
        elif f"{path}.field" in self.fields:
            self.add_error(f"{path}.field", message)
        elif path.startswith(RULES) and rule not in self.rules and at_new in self.fields:
            self.add_error(at_new, message)
        else:
            self.add_error(None, f"{label_of(path)}: {message}")


def _is_of(path: str, tables: Sequence[str]) -> bool:
    return any(path.startswith(f"{table}.") for table in tables)


def _field(setting: Setting, label: str, value: str, contract: Contract) -> forms.Field:
    key = setting.path.rpartition(".")[2]
    options: dict[str, Any] = {"label": label, "initial": value, "required": False}
    if setting.path.startswith(f"{RULES}."):
        options["label"] = OF_A_RULE.get(key, key)
        if key == "field":
            return forms.ChoiceField(choices=_fields_for_rules(contract), **options)
    if setting.kind is Kind.FLAG:
        return forms.ChoiceField(choices=[("false", _("no")), ("true", _("yes"))], **options)
    if setting.kind is Kind.CHOICE:
        choices = [(each, value_in_words(each)) for each in setting.choices]
        return forms.ChoiceField(choices=choices, **options)
    if setting.kind is Kind.DAY:
        widget = forms.DateInput(attrs={"type": "date"})
        return forms.CharField(max_length=LONGEST, widget=widget, **options)
    attrs = {} if setting.kind in {Kind.WORDS, Kind.LIST} else {"inputmode": "decimal"}
    return forms.CharField(max_length=LONGEST, widget=forms.TextInput(attrs=attrs), **options)


def _fields_for_rules(contract: Contract) -> list[tuple[str, Any]]:
    """List the numbers of an application that a rule may be about."""
    without = set() if contract.requested.has_term else {"requested.term_months"}
    numeric = [
        (f"features.{each.name}", each.label) for each in contract.features if each.kind.is_numeric
    ]
    return [*((name, FIELDS[name]) for name in FIELDS if name not in without), *numeric]


def _new_rule(contract: Contract) -> dict[str, forms.Field]:
    name = forms.CharField(
        label=_("Its name"),
        help_text=_("Small letters, digits and underscores. Empty: there is no other rule."),
        required=False,
        max_length=63,
    )
    settings = rule_settings(NEW)
    made = {
        f"{NEW}.{key}": _field(settings[f"{RULES}.{NEW}.{key}"], "", "", contract)
        for key in OF_A_RULE
    }
    return {f"{NEW}.rule": name, **made}


class AnswerForm(forms.Form):
    """What becomes of a change that was asked for."""

    do = forms.ChoiceField(choices=[("approve", ""), ("refuse", ""), ("drop", "")])
    words = forms.CharField(
        label=_("In a sentence (a refusal needs one)"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WithdrawForm(forms.Form):
    """Why a policy should not come into force."""

    why = forms.CharField(
        label=_("Why it should not come into force"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 1}),
        error_messages={"required": _("Say in a sentence why it should not come into force.")},
    )


class RangeInput(forms.NumberInput):
    """A slider."""

    input_type = "range"


class TryForm(forms.Form):
    """Cut-offs to try, in per cent, and the months to try them on."""

    approve = forms.FloatField(
        label=_("Approve up to a PD of"),
        min_value=0,
        max_value=100,
        widget=RangeInput(attrs={"step": 100 / STEPS}),
    )
    decline = forms.FloatField(
        label=_("Decline from a PD of"),
        min_value=0,
        max_value=100,
        widget=RangeInput(attrs={"step": 100 / STEPS}),
    )

    def __init__(self, *args: Any, months: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("since", _("From")), ("until", _("Until"))):
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=months, coerce=date.fromisoformat
            )

    def clean(self) -> dict[str, Any]:
        """Take cut-offs in whole steps; hold the ends of both ranges against one another."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("approve", "decline"):
            if name in cleaned:
                cleaned[name] = round(cleaned[name] / 100 * STEPS) / STEPS
        if "approve" in cleaned and "decline" in cleaned:
            self._check(cleaned["approve"] < cleaned["decline"], "decline", _MEET)
        if "since" in cleaned and "until" in cleaned:
            self._check(cleaned["since"] <= cleaned["until"], "until", _TURNED)
        return cleaned

    def _check(self, holds: bool, name: str, words: Any) -> None:  # noqa: FBT001 - a condition
        if not holds:
            self.add_error(name, words)


_MEET = _("It must be above the PD up to which applications are approved.")
_TURNED = _("The last month must not be before the first.")
