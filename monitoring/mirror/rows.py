"""What officers decided in a time, as columns: read where the vault may be, in the worker."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

import numpy as np
from django.db.models import Max, Min
from django.utils import timezone

from credit import joins, vault
from credit.ids import first_id, moment_of
from credit.models import (
    AuditEvent,
    Decision,
    OfficerDecision,
    OfficerVerdict,
    PracticeAnswer,
    Product,
)
from credit.queries import policies
from scoring.contract import Protected
from scoring.officers.practice import Answer
from scoring.officers.rows import APPROVE, DECLINE, REFER, Decided
from scoring.results.windows import months_after

_AS_NUMBER = {"approve": APPROVE, "refer": REFER, "decline": DECLINE}
Groups = Mapping[str, Sequence[str | None]]

# Every table is divided by id, so each is told the bounds; events are by their target's index.
_ROWS = """
WITH made AS (
    SELECT decision_id, decided_by_id, decided_at, verdict FROM credit_officerdecision
    WHERE decision_id >= %(low)s AND decision_id < %(below)s
        AND decided_at >= %(since)s AND decided_at < %(until)s
        AND (final_at IS NULL OR final_at <= %(until)s)
), matured AS (
    SELECT decision_id, is_bad FROM (
        SELECT DISTINCT ON (decision_id) decision_id, is_bad, matures_on FROM credit_outcome
        WHERE decision_id >= %(low)s AND decision_id < %(below)s AND reported_at <= %(until)s
        ORDER BY decision_id, number DESC
    ) newest WHERE matures_on <= %(today)s
), taken AS (
    SELECT target, user_id, max(at) AS at FROM credit_auditevent
    WHERE type = %(taken)s
        AND target >= 'decision:' || %(low)s AND target < 'decision:' || %(below)s
    GROUP BY target, user_id
)
SELECT made.decision_id, made.decided_by_id, made.decided_at, made.verdict,
    decision.recommendation, score.pd, score.band, application.amount::float8, matured.is_bad,
    extract(epoch FROM made.decided_at - taken.at)::float8
FROM made
JOIN credit_application application ON application.id = made.decision_id
JOIN credit_score score ON score.application_id = made.decision_id
JOIN credit_decision decision ON decision.id = made.decision_id
LEFT JOIN matured ON matured.decision_id = made.decision_id
LEFT JOIN taken ON taken.target = 'decision:' || made.decision_id
    AND taken.user_id = made.decided_by_id
WHERE application.product_id = %(product)s
    AND application.id >= %(low)s AND application.id < %(below)s
    AND score.application_id >= %(low)s AND score.application_id < %(below)s
    AND decision.id >= %(low)s AND decision.id < %(below)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Decisions in the order of time, and their ids; those never leave the worker."""

    ids: tuple[str, ...]
    decided: Decided


class _Made(NamedTuple):
    id: str
    officer: int
    at: datetime
    verdict: str
    recommendation: str
    pd: float | None
    band: str
    amount: float
    is_bad: bool | None  # None: not known, or not yet mature
    seconds: float | None  # since the officer took it; None: not from the queue


def collect(product: Product, *, since: datetime, until: datetime) -> Collected:
    """Collect the decisions that officers made of a product's applications in [since, until).

    Outcomes are as they were known and had matured at `until`.
    """
    made = sorted(_made(product, since, until), key=lambda each: (each.at, each.id))
    return Collected(ids=tuple(each.id for each in made), decided=_columns(made))


def groups_of(collected: Collected, product: Product, attributes: Sequence[Protected]) -> Groups:
    """Look up the group of each applicant, month by month; every look is audited."""
    found = {}
    for attribute in attributes:
        known = _known(product, attribute.name, collected.ids)
        found[attribute.name] = [known.get(each) for each in collected.ids]
    return found


def answers_of(product: Product, *, since: datetime, until: datetime) -> dict[int, list[Answer]]:
    """Collect what each officer said in practice, beside the cut-offs in force then."""
    force = policies.in_force(product.pk, at=until)
    if force is None:
        return {}
    policy = force.contract.policy
    given = PracticeAnswer.objects.filter(
        case__version__product=product, answered_at__gte=since, answered_at__lt=until
    ).order_by("answered_at", "pk")
    found: dict[int, list[Answer]] = {}
    for officer, said, pd, before in given.values_list(
        "officer", "said", "case__pd", "repeats__said"
    ):
        answer = Answer(
            said=said or 0.0,
            pd=pd,
            before=before,
            approve_at_most=policy.approve_pd_at_most,
            decline_at_least=policy.decline_pd_at_least,
        )
        found.setdefault(officer, []).append(answer)
    return found


def _made(product: Product, since: datetime, until: datetime) -> Iterator[_Made]:
    """Read by the month in which people applied, each month's tables as a whole."""
    decided = OfficerDecision.objects.filter(decided_at__gte=since, decided_at__lt=until)
    ends = decided.aggregate(first=Min("pk"), last=Max("pk"))
    for low, below in _months(ends["first"], ends["last"]):
        with joins.hashed() as cursor:
            cursor.execute(
                _ROWS,
                {
                    "product": product.pk,
                    "since": since,
                    "until": until,
                    "today": until.date(),
                    "taken": AuditEvent.Type.APPLICATION_TAKEN.value,
                    "low": low,
                    "below": below,
                },
            )
            rows = cursor.fetchall()
        yield from map(_Made._make, rows)


