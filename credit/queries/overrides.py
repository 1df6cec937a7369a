"""Why officers go against a model's recommendations, by the reason codes that they give."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from credit.models import Decision, OfficerDecision
from credit.models.products import ContractVersion
from credit.queries.opinions import LOOKS_BACK

MOST = 2_000  # overrides that are counted: a page's time does not grow with what is stored


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonGiven:
    """How often one reason was given, by the side of the cut-off that it went against."""

    label: str
    low_side: int  # lent, or offered other terms, where declining was recommended
    high_side: int  # declined, or offered other terms, where approving was recommended

    @property
    def n(self) -> int:
        """How often it was given."""
        return self.low_side + self.high_side


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """The newest overrides of a product that stand, and from when to when they are."""

    n: int
    first_on: date | None
    last_on: date | None
    is_all: bool  # of the last year
    reasons: list[ReasonGiven]  # the most frequent first


def overrides(product: str, *, at: datetime) -> Overrides:
    """Count the reasons of the newest overrides of the last year."""
    made = OfficerDecision.objects.filter(
        is_override=True,
        decided_at__gt=at - LOOKS_BACK,
        decided_at__lte=at,
        decision__application__product__slug=product,
    ).order_by("-decided_at")
    rows = list(
        made.values_list("reason_code", "decision__recommendation", "decided_at")[: MOST + 1]
    )
    counted = rows[:MOST]
    return Overrides(
        n=len(counted),
        first_on=counted[-1][2].date() if counted else None,
        last_on=counted[0][2].date() if counted else None,
        is_all=len(rows) <= MOST,
        reasons=_reasons(product, Counter((code, side) for code, side, _ in counted)),
    )


def _reasons(product: str, given: Counter[tuple[str, str]]) -> list[ReasonGiven]:
    labels = _labels(product)
    sides = Decision.Recommendation
    found = [
        ReasonGiven(
            label=labels.get(code, code),
            low_side=given[code, sides.DECLINE],
            high_side=given[code, sides.APPROVE],
        )
        for code in {code for code, _side in given}
    ]
    return sorted(found, key=lambda each: (-each.n, each.label))


def _labels(product: str) -> dict[str, str]:
    newest = ContractVersion.objects.filter(product__slug=product).order_by("-number").first()
    return {each.code: each.label for each in newest.read().officer_reasons} if newest else {}
