"""What a vintage came to, as plain values: computed once by the worker, and shown by pages."""

from typing import Any

from scoring.proportions import Interval, Share, wilson
from scoring.results import binned_ranking, estimated_performance
from scoring.results.estimated_performance import Estimated
from scoring.results.vintages import Vintage

DIGITS = 6


def measured(vintage: Vintage) -> dict[str, Any]:
    """State each figure with its n and interval; None where there is too little to state it.

    `estimated` figures are of all approved loans before anything is known of them;
    `promised_auc` is the same estimate of the matured ones alone, which `auc` is held against.
    """
    return {
        "n": vintage.count("n"),
        "matured": vintage.count("matured"),
        "bads": vintage.count("bads"),
        "approved_pd": round(vintage.sum("pd"), DIGITS),
        "declined": vintage.declined,
        "declined_pd": round(vintage.declined_pd, DIGITS),
        "open": vintage.open,
        "estimated_auc": _estimated(
            estimated_performance.estimated_auc(vintage.of("n"), vintage.of("pd"))
        ),
        "estimated_bad_rate": _estimated(
            estimated_performance.estimated_bad_rate(
                vintage.count("n"), vintage.sum("pd"), vintage.sum("pd2")
            )
        ),
        "mean_pd": _share(vintage.sum("matured_pd"), vintage.count("matured")),
        "bad_rate": _bad_rate(vintage.count("bads"), vintage.count("matured")),
        **_ranking(vintage),
        "bands": {
            name: {
                "n": band.n,
                "matured": band.matured,
                "bads": band.bads,
                "mean_pd": _share(band.matured_pd, band.matured),
                "bad_rate": _bad_rate(band.bads, band.matured),
            }
            for name, band in sorted(vintage.bands.items())
        },
    }


def _ranking(vintage: Vintage) -> dict[str, Any]:
    goods, bads = vintage.goods, vintage.bads
    if not binned_ranking.is_enough(goods, bads):
        return {"auc": None, "auc_error": None, "promised_auc": None, "ks": None}
    promised = estimated_performance.estimated_auc(vintage.of("matured"), vintage.of("matured_pd"))
    return {
        "auc": _figure(binned_ranking.auc(goods, bads), binned_ranking.auc_interval(goods, bads)),
        "auc_error": round(binned_ranking.auc_error(goods, bads), DIGITS),
        "promised_auc": _estimated(promised),
        "ks": _figure(binned_ranking.ks(goods, bads), binned_ranking.ks_interval(goods, bads)),
    }


def _bad_rate(bads: int, n: int) -> dict[str, float] | None:
    return _figure(bads / n, wilson(Share(count=bads, n=n))) if n else None


def _estimated(found: Estimated | None) -> dict[str, float] | None:
    return None if found is None else _figure(found.value, found.interval)


def _figure(value: float, interval: Interval) -> dict[str, float]:
    ends = {"low": round(interval.low, DIGITS), "high": round(interval.high, DIGITS)}
    return {"value": round(value, DIGITS), **ends}


def _share(total: float, n: int) -> float | None:
    return round(total / n, DIGITS) if n else None
