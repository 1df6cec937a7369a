"""Loans of the stream as the product holds them: read back from its rows, never made up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from credit.ids import first_id
from credit.models import Application, Outcome
from scoring.policy import Recommendation
from scoring.simulation.book import Loan

_ROWS = """
SELECT a.reference, a.id, a.status, d.recommendation, d.automatic <> '', s.pd, s.model_version_id
FROM credit_application a
JOIN credit_decision d ON d.id = a.id
JOIN credit_score s ON s.application_id = a.id
WHERE a.partner_id = %(partner)s AND a.product_id = %(product)s
    AND a.id >= %(low)s AND a.id < %(high)s
    AND d.id >= %(low)s AND d.id < %(high)s
    AND s.application_id >= %(low)s AND s.application_id < %(high)s
ORDER BY a.id
"""
Status = Application.Status


@dataclass(slots=True, kw_only=True)
class Held:
    """One loan, and what the product did about it so far."""

    loan: Loan
    decision_id: str
    status: str
    recommendation: Recommendation
    pd: float | None
    version_id: int | None
    is_automatic: bool
    told: int = 0  # versions of its outcome
    decided_on: date = date.max  # both on the stream's calendar
    matures_on: date = date.max

    @property
    def is_approved(self) -> bool:
        """Whether the money went out."""
        return self.status == Status.APPROVED


def read(
    loans: Iterable[Loan], *, product: int, partner: int, since: datetime, until: datetime
) -> list[Held]:
    """Read what was decided of these loans from one moment to before another."""
    by_reference = {loan.reference: loan for loan in loans}
    bounds = {"low": first_id(since), "high": first_id(until)}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"partner": partner, "product": product, **bounds})
        rows = cursor.fetchall()
    return [
        Held(
            loan=by_reference[reference],
            decision_id=decision_id,
            status=status,
            recommendation=Recommendation(recommendation),
            pd=pd,
            version_id=version_id,
            is_automatic=is_automatic,
        )
        for reference, decision_id, status, recommendation, is_automatic, pd, version_id in rows
        if reference in by_reference
    ]


def count_outcomes(held: Iterable[Held], *, product: int, partner: int) -> None:
    """Note of each loan how many versions of its outcome were told."""
    by_id = {each.decision_id: each for each in held}
    told = Outcome.objects.filter(
        decision__application__product=product, decision__application__partner=partner
    )
    numbers = told.order_by("decision_id", "number").values_list("decision_id", "number")
    for decision_id, number in numbers.iterator():
        by_id[decision_id].told = number
