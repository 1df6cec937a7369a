"""What officers decided in a time, as columns: read where the vault may be, in the worker."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q
from django.utils import timezone

from credit import vault
from credit.ids import first_id, moment_of
from credit.models import (
    Application,
    AuditEvent,
    Decision,
    OfficerDecision,
    OfficerVerdict,
    Outcome,
    PracticeAnswer,
    Product,
    Score,
)
from credit.queries import policies
from scoring.contract import Protected
from scoring.officers.practice import Answer
from scoring.officers.rows import APPROVE, DECLINE, REFER, Decided
from scoring.results.windows import months_after

A_TIME = 1_000  # ids in a question: so each looks into the months of its ids alone
_AS_NUMBER = {"approve": APPROVE, "refer": REFER, "decline": DECLINE}
Groups = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Decisions in the order of time, and their ids; those never leave the worker."""

    ids: tuple[str, ...]
    decided: Decided


class _Made(NamedTuple):
    decision_id: str
    officer: int
    decided_at: datetime
    verdict: str


class _Facts(NamedTuple):
    recommendation: str
    pd: float | None
    band: str
    amount: float


def collect(product: Product, *, since: datetime, until: datetime) -> Collected:
    """Collect the decisions that officers made of a product's applications in [since, until).

    Outcomes are as they were known and had matured at `until`.
    """
    made = _made(since, until)
    facts = _facts(product, [each.decision_id for each in made])
    rows = [each for each in made if each.decision_id in facts]
    ids = tuple(each.decision_id for each in rows)
    return Collected(
        ids=ids,
        decided=_columns(rows, facts, bad=_matured(ids, at=until), taken=_taken(ids)),
    )


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


def _made(since: datetime, until: datetime) -> list[_Made]:
    found = OfficerDecision.objects.filter(
        Q(final_at=None) | Q(final_at__lte=until), decided_at__gte=since, decided_at__lt=until
    ).order_by("decided_at", "pk")
    rows = found.values_list("decision_id", "decided_by", "decided_at", "verdict")
    return [_Made(*row) for row in rows.iterator(chunk_size=10_000)]


def _facts(product: Product, ids: Sequence[str]) -> dict[str, _Facts]:
    """Find what stood beside each: a question a table, which looks into its months alone."""
    found = {}
    for some in _parts(ids):
        amounts = dict(
            Application.objects.filter(pk__in=some, product=product).values_list("pk", "amount")
        )
        said = dict(Decision.objects.filter(pk__in=some).values_list("pk", "recommendation"))
        scores = Score.objects.filter(pk__in=some).values_list("pk", "pd", "band")
        for pk, pd, band in scores:
            if pk in amounts and pk in said:
                found[pk] = _Facts(said[pk], pd, band, float(amounts[pk]))
    return found


def _matured(ids: Sequence[str], *, at: datetime) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for some in _parts(ids):
        newest = Outcome.objects.filter(decision_id__in=some).as_of(at)
        found |= {each.decision_id: each.is_bad for each in newest if each.matures_on <= at.date()}
    return found


def _taken(ids: Sequence[str]) -> dict[tuple[str, int], datetime]:
    """Find when an officer last took an application from the queue, by its id and theirs."""
    found: dict[tuple[str, int], datetime] = {}
    for some in _parts(ids):
        events = AuditEvent.objects.filter(
            type=AuditEvent.Type.APPLICATION_TAKEN, target__in=[f"decision:{each}" for each in some]
        )
        for target, user, at in events.order_by("at", "pk").values_list("target", "user", "at"):
            found[target.removeprefix("decision:"), user or 0] = at
    return found


def _known(product: Product, attribute: str, ids: Sequence[str]) -> dict[str, str]:
    wanted, found = set(ids), {}
    for low, below in _months(ids):
        known = vault.groups_of_ids(product, attribute, low=low, below=below)
        found.update({each: value for each, value in known.items() if each in wanted})
    return found


def _months(ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give the bounds of the months that hold any of these applications."""
    for month in sorted({moment_of(each).date().replace(day=1) for each in ids}):
        begins = datetime(month.year, month.month, 1, tzinfo=UTC)
        after = months_after(month, 1)
        yield first_id(begins), first_id(datetime(after.year, after.month, 1, tzinfo=UTC))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(ids)
    for begin in range(0, len(ordered), A_TIME):
        yield ordered[begin : begin + A_TIME]


def _columns(
    rows: Sequence[_Made],
    facts: Mapping[str, _Facts],
    *,
    bad: Mapping[str, bool],
    taken: Mapping[tuple[str, int], datetime],
) -> Decided:
    said = [facts[each.decision_id] for each in rows]
    local = [timezone.localtime(each.decided_at) for each in rows]
    approved = np.array([_approves(*each) for each in zip(rows, said, strict=True)], dtype=bool)
    outcome = _floats(rows, lambda each: bad.get(each.decision_id))
    return Decided(
        officer=np.array([each.officer for each in rows], dtype=np.int64),
        day=np.array([each.date().toordinal() for each in local], dtype=np.int64),
        minute=np.array([each.hour * 60 + each.minute for each in local], dtype=np.int64),
        recommended=np.array([_AS_NUMBER[each.recommendation] for each in said], dtype=np.int64),
        band=_codes([each.band for each in said]),
        approved=approved,
        pd=_floats(said, lambda each: each.pd),
        amount=_floats(said, lambda each: each.amount),
        bad=np.where(approved, outcome, np.nan),
        seconds=_floats(rows, lambda each: _seconds(each, taken)),
    )


def _approves(made: _Made, facts: _Facts) -> bool:
    """Say whether the applicant got what was asked, or an offer where a decline was recommended."""
    is_offer = made.verdict == OfficerVerdict.COUNTER_OFFER
    return made.verdict == OfficerVerdict.APPROVE or (
        is_offer and facts.recommendation == Decision.Recommendation.DECLINE
    )


def _seconds(made: _Made, taken: Mapping[tuple[str, int], datetime]) -> float | None:
    since = taken.get((made.decision_id, made.officer))
    return None if since is None else max(0.0, (made.decided_at - since).total_seconds())


def _codes(bands: Sequence[str]) -> np.ndarray:
    return np.unique(np.array(bands, dtype=np.str_), return_inverse=True)[1].astype(np.int64)


def _floats(rows: Sequence[Any], value: Callable[[Any], float | bool | None]) -> np.ndarray:
    found = (value(each) for each in rows)
    return np.array([np.nan if each is None else float(each) for each in found], dtype=np.float64)
