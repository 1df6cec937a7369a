"""What a candidate must show before a person is asked to sign for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.contract import GateBounds
from scoring.scorecard import LARGEST_GAP
from scoring.training.quality import expected_sd_of_auc

USUAL = GateBounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One thing that was checked. A blocking gate that is not passed stops a promotion."""

    name: str
    passed: bool
    detail: str
    blocking: bool


def judge(
    manifest: Mapping[str, Any], *, latency: float, bounds: GateBounds = USUAL
) -> tuple[Gate, ...]:
    """Hold a model's figures against what is asked of it.

    Parameters
    ----------
    manifest : mapping
        The bundle's, with `metrics`, `parity`, `scorecard` and `trained`; where `out_of_time` was
        measured it is judged too.
    latency : float
        Median seconds of one application through the engine, as measured here and now.
    bounds : GateBounds
        What is asked, as the policy of the model's contract says.
    """
    metrics, parity = manifest["metrics"], manifest["parity"]
    return (
        _discrimination(metrics["auc"], bounds),
        _calibration(metrics["calibration_slope"], metrics["ece"], bounds),
        _stability(metrics["auc"], manifest["trained"], bounds),
        *_out_of_time(manifest.get("out_of_time"), metrics["auc"], bounds),
        _parity(parity),
        _reasons(parity),
        _scorecard(manifest["scorecard"]),
        _latency(latency, bounds),
    )


def _discrimination(auc: Mapping[str, Any], bounds: GateBounds) -> Gate:
    return Gate(
        name="discrimination",
        passed=auc["low"] >= bounds.auc_at_least,
        detail=(
            f"AUC {_with_interval(auc)} over {auc['n_folds']} folds of {auc['n']:,} rows; "
            f"the lower end must be {bounds.auc_at_least:.2f} or more"
        ),
        blocking=True,
    )


def _calibration(slope: Mapping[str, Any], ece: Mapping[str, Any], bounds: GateBounds) -> Gate:
    allowed = max(bounds.ece_at_most, ece["by_chance"])
    low, high = bounds.slope_at_least, bounds.slope_at_most
    return Gate(
        name="calibration",
        passed=low <= slope["mean"] <= high and ece["mean"] <= allowed,
        detail=(
            f"slope {_with_interval(slope)}, which must be {low} to {high}; "
            f"calibration error {_with_interval(ece)}, which may be {allowed:.3f}; "
            f"{ece['n']:,} rows"
        ),
        blocking=True,
    )


def _stability(auc: Mapping[str, Any], trained: Mapping[str, Any], bounds: GateBounds) -> Gate:
    folds = trained["folds"]
    bads, goods = trained["bads"] / folds, (trained["rows"] - trained["bads"]) / folds
    expected = expected_sd_of_auc(auc["mean"], bads, goods)
    most = bounds.spread_at_most
    times = "twice" if most == USUAL.spread_at_most else f"{most:g} times"
    return Gate(
        name="stability",
        passed=auc["sd"] <= most * expected,
        detail=(
            f"the AUC of {auc['n_folds']} folds varies by {auc['sd']:.3f} (standard deviation); "
            f"folds of this size vary by {expected:.3f} by chance, and may by {times} that"
        ),
        blocking=True,
    )


def _out_of_time(
    said: Mapping[str, Any] | None, auc: Mapping[str, Any], bounds: GateBounds
) -> tuple[Gate, ...]:
    """Judge the newest loans; there is no gate where none could be held out."""
    if said is None or "auc" not in said:
        return ()
    fall = auc["mean"] - said["auc"]["mean"]
    return (
        Gate(
            name="out of time",
            passed=fall <= bounds.auc_fall_at_most,
            detail=(
                f"AUC {_with_interval(said['auc'])} on the {said['n']:,} newest loans "
                f"({said['bads']:,} bad), {fall:+.3f} below the cross-validated "
                f"{auc['mean']:.3f}; it should be {bounds.auc_fall_at_most:.2f} below at most"
            ),
            blocking=False,
        ),
    )


def _parity(parity: Mapping[str, Any]) -> Gate:
    return Gate(
        name="parity",
        passed=True,  # an export that fails is refused, so there is no bundle to judge
        detail=(
            f"over {parity['rows']:,} rows the graph is within {parity['pd']:.1e} of XGBoost's "
            f"PD and, relative to its size, {parity['margin']:.1e} of its margin"
        ),
        blocking=True,
    )


def _reasons(parity: Mapping[str, Any]) -> Gate:
    worst = max(parity["shares_by_quadrature"], parity["shares_by_coalitions"])
    return Gate(
        name="reasons",
        passed=True,  # for the same reason
        detail=(
            f"every feature's share is within {worst:.1e} log-odds of two other ways to it, "
            f"and base points plus shares within {parity['additivity']:.1e} of the score, "
            "relative to its size"
        ),
        blocking=True,
    )


def _scorecard(scorecard: Mapping[str, Any]) -> Gate:
    gap = scorecard["auc_behind_model"]
    return Gate(
        name="fallback scorecard",
        passed=gap is not None and gap <= LARGEST_GAP,
        detail=(
            "no scorecard could be fitted: no feature tells anything by itself"
            if gap is None
            else f"AUC {_with_interval(scorecard['auc'])}, {gap:+.3f} behind the model on the same "
            f"{scorecard['auc']['n_folds']} folds; it should be {LARGEST_GAP} at most"
        ),
        blocking=False,
    )


def _latency(seconds: float, bounds: GateBounds) -> Gate:
    most = bounds.latency_us_at_most
    return Gate(
        name="latency",
        passed=seconds * 1e6 <= most,
        detail=(
            f"one application with all reasons takes {seconds * 1e6:.0f} µs (median, this "
            f"machine, now); it should take {most} µs at most"
        ),
        blocking=False,
    )


def _with_interval(figure: Mapping[str, Any]) -> str:
    return f"{figure['mean']:.3f} (95 % interval {figure['low']:.3f} to {figure['high']:.3f})"
