"""What the worker looks at after each count: findings for the list of alerts."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from credit.models import ModelVersion, Partner, Product
from credit.models.model_versions import Stage
from monitoring import findings, periods
from monitoring.drift import words as drift_words
from monitoring.drift.counts import DRIFT, PARTNER
from monitoring.drift.windows import (
    DAY,
    OWN_PAST,
    Days,
    days_of,
    learned_by,
    link_to,
    midnight_after,
    shown,
    unit_since,
)
from monitoring.findings import Finding
from scoring.populations import drift_found, drift_tests
from scoring.populations.drift_cells import Counted
from scoring.populations.drift_found import EVERYTHING, FEWEST, FEWEST_OF_DATA, Found, Segment
from scoring.populations.drift_look import OF_DATA, Look, look

DAYS_READ = 90 + OWN_PAST


def watch(*, at: datetime) -> list[Finding]:
    """Look at every product that has a champion, and tell what was found."""
    champions = ModelVersion.objects.filter(stage=Stage.CHAMPION)
    told = [
        finding
        for version in champions.select_related("product", "contract").order_by("product_id")
        for finding in findings_of(version, at=at)
    ]
    findings.tell(told, at=at)
    return told


def findings_of(version: ModelVersion, *, at: datetime) -> list[Finding]:
    """Look at one champion's applications, all of them and each partner's."""
    then = learned_by(version)
    if then is None:
        return []
    checked = Checked(version, then, at=at)
    return [checked.finding(each) for each in drift_found.found(checked.segments)]


class Checked:
    """One champion's looks by segment, with the days that they are at."""

    def __init__(self, version: ModelVersion, then: Counted, *, at: datetime) -> None:
        self.version, self.then = version, then
        self.product: Product = version.product
        self.contract = version.contract.read()
        self.days = dict(_days_by_segment(self.product, until=midnight_after(at)))
        self.error = drift_tests.error_of(
            features=len(self.contract.features), segments=len(self.days)
        )
        self.segments: Mapping[str, Segment] = {
            name: self._segment(name, days) for name, days in self.days.items()
        }

    def _segment(self, name: str, days: Days) -> Segment:
        recent, lately = days.last(days.recent), days.last(days.lately)
        if name == EVERYTHING:
            return Segment(recent=self._look(recent), lately=self._look(lately), is_everything=True)
        everything = self.days[EVERYTHING].last(days.lately)
        return Segment(
            recent=self._look(recent),
            lately=self._look(lately),
            before=self._beside_own(days, days.lately, lately),
            recent_before=self._beside_own(days, days.recent, recent),
            rest=self._look(everything.without(lately)),
        )

    def _beside_own(self, days: Days, window: int, now: Counted) -> Look | None:
        before = days.last(OWN_PAST, before=window)
        return self._look(now, then=before) if before.n >= FEWEST else None

    def _look(self, now: Counted, *, then: Counted | None = None) -> Look:
        return look(
            self.contract,
            then or self.then,
            now,
            version=str(self.version.pk),
            error=self.error,
        )

    def finding(self, found: Found) -> Finding:
        """Put a result into words."""
        days, segment = self.days[found.segment], self.segments[found.segment]
        is_of_data = found.cause in OF_DATA
        window = days.recent if is_of_data else days.lately
        at = segment.recent if is_of_data else segment.lately
        said = drift_words.Said(
            look=at,
            model=self.version.name,
            partner=_partner_name(found.segment),
            since=days.until - window * DAY,
            until=days.until - DAY,
        )
        return Finding(
            cause=found.cause,
            product=self.product,
            segment=found.segment,
            is_bad=found.is_bad,
            message=said.alert(found.cause, found.features, self._since(days, found)),
            n=at.n,
            link=link_to(self.product, segment=found.segment, days=shown(window)),
        )

    def _since(self, days: Days, found: Found) -> datetime | None:
        """Find the day since which the worst feature has another unit."""
        if found.cause != "units_changed" or not found.features:
            return None
        return unit_since(self.then, days, found.features[0])


def _days_by_segment(product: Product, *, until: datetime) -> Iterator[tuple[str, Days]]:
    """Give everything's days, and those of partners who send enough to be looked at alone."""
    yield EVERYTHING, days_of(product, until=until, days=DAYS_READ)
    since = until - DAYS_READ * DAY
    for name in periods.segments_of(DRIFT, product, since=since, until=until):
        if name.startswith(PARTNER):
            days = days_of(product, until=until, days=DAYS_READ, segment=name)
            if days.last(days.recent).n >= FEWEST_OF_DATA:
                yield name, days


def _partner_name(segment: str) -> str:
    slug = segment.removeprefix(PARTNER)
    return Partner.objects.get(slug=slug).name if segment else ""
