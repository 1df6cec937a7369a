"""What stands beside score and reasons on an application's page: who, budget, versions, others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from credit.models import Applicant, Correction, Decision, HandEntry
from credit.queries.similar import SimilarLoans, similar
from credit.words import value_in_words
from scoring.affordability import AffordabilityUnknown, Affordable, assess
from scoring.application import RequestedValues
from scoring.contract import Affordability, Contract, Feature
from scoring.features import Value

RELATED = (
    "application__applicant",
    "hand_entry__entered_by",
    "correction__corrected_by",
    "superseded_by__corrected_by",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedRow:
    """A detail that was put right."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRow:
    """What was put right, and the application on the other side of it."""

    decision_id: str  # of the other one
    changes: list[ChangedRow]
    source: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """Who typed the application in."""

    by: str
    by_id: int
    at: datetime
    confirmed: list[str]  # labels of the unlikely values they stand by


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """All of that."""

    applicant_name: str
    applicant_address: str
    affordable: Affordable | None
    budget: Affordability | None  # the limits of the policy it was decided under
    not_affordable_why: str  # why it cannot be judged
    entry: EntryRow | None
    may_decide_own_entries: bool
    supersedes: CorrectionRow | None
    superseded_by: CorrectionRow | None
    can_be_corrected: bool
    similar: SimilarLoans | None


def beside(decision: Decision, contract: Contract, values: dict[str, Value]) -> Beside:
    """Collect it; the decision is loaded with `RELATED`."""
    application = decision.application
    applicant: Applicant | None = getattr(application, "applicant", None)
    correction: Correction | None = getattr(decision, "correction", None)
    corrected: Correction | None = getattr(decision, "superseded_by", None)
    affordable, why = _affordable(decision, values)
    return Beside(
        applicant_name=applicant.name if applicant else "",
        applicant_address=applicant.address if applicant else "",
        affordable=affordable,
        budget=decision.policy.read().affordability,
        not_affordable_why=why,
        entry=_entry(getattr(decision, "hand_entry", None), contract),
        may_decide_own_entries=decision.policy.read().policy.may_decide_own_entries,
        supersedes=_correction(correction, contract, other="supersedes_id"),
        superseded_by=_correction(corrected, contract, other="decision_id"),
        can_be_corrected=application.can_be_corrected,
        similar=similar(application.score),
    )


def history(decision: Decision) -> Iterator[tuple[datetime, str, str]]:
    """Tell when it was typed in or corrected, by whom, and how: (at, who, what)."""
    entry: HandEntry | None = getattr(decision, "hand_entry", None)
    if entry is not None:
        yield entry.entered_at, entry.entered_by.known_as, _("Entered by hand")
    for name, what in (
        ("correction", _("Corrected: this application takes an earlier one's place")),
        ("superseded_by", _("Corrected: another application took this one's place")),
    ):
        made: Correction | None = getattr(decision, name, None)
        if made is not None:
            yield made.corrected_at, made.corrected_by.known_as, what


def _affordable(decision: Decision, values: dict[str, Value]) -> tuple[Affordable | None, str]:
    asked = decision.application
    requested = RequestedValues(amount=asked.amount, term_months=asked.term_months)
    try:
        return assess(decision.policy.read(), values, requested), ""
    except AffordabilityUnknown as unknown:
        return None, {
            "not_in_contract": _("This product asks for no income in money."),
            "no_term": _("This product has no term, and so no payment."),
            "no_income": _("No income is stated."),
        }[unknown.why]


def _entry(entry: HandEntry | None, contract: Contract) -> EntryRow | None:
    if entry is None:
        return None
    labels = {feature.name: feature.label for feature in contract.features}
    return EntryRow(
        by=entry.entered_by.known_as,
        by_id=entry.entered_by_id,
        at=entry.entered_at,
        confirmed=[labels.get(name, name) for name in entry.confirmed],
    )


def _correction(made: Correction | None, contract: Contract, *, other: str) -> CorrectionRow | None:
    if made is None:
        return None
    changes = (_changed(change, contract) for change in made.changes)
    return CorrectionRow(
        decision_id=getattr(made, other),
        changes=[change for change in changes if change is not None],
        source=made.get_source_display(),
        words=made.words,
        by=made.corrected_by.known_as,
        at=made.corrected_at,
    )


def _changed(change: dict[str, Any], contract: Contract) -> ChangedRow | None:
    """Say a change in words; None of a feature that only follows from what is asked for."""
    asked = {"requested.amount": _("Amount asked for"), "requested.term_months": _("Term")}
    name, before, after = change["field"], change["before"], change["after"]
    if name in asked:
        return ChangedRow(label=asked[name], before=str(before), after=str(after))
    feature = next((each for each in contract.features if each.name == name), None)
    if feature is None:
        return ChangedRow(label=name, before=str(before), after=str(after))
    if feature.same_as is not None:
        return None
    return ChangedRow(
        label=feature.label, before=_said(feature, before), after=_said(feature, after)
    )


def _said(feature: Feature, value: Value) -> str:
    """Say a value that may have been stated under an older contract, with other categories."""
    known = value is None or not feature.categories or str(value).lower() in feature.values
    return value_in_words(feature, value) if known or value in feature.values else str(value)