def _known(product: Product, attribute: str, ids: Sequence[str]) -> dict[str, str]:
    ordered, wanted, found = sorted(ids), set(ids), {}
    for low, below in _months(min(ids, default=None), max(ids, default=None)):
        if bisect_left(ordered, low) < bisect_left(ordered, below):
            known = vault.groups_of_ids(product, attribute, low=low, below=below)
            found.update({each: value for each, value in known.items() if each in wanted})
    return found


def _months(first: str | None, last: str | None) -> Iterator[tuple[str, str]]:
    """Give the bounds of each month from that of one application to that of another."""
    if first is None or last is None:
        return
    month = moment_of(first).date().replace(day=1)
    while (low := first_id(_begins(month))) <= last:
        month = months_after(month, 1)
        yield low, first_id(_begins(month))


def _begins(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def _columns(made: Sequence[_Made]) -> Decided:
    zone = timezone.get_current_timezone()  # asked once: Django looks it up in a thread's locals
    local = [each.at.astimezone(zone) for each in made]
    approved = np.array([_approves(each) for each in made], dtype=bool)
    said = [_AS_NUMBER[each.recommendation] for each in made]
    return Decided(
        officer=np.array([each.officer for each in made], dtype=np.int64),
        day=np.array([each.date().toordinal() for each in local], dtype=np.int64),
        minute=np.array([each.hour * 60 + each.minute for each in local], dtype=np.int64),
        recommended=np.array(said, dtype=np.int64),
        band=_codes([each.band for each in made]),
        approved=approved,
        pd=_floats([each.pd for each in made]),
        amount=_floats([each.amount for each in made]),
        bad=np.where(approved, _floats([each.is_bad for each in made]), np.nan),
        seconds=np.maximum(_floats([each.seconds for each in made]), 0.0),
    )


def _approves(made: _Made) -> bool:
    """Say whether the applicant got what was asked, or an offer where a decline was recommended."""
    is_offer = made.verdict == OfficerVerdict.COUNTER_OFFER
    return made.verdict == OfficerVerdict.APPROVE or (
        is_offer and made.recommendation == Decision.Recommendation.DECLINE
    )


def _codes(bands: Sequence[str]) -> np.ndarray:
    return np.unique(np.array(bands, dtype=np.str_), return_inverse=True)[1].astype(np.int64)


def _floats(values: Sequence[float | None]) -> np.ndarray:
    return np.array(values, dtype=np.float64)  # None becomes NaN
