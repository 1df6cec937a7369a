"""The stored reports whose figures could be held against those of a new one.

Not only those that overlap it: what overlaps one of those can be taken off as well, and so on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final

from django.db import connection

from credit.models import ModelVersion, Product
from monitoring.fairness.told_figures import UNSTATED
from monitoring.models import FairnessReport, GapReport
from scoring.results.windows import months_after

Said = Mapping[str, Any]
_MAKING: Final = 7_301_039  # the advisory lock of whoever makes a report that tells of groups
Population, Stage = FairnessReport.Population, FairnessReport.Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose decisions a report is about; None: of all products, of all versions, of all time."""

    product: int | None
    version: int | None
    since: datetime | None
    until: datetime | None
    by_models: bool = False  # only those that a model scored, not the scorecard in its stead

    def meets(self, other: "Scope") -> bool:
        """Say whether a decision could lie in both."""
        ends = ((self.since, other.until), (other.since, self.until))
        return (None in (self.product, other.product) or self.product == other.product) and (
            (None in (self.version, other.version) or self.version == other.version)
            and all(since is None or until is None or since < until for since, until in ends)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A report that tells of groups, and the moment as of which it counts."""

    scope: Scope
    at: datetime
    report: Said  # as a fairness report lays its attributes and pairs out
    id: int = 0  # of a fairness report
    of: str = ""  # for people: whose decisions
    period: str = ""

    def attributes(self, name: str) -> list[Said]:
        """Find what it says of an attribute; across products groups may be of several kinds."""
        return [each for each in self.report["attributes"] if each["name"] == name]


def wait_for_turn() -> None:
    """Let nobody else make such a report until this transaction ends: each looks at the others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_MAKING])


def stored(stage: str) -> list[Earlier]:
    """List all reports on the live decisions of a stage, whoever is in them."""
    return [*_stored(stage), *(_of_gaps() if stage == Stage.RECOMMENDATION else ())]


def tied(
    scope: Scope, reports: Sequence[Earlier], *, tells: Callable[[Said], bool]
) -> list[Earlier]:
    """Find the reports that hang together with a scope, the newest first.

    Those of which `tells` says no told nothing, and so tie nothing together.
    """
    found: list[Earlier] = []
    ends, left = [scope], [each for each in reports if tells(each.report)]
    while ends:
        met = [each for each in left if any(each.scope.meets(end) for end in ends)]
        left = [each for each in left if each not in met]
        found, ends = found + met, [each.scope for each in met]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _stored(stage: str) -> list[Earlier]:
    found = FairnessReport.objects.filter(population=Population.DECISIONS, stage=stage)
    return [
        Earlier(
            scope=Scope(
                product=each.product_id,
                version=each.model_version_id,
                since=each.since,
                until=each.until or each.created_at,
            ),
            at=each.created_at,
            report=each.report,
            id=each.pk,
            of=_whose(each.model_version, each.product),
            period=each.report["period"],
        )
        for each in found.select_related("product", "model_version__product").order_by("pk")
    ]


def _whose(version: ModelVersion | None, product: Product | None) -> str:
    return (version and version.name) or (product and product.slug) or "all products"


def _of_gaps() -> list[Earlier]:
    """Take what reports on gaps tell of a month: of all its decisions, and of each version's."""
    found = GapReport.objects.filter(population=GapReport.Population.DECISIONS)
    return [
        part
        for each in found.select_related("product").order_by("pk")
        for part in parts_of_gaps(each)
    ]


def parts_of_gaps(stored: GapReport) -> list[Earlier]:
    """Lay a report on the gaps of a month out as the fairness reports that would tell the same."""
    assert stored.month is not None  # noqa: S101 - a constraint holds it, of live decisions
    since, until = (
        datetime.combine(month, time(), tzinfo=UTC)
        for month in (stored.month, months_after(stored.month, 1))
    )

    def part(version: int | None, attributes: list[Said]) -> Earlier:
        return Earlier(
            scope=Scope(
                product=stored.product_id,
                version=version,
                since=since,
                until=until,
                by_models=version is not None,
            ),
            at=stored.created_at,
            report={"attributes": attributes},
            of=stored.product.slug,
            period=f"{stored.month:%Y-%m}",
        )

    ratios = [_of_ratios(each) for each in stored.report["attributes"]]
    versions = stored.report["versions"]
    return [
        part(None, ratios),
        *(part(each["id"], [_of_version(one) for one in each["attributes"]]) for each in versions),
    ]


def _of_ratios(attribute: Said) -> Said:
    """Count the reference as told with a group: the ratio and the gap together tell of it."""
    told = [each for each in attribute["ratios"] if each["n"] is not None]
    is_beside = any(each["effect"] is not None for each in told)
    reference = [{"value": attribute["reference"], "n": UNSTATED}] if is_beside else []
    return {"name": attribute["name"], "groups": [*told, *reference]}


def _of_version(attribute: Said) -> Said:
    reference = {"value": attribute["reference"], "n": attribute["reference_n"]}
    return {"name": attribute["name"], "groups": [*attribute["groups"], reference]}
