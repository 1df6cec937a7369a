"""What is stored for drift: days, how many of them say enough, and what a model learned from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from credit.models import ModelVersion, Product
from monitoring import periods
from monitoring.drift.counts import DRIFT, PARTNER
from monitoring.models import DriftReference
from scoring.populations import drift_cells, drift_units
from scoring.populations.drift_cells import Counted
from scoring.populations.drift_look import FeatureLook

DAY = timedelta(days=1)
OWN_PAST = 90  # days of a partner's before a window
OF_DATA = (1, 7, 30)  # days, of which the shortest with enough rows is looked at
OF_APPLICANTS = (7, 30, 90)  # whole weeks at least: on Sundays others apply than on Mondays
ENOUGH_OF_DATA, ENOUGH_OF_APPLICANTS = 50, 300


@dataclass(frozen=True)
class Days:
    """A segment's counted days, oldest first; the last may be running."""

    until: datetime  # the midnight after the last of them
    each: Sequence[tuple[datetime, Counted]]

    def last(self, days: int, *, before: int = 0) -> Counted:
        """Add up the last so many days, leaving out the very last `before`."""
        end = self.until - before * DAY
        since = end - days * DAY
        return drift_cells.added(counted for at, counted in self.each if since <= at < end)

    def enough(self, lengths: Sequence[int], n: int) -> int:
        """Choose the shortest of some times that has enough rows; the longest where none has."""
        return next((days for days in lengths if self._rows(days) >= n), lengths[-1])

    @cached_property
    def recent(self) -> int:
        """Days in which what is wrong with the data is looked for."""
        return self.enough(OF_DATA, ENOUGH_OF_DATA)

    @cached_property
    def lately(self) -> int:
        """Days whose applicants are compared."""
        return self.enough(OF_APPLICANTS, ENOUGH_OF_APPLICANTS)

    def _rows(self, days: int) -> int:
        since = self.until - days * DAY
        return sum(counted.n for at, counted in self.each if at >= since)


def learned_by(version: ModelVersion) -> Counted | None:
    """Give what a version learned from; None where it was not counted yet."""
    found = DriftReference.objects.filter(pk=version.pk).first()
    return Counted.read(found.counts) if found else None


def days_of(product: Product, *, until: datetime, days: int, segment: str = "") -> Days:
    """Read so many of a segment's days, the last of which is the one before a midnight."""
    found = periods.figures_of(
        DRIFT, product, since=until - days * DAY, until=until, segment=segment
    )
    return Days(until=until, each=[(at, Counted.read(figures)) for at, figures in found])


def midnight_after(at: datetime) -> datetime:
    """Give the end of a moment's day, in UTC."""
    begins = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return begins + DAY


def unit_since(then: Counted, days: Days, feature: FeatureLook) -> datetime | None:
    """Find the day since which a feature has another unit."""
    if feature.unit is None:
        return None
    name = feature.feature.name
    counts = [counted.features.get(name, {}) for _, counted in days.each]
    first = drift_units.since(then.features[name], counts, feature.unit.factor)
    return days.each[first][0] if first is not None else None


def shown(days: int) -> int:
    """Give the shortest time that the page shows and that holds so many days."""
    return next(each for each in OF_APPLICANTS if each >= days)


def link_to(product: Product, *, segment: str = "", days: int | None = None) -> str:
    """Give the address of the page that shows it."""
    asked = {"partner": segment.removeprefix(PARTNER)} if segment else {}
    period = {"days": str(days)} if days else {}
    query = urlencode(asked | period)
    return reverse("drift", args=[product.slug]) + (f"?{query}" if query else "")
