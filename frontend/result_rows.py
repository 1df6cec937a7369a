"""Rows of the pages on performance and business, as their templates write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from credit.models import ModelVersion, Partner, Product
from credit.words import Words
from monitoring.results.business_checks import is_off, period
from monitoring.results.business_figures import Business, Figure
from monitoring.results.business_words import FIGURES
from monitoring.results.criteria import Target
from monitoring.results.figures_in_words import days, months, number, share, with_interval, written
from monitoring.results.performance import Looked
from monitoring.results.vintage_rows import VintageRow
from scoring.results.criteria import MEASURES, Side, Standing
from scoring.results.estimated_performance import Confusion, estimated_confusion

STANDINGS: dict[str, tuple[str, str]] = {  # of a chip: its class and its sign
    Standing.INSIDE: ("approve", "approve"),
    Standing.OUTSIDE: ("decline", "warning"),
    Standing.UNSURE: ("refer", "info"),
    Standing.UNKNOWN: ("", "info"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """A band of matured loans, as `charts.realised` draws it."""

    name: str
    n: int
    matured: int
    bads: int
    mean_pd: float | None
    bad_rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One of the checks of the newest matured months, in words."""

    label: str
    found: str
    promised: str
    interval: str
    verdict: str
    chip: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure beside its target, in words."""

    label: Words
    meaning: Words
    value: str
    period: str
    target: str
    counts_from: date | None
    was_set: str
    is_set_after: bool
    verdict: str
    chip: str
    icon: str


def bands_of(row: VintageRow | None) -> list[BandRow]:
    """List the bands of the complete months, the safest first."""
    if row is None:
        return []
    found = []
    for name, band in row.measured["bands"].items():
        rate = band["bad_rate"] or {"value": None, "low": None, "high": None}
        found.append(
            BandRow(
                name=name,
                n=band["n"],
                matured=band["matured"],
                bads=band["bads"],
                mean_pd=band["mean_pd"],
                bad_rate=rate["value"],
                low=rate["low"],
                high=rate["high"],
            )
        )
    return found


def confusion_of(rows: Sequence[VintageRow]) -> Confusion | None:
    """Estimate who would have been good or bad, of all months shown."""
    if not rows:
        return None
    totals = {
        name: sum(row.measured[name] for row in rows)
        for name in ("n", "approved_pd", "declined", "declined_pd")
    }
    return estimated_confusion(
        approved=totals["n"],
        approved_pd=totals["approved_pd"],
        declined=totals["declined"],
        declined_pd=totals["declined_pd"],
    )


def checks_of(looked: Looked) -> list[CheckRow]:
    """Say what both checks found."""
    found = []
    if looked.ranking is not None:
        check = looked.ranking
        found.append(
            CheckRow(
                label=gettext("Ranking, AUC"),
                found=number(check.found, 3),
                promised=number(check.promised, 3),
                interval=_span(*(number(e, 3) for e in (check.interval.low, check.interval.high))),
                verdict=gettext("worse than promised") if check.is_bad else gettext("as promised"),
                **_chip(is_bad=check.is_bad),
            )
        )
    if looked.calibration is not None:
        check = looked.calibration
        ends = (check.interval.low * check.promised, check.interval.high * check.promised)
        found.append(
            CheckRow(
                label=gettext("Share of bads"),
                found=share(check.found),
                promised=share(check.promised),
                interval=_span(*(share(each) for each in ends)),
                verdict=_calibration(check.found > check.promised, is_bad=check.is_bad),
                **_chip(is_bad=check.is_bad),
            )
        )
    return found


def pool_of(looked: Looked) -> str:
    """Write the months that were checked."""
    return months(looked.pool.since, looked.pool.until) if looked.pool else ""


def business_rows(seen: Business) -> list[FigureRow]:
    """Write each figure beside its target, first what is off it, then what may be."""
    return [_figure(each) for each in sorted(seen.figures, key=_place)]


def _place(figure: Figure) -> int:
    if is_off(figure):
        return 0
    return 1 if figure.standing in {Standing.OUTSIDE, Standing.UNSURE} else 2


def segment_choices(product: Product, segments: Sequence[str]) -> list[tuple[str, str]]:
    """Name parts by their partner or model."""
    partners = {
        f"partner:{slug}": name for slug, name in Partner.objects.values_list("slug", "name")
    }
    versions = ModelVersion.objects.filter(product=product).select_related("product")
    names = partners | {f"version:{each.pk}": each.name for each in versions}
    return [(segment, names.get(segment, segment)) for segment in segments]


def _figure(figure: Figure) -> FigureRow:
    target, said = figure.target, FIGURES[figure.name]
    verdict, chip, icon = _verdict(figure)
    return FigureRow(
        label=said.label,
        meaning=said.meaning,
        value=_value(figure),
        period=period(figure),
        target=_target(figure, target) if target else "",
        counts_from=target.since if target else None,
        was_set=_was_set(target) if target else "",
        is_set_after=target is not None and not target.is_set_before,
        verdict=verdict,
        chip=chip,
        icon=icon,
    )


def _value(figure: Figure) -> str:
    if figure.value is None:
        return gettext("nothing yet")
    if figure.name == "waiting":
        return number(figure.value.value)
    return with_interval(figure.value, figure.unit)


def _target(figure: Figure, target: Target) -> str:
    wanted, tolerance = (written(each, figure.unit) for each in (target.target, target.tolerance))
    words = {
        Side.BOTH: gettext("{target}, give or take {tolerance}"),
        Side.ABOVE: gettext("{target}, at most {tolerance} more"),
        Side.BELOW: gettext("{target}, at most {tolerance} less"),
    }
    return words[MEASURES[figure.name].side].format(target=wanted, tolerance=tolerance)


def _was_set(target: Target) -> str:
    on = days(target.set_at.date(), target.set_at.date())
    words = gettext("set before go-live, on {day} by {who}")
    if not target.is_set_before:
        words = gettext("set after go-live, on {day} by {who}")
    return words.format(day=on, who=target.set_by)


def _verdict(figure: Figure) -> tuple[str, str, str]:
    if figure.target is None:
        return "", "", ""
    if figure.standing is None:
        return gettext("does not count yet"), "", "info"
    words = {
        Standing.INSIDE: gettext("on target"),
        Standing.OUTSIDE: gettext("off target") if is_off(figure) else gettext("off, but too few"),
        Standing.UNSURE: gettext("cannot be told yet"),
        Standing.UNKNOWN: gettext("nothing to judge"),
    }
    is_few = figure.standing is Standing.OUTSIDE and not is_off(figure)
    chip, icon = STANDINGS[Standing.UNSURE if is_few else figure.standing]
    return words[figure.standing], chip, icon


def _calibration(is_more: bool, *, is_bad: bool) -> str:  # noqa: FBT001 - which way
    if not is_bad:
        return gettext("as predicted")
    return gettext("more than predicted") if is_more else gettext("fewer than predicted")


def _chip(*, is_bad: bool) -> dict[str, str]:
    chip, icon = STANDINGS[Standing.OUTSIDE if is_bad else Standing.INSIDE]
    return {"chip": chip, "icon": icon}


def _span(low: str, high: str) -> str:
    return gettext("{low} to {high}").format(low=low, high=high)
