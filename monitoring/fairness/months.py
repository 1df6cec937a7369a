"""Which months are due a fairness report. Most looks find none, so nothing heavy is loaded.

A month is reported on twice: when everybody who applied in it has been decided, by the clocks of
the contract, and again when the performance window of its last day has matured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from credit.models import ModelVersion, Outcome, PolicyVersion, Product, Score, StageChange
from credit.models.model_versions import Stage as VersionStage
from monitoring.fairness.decided import bounds
from monitoring.models import FairnessReport
from scoring.results.windows import months_after

MONTHS_BACK = 12  # a worker that was away catches up with a year at most
SETTLED = timedelta(days=1)  # by then what was decided is stored, and nobody can undo it


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A product's decisions on what was received in a month, as reported on for the nth time."""

    product: Product
    since: datetime
    until: datetime  # not included
    is_matured: bool = False  # for the second time, with outcomes

    def before(self) -> "Month":
        """Give the month before it, as reported on for the first time."""
        return Month(product=self.product, since=_months_from(self.since, -1), until=self.since)

    def reports(self) -> QuerySet[FairnessReport]:
        """Find what the worker made of it by itself."""
        return FairnessReport.objects.filter(
            created_by=None,
            asked_by_event=None,
            population=FairnessReport.Population.DECISIONS,
            product=self.product,
            since=self.since,
            until=self.until,
            is_matured=self.is_matured,
        )


def is_any_due(*, at: datetime) -> bool:
    """Say whether any month of any product is to be reported on."""
    return any(True for _ in due(at=at))


def due(*, at: datetime) -> Iterator[Month]:
    """Find the months that are to be reported on, of each product the oldest first."""
    for product in Product.objects.order_by("pk"):
        for month in months_over(product, at=at):
            if is_due(month):
                yield month


def is_due(month: Month) -> bool:
    """Say whether somebody was decided in it, and no report was made of it.

    Its reports are made all or none. The second time waits for a first outcome: where nobody
    reports any there is nothing more to say.
    """
    if month.reports().exists():
        return False
    return _has_outcome(month) if month.is_matured else _scores(month).exists()


def months_over(product: Product, *, at: datetime) -> Iterator[Month]:
    """Give a product's months that are over in either way, the oldest first."""
    for is_matured, end in ((False, newest_end(product, at=at)), (True, _matured_end(product, at))):
        for back in range(MONTHS_BACK, 0, -1):
            since, until = _months_from(end, -back), _months_from(end, 1 - back)
            if product.created_at < until:
                yield Month(product=product, since=since, until=until, is_matured=is_matured)


def newest(product: Product, *, at: datetime) -> Month:
    """Give the newest month in which all have been decided, by the product's clocks."""
    until = newest_end(product, at=at)
    return Month(product=product, since=_months_from(until, -1), until=until)


def newest_end(product: Product, *, at: datetime) -> datetime:
    """Give the end of the newest month in which all have been decided."""
    return _first_of_month(at - deciding_takes(product, at=at))


def deciding_takes(product: Product, *, at: datetime) -> timedelta:
    """Say how long deciding may take: by the clock, which stops while the applicant is asked."""
    contract = product.deciding_contract()
    if contract is None:
        return SETTLED
    policy = PolicyVersion.objects.at(at, contract=contract) or contract
    clocks = policy.read().policy.clocks
    return timedelta(days=clocks.decide_within_days + clocks.information_within_days) + SETTLED


def whose(month: Month) -> list[ModelVersion | Product]:
    """Say whom to report on: who was champion and decided; all, where somebody else did too.

    A canary, the champion before and, in an outage, officers alone are in the report on all.
    """
    scores = _scores(month)
    champions = champions_in(month.product, since=month.since, until=month.until)
    found = [each for each in champions if scores.filter(model_version=each).exists()]
    others = scores.exclude(model_version__in=[each.pk for each in found])
    return [*found, month.product] if others.exists() else [*found]


def champions_in(product: Product, *, since: datetime, until: datetime) -> list[ModelVersion]:
    """Find the versions that were champion at some moment from since until."""
    champion: int | None = None
    found: list[int] = []
    for change in StageChange.objects.filter(product=product, at__lt=until).order_by("at", "pk"):
        if change.stage == VersionStage.CHAMPION:
            found = found if change.at >= since else []
            champion = change.version_id
            found.append(champion)
        elif change.version_id == champion:
            champion = None
            found = found if change.at >= since else []
    versions = ModelVersion.objects.select_related("product", "contract", "snapshot")
    return list(versions.filter(pk__in=found).order_by("pk"))


def _scores(month: Month) -> QuerySet[Score]:
    """Find what was scored, or came to no score. Both tables are divided by id."""
    low, below = bounds(month.since, month.until)
    return Score.objects.filter(
        application_id__gte=low,
        application_id__lt=below,
        application__id__gte=low,
        application__id__lt=below,
        application__product=month.product,
    )


def _has_outcome(month: Month) -> bool:
    low, below = bounds(month.since, month.until)
    outcomes = Outcome.objects.filter(decision_id__gte=low, decision_id__lt=below)
    return outcomes.filter(
        decision__application__id__gte=low,
        decision__application__id__lt=below,
        decision__application__product=month.product,
    ).exists()


def _matured_end(product: Product, at: datetime) -> datetime:
    """Give the end of the newest month of which all decisions have run through the window."""
    contract = product.deciding_contract()
    window = contract.read().outcome.window_months if contract else 0
    return _first_of_month(_months_from(at - deciding_takes(product, at=at), -window))


def _first_of_month(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _months_from(moment: datetime, months: int) -> datetime:
    return datetime.combine(months_after(moment.date(), months), moment.timetz())
