"""Own decisions as rows to learn from: which label each has, and which have none that counts.

Law 11 holds for every source: a row enters only when the contract's performance window has passed
since it was decided. So an outcome inside its window says nothing, and neither does the silence
about a loan that is young.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

import polars as pl
from django.db.models import QuerySet

from credit.ids import first_id
from credit.models import (
    Application,
    Decision,
    OfficerDecision,
    OfficerVerdict,
    Outcome,
    Product,
    ReasonFeedback,
)
from credit.models.outcomes import OutcomeQuerySet
from scoring.contract import Contract, Kind, LabelSource
from scoring.features import InputRefused, validate
from scoring.records import normalised
from scoring.results.windows import months_after

APPLIED_ON = "applied_on"
MOST_REJECTS = 50_000  # the newest of them: guesses should not drown what is known
DATA_IS_WRONG, OTHER_CONTRACT = "data_is_wrong", "other_contract"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Rows of own decisions, where their labels come from, and what was left out."""

    frame: pl.DataFrame
    sources: dict[str, int]
    excluded: dict[str, int]
    immature: int


def gathered(product: Product, contract: Contract, schema: pl.Schema, *, at: datetime) -> Gathered:
    """Gather what may be learned from as of a moment, by the contract's label policy."""
    excluded: Counter[str] = Counter({DATA_IS_WRONG: 0, OTHER_CONTRACT: 0})
    doubted = _doubted(product, at=at)
    rows, sources = [], Counter(dict.fromkeys(_sources(contract), 0))
    for source, decision, bad in _labelled(product, contract, at=at):
        values = None if decision.pk in doubted else _values(contract, decision)
        if values is None:
            excluded[DATA_IS_WRONG if decision.pk in doubted else OTHER_CONTRACT] += 1
            continue
        sources[source] += 1
        row = _row(contract, source, decision, values, bad)
        rows.append({name: row[name] for name in schema})
    return Gathered(
        frame=pl.DataFrame(rows, schema=schema),
        sources={str(source): n for source, n in sources.items()},
        excluded=dict(excluded),
        immature=outcomes_of(product, at=at).filter(matures_on__gt=at.date()).count(),
    )


def outcomes_of(product: Product, *, at: datetime) -> OutcomeQuerySet:
    """Give each decision's outcome in the version that was the newest at that moment.

    Of an application that was corrected, the corrected one counts, once.
    """
    of_product = Outcome.objects.filter(decision__application__product=product)
    superseded = Application.Status.SUPERSEDED
    return of_product.exclude(decision__application__status=superseded).as_of(at)


def _sources(contract: Contract) -> Iterator[LabelSource]:
    yield from (LabelSource.MATURED, LabelSource.CORRECTED)
    if contract.learning.infers:
        yield LabelSource.INFERRED
    if contract.learning.officer_weight:
        yield LabelSource.OFFICER


def _labelled(
    product: Product, contract: Contract, *, at: datetime
) -> Iterator[tuple[LabelSource, Decision, int | None]]:
    """Give each decision that has a label by the policy, in a fixed order."""
    matured = outcomes_of(product, at=at).filter(matures_on__lte=at.date())
    loans = matured.select_related("decision__application", "decision__officer_decision")
    for outcome in loans.iterator():
        source = LabelSource.CORRECTED if outcome.corrects is not None else LabelSource.MATURED
        yield source, outcome.decision, int(outcome.is_bad)
    until = _window_before(contract, at=at)
    judged: set[str] = set()
    if contract.learning.officer_weight:
        for made in _judged(product, until=until, at=at):
            judged.add(made.decision_id)
            is_declined = made.verdict == OfficerVerdict.DECLINE
            yield LabelSource.OFFICER, made.decision, int(is_declined)
    if contract.learning.infers:
        for decision in _declined(product, until=until):
            if decision.pk not in judged:
                yield LabelSource.INFERRED, decision, None


def _window_before(contract: Contract, *, at: datetime) -> datetime:
    """Give the moment until which decisions are older than the performance window."""
    day = months_after(at.date(), -contract.outcome.window_months)
    return datetime.combine(day, time(), UTC)


def _judged(product: Product, *, until: datetime, at: datetime) -> QuerySet[OfficerDecision]:
    """Find what officers approved or declined and nobody had reported an outcome of."""
    found = OfficerDecision.objects.filter(
        decision__application__product=product,
        decided_at__lt=until,
        verdict__in=(OfficerVerdict.APPROVE, OfficerVerdict.DECLINE),
        decision__application__status__in=(
            Application.Status.APPROVED,
            Application.Status.DECLINED,
        ),
    ).exclude(decision__outcomes__reported_at__lte=at)
    return found.select_related("decision__application").order_by("decision_id")


def _declined(product: Product, *, until: datetime) -> list[Decision]:
    """Find the newest declined applications of the time that loans have matured of."""
    found = Decision.objects.filter(
        pk__lt=first_id(until),
        application__product=product,
        application__status=Application.Status.DECLINED,
    )
    newest = found.select_related("application", "officer_decision").order_by("-pk")
    return sorted(newest[:MOST_REJECTS], key=lambda decision: decision.pk)


def _doubted(product: Product, *, at: datetime) -> set[str]:
    """Find decisions whose data an officer called wrong.

    A partner's word for it removes nothing: it could take out the loans that turned out bad.
    """
    found = ReasonFeedback.objects.filter(
        kind=ReasonFeedback.Kind.DATA_WRONG,
        given_at__lte=at,
        decision__application__product=product,
    )
    return set(found.values_list("decision_id", flat=True))


def _values(contract: Contract, decision: Decision) -> Row | None:
    """Read what was stated by this contract; None where it was decided under another kind."""
    try:
        return normalised(contract, validate(contract, _as_lent(contract, decision)))
    except InputRefused:
        return None


def _row(
    contract: Contract, source: LabelSource, decision: Decision, values: Row, bad: int | None
) -> Row:
    weights = {
        LabelSource.INFERRED: contract.learning.reject_weight,
        LabelSource.OFFICER: contract.learning.officer_weight,
    }
    return {
        "row": f"decision:{decision.pk}",
        **values,
        "bad": bad,
        APPLIED_ON: decision.application.received_at.date(),
        "label": str(source),
        "weight": weights.get(source, 1.0),
    }


def _as_lent(contract: Contract, decision: Decision) -> Row:
    """Give what was stated; of a loan on the terms of a counter-offer, those that were lent."""
    made: OfficerDecision | None = getattr(decision, "officer_decision", None)
    stated: Row = decision.application.features
    if made is None or made.offered_amount is None:
        return stated
    lent: Row = {
        "requested.amount": float(made.offered_amount),
        "requested.term_months": made.offered_term_months,
    }
    return stated | {
        each.name: round(lent[each.same_as]) if each.kind is Kind.INTEGER else lent[each.same_as]
        for each in contract.features
        if each.same_as is not None and stated.get(each.name) is not None
    }
