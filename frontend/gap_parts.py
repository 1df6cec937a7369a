"""Reports on gaps laid out for their page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from credit.models import Product
from credit.queries import policies
from frontend.charts import gap_charts
from frontend.charts.gap_charts import Drawing, FeatureRow
from monitoring.gaps import queries as gaps
from monitoring.gaps.queries import GapView
from monitoring.gaps.written import at_said

Said = Mapping[str, Any]
MOST_FEATURES = 10  # before the others fold away


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group's gap as the page shows it."""

    said: Said
    rows: list[FeatureRow]
    others: list[FeatureRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """One group along the cut-off."""

    label: str
    n: int
    months: int  # 0: past loans
    now: float
    points: list[Said]
    fairer: Said | None
    drawing: Drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One attribute by one version."""

    title: str  # of a month: the version that scored
    attribute: Said
    groups: list[Group]
    along: list[Along]
    shares: Drawing | None


def of_version(view: GapView) -> Iterator[Part]:
    """Lay out what a version's past loans show."""
    bound = view.report["minimum_air"]
    for attribute in view.attributes:
        found = attribute["along"]
        labels = {group["value"]: group["label"] for group in attribute["groups"]}
        drawn = [
            _along(
                labels[value],
                said["points"],
                said["fairer"],
                now=found["now"],
                n=found["n"],
                bound=bound,
                months=0,
            )
            for value, said in (found["groups"] if found else {}).items()
        ]
        yield Part(
            title="",
            attribute=attribute,
            groups=_groups(attribute),
            along=drawn,
            shares=_shares(found) if found else None,
        )


def of_month(view: GapView, product: Product, *, at: datetime) -> Iterator[Part]:
    """Lay out a month: each version's gaps, and all live decisions along the cut-off."""
    in_force = policies.in_force(product.pk, at=at)
    for version in view.report["versions"]:
        for attribute in version["attributes"]:
            title = f"{view.product_slug}/{version['number']}"
            yield Part(
                title=title, attribute=attribute, groups=_groups(attribute), along=[], shares=None
            )
    if in_force is None or view.month is None:
        return
    contract = in_force.contract
    months = gaps.live_months(product.pk, until=view.month)
    for protected in contract.assessable:
        found = gaps.live_along(product.pk, contract, protected, months)
        labels = {group.value: group.label for group in protected.groups}
        drawn = [
            _along(
                labels[value],
                [at_said(each) for each in said.points],
                at_said(said.fairer) if said.fairer else None,
                now=contract.policy.approve_pd_at_most,
                n=said.n,
                bound=contract.fairness.minimum_air,
                months=said.months,
            )
            for value, said in found.items()
        ]
        if drawn:
            attribute = {
                "label": protected.label,
                "reference_label": labels.get(protected.reference or "", ""),
            }
            yield Part(title="", attribute=attribute, groups=[], along=drawn, shares=None)


def _groups(attribute: Said) -> list[Group]:
    made = []
    for group in attribute["groups"]:
        rows = gap_charts.feature_rows(group) if group["gap"] else []
        made.append(Group(said=group, rows=rows[:MOST_FEATURES], others=rows[MOST_FEATURES:]))
    return made


def _along(
    label: str,
    points: list[Said],
    fairer: Said | None,
    *,
    now: float,
    n: int,
    bound: float,
    months: int,
) -> Along:
    words = _(
        "{group}: approval beside the reference\u2019s over the cut-off, with 95 % intervals."
    )
    drawing = gap_charts.along(points, now=now, bound=bound, words=words.format(group=label))
    return Along(
        label=label, n=n, months=months, now=now, points=points, fairer=fairer, drawing=drawing
    )


def _shares(found: Said) -> Drawing:
    words = _("Share approved, and share of bad loans among the approved, over the cut-off.")
    return gap_charts.shares(found["everybody"], now=found["now"], words=words)
