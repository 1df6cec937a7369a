"""Where the gaps between protected groups come from, and how they went."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from credit.models import Product
from credit.words import Words
from frontend import formats
from frontend.access import SignedInRequest
from frontend.charts import gap_charts
from frontend.charts.gap_charts import Drawing
from frontend.gap_parts import of_month, of_version
from monitoring.gaps import queries as gaps
from monitoring.gaps import trend as gaps_trend
from monitoring.gaps.queries import GapView
from monitoring.gaps.trend import Promotion, Series

BY_MONTH = gettext_lazy("{group} beside {reference}: AIR with 95 % interval by month.")
BY_VERSION = gettext_lazy("{group} beside {reference}: AIR with 95 % interval by version.")


@require_safe
def index(request: SignedInRequest, product: str) -> HttpResponse:
    """Show a version's or a month's report, the champion's without a word."""
    found = find(product)
    about = request.GET.get("about", "")
    view = _chosen(product, about)
    page: dict[str, Any] = {"product": found, "view": view, "choices": _choices(product)}
    if view is None:
        return render(request, "gaps/index.html", page)
    parts = list(
        of_version(view) if view.month is None else of_month(view, found, at=timezone.now())
    )
    return render(request, "gaps/index.html", page | {"parts": parts, "about": _name(view)})


@require_safe
def trend(request: SignedInRequest, product: str) -> HttpResponse:
    """Show each group over the versions and over the months, with promotions marked."""
    found, promoted = find(product), gaps_trend.promotions(product)
    contract = found.deciding_contract()
    bound = contract.read().fairness.minimum_air if contract else 0.8
    months, versions = gaps_trend.by_month(product), gaps_trend.by_version(product)
    page = {
        "product": found,
        "bound": bound,
        "promotions": promoted,
        "months": [(each, _over_months(each, promoted, bound)) for each in months],
        "versions": [(each, _over_versions(each, promoted, bound)) for each in versions],
    }
    return render(request, "gaps/trend.html", page)


def find(slug: str) -> Product:
    """Find a product, or answer that there is none."""
    found = Product.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _chosen(product: str, about: str) -> GapView | None:
    kind, _colon, which = about.partition(":")
    if not about:
        return gaps.of_version(product) or gaps.of_month(product)
    try:
        if kind == "version":
            view = gaps.of_version(product, int(which))
        else:
            view = gaps.of_month(product, date.fromisoformat(which))
    except ValueError:
        view = None
    if view is None:
        raise Http404
    return view


def _choices(product: str) -> list[tuple[str, str]]:
    return [
        *(
            (f"version:{number}", _("{version}, past loans").format(version=f"{product}/{number}"))
            for number in gaps.versions(product)
        ),
        *(
            (f"month:{each}", _("{month}, live decisions").format(month=formats.month(each)))
            for each in gaps.months(product)
        ),
    ]


def _name(view: GapView) -> str:
    if view.month is not None:
        return f"month:{view.month}"
    return f"version:{view.model_name.rpartition('/')[2]}"


def _over_months(series: Series, promoted: list[Promotion], bound: float) -> Drawing | None:
    months = [point.month for point in series.points if point.month is not None]
    marks = [
        (at, each.version.rpartition("/")[2])
        for each in promoted
        if (at := _place(months, each.on)) is not None
    ]
    labels = [formats.short_month(month) for month in months]
    return gap_charts.trend(
        series.points, labels, marks=marks, bound=bound, words=_words(series, BY_MONTH)
    )


def _place(months: list[date], on: date) -> float | None:
    """Say where a day lies among months, as a share of its month."""
    month = on.replace(day=1)
    return months.index(month) - 0.5 + on.day / 31 if month in months else None


def _over_versions(series: Series, promoted: list[Promotion], bound: float) -> Drawing | None:
    names = [point.label for point in series.points]
    marks = [
        (float(names.index(name)), _("champion"))
        for name in {each.version for each in promoted}
        if name in names
    ]
    labels = [name.rpartition("/")[2] for name in names]
    return gap_charts.trend(
        series.points, labels, marks=sorted(marks), bound=bound, words=_words(series, BY_VERSION)
    )


def _words(series: Series, said: Words) -> str:
    return str(said).format(group=series.label, reference=series.reference_label)
