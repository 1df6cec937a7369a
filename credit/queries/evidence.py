"""What a bundle's manifest says of its model beyond the folds' figures; None where it is silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.scorecard import LARGEST_GAP

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """What a cut-off earns, per application and as a share of the mean amount."""

    cut_off: float  # PD; an application at or below is approved
    approved: float
    bad_rate: float | None  # among the approved
    profit: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profit:
    """The curve over the cut-offs, and the cut-offs of interest."""

    n: int
    is_weighed: bool  # by the amount asked for
    curve: list[CutOff]
    best: CutOff
    approve: CutOff  # the contract's
    decline: CutOff | None
    break_even: CutOff | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Realised:
    """Predicted against realised, of a band or a quarter."""

    name: str
    n: int
    bads: int
    mean_pd: float | None
    bad_rate: float | None
    low: float | None
    high: float | None

    @property
    def holds(self) -> bool | None:
        """Whether the predicted share is inside the interval; None without anybody."""
        if self.mean_pd is None or self.low is None or self.high is None:
            return None
        return self.low <= self.mean_pd <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfTime:
    """A model of the older loans on the newest ones; without figures, why there are none."""

    first: str
    last: str
    n: int
    bads: int
    trained_on: int
    why_not: str
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    brier: float | None
    mean_pd: float | None
    bad_rate: float | None
    bad_rate_before: float | None
    score_psi: float | None
    slope: float | None
    labels: str  # the policy, where it is another than the default
    default_auc: float | None  # on the same loans, by learning from real outcomes only
    default_auc_low: float | None
    default_auc_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Settings that the search tried; the first are the contract's own."""

    rounds: int
    max_depth: int
    learning_rate: float
    subsample: float
    colsample: float
    min_child_weight: float
    log_loss: float | None
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was tried, and whether it was better than the contract's own by more than noise."""

    asked: int
    gain: float
    trials: list[Trial]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """The bootstrap models that are asked near a cut-off."""

    models: int
    spread_of_pd: float | None
    referred_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Familiarity:
    """How surprising an application may be before it is unlike those learned from."""

    threshold: float  # bits
    quantile: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """The scorecard beside the model, on the same folds; no AUC where none could be fitted."""

    features: int
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    behind: float | None

    @property
    def model_auc(self) -> float | None:
        """AUC of the model on the folds that the scorecard was measured on."""
        return None if self.auc is None or self.behind is None else self.auc + self.behind

    @property
    def is_far_behind(self) -> bool:
        """Whether people are told that it is clearly worse."""
        return self.behind is not None and self.behind > LARGEST_GAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of it."""

    profit: Profit | None
    by_band: list[Realised]
    by_quarter: list[Realised]
    out_of_time: OutOfTime | None
    search: Search | None
    ensemble: Ensemble | None
    familiarity: Familiarity | None
    fallback: Fallback | None


def evidence_of(manifest: Said) -> Evidence:
    """Read a manifest of any release: what an older one does not hold is not there."""
    return Evidence(
        profit=_profit(manifest.get("profit")),
        by_band=_realised(manifest.get("calibration_by_band"), name="band"),
        by_quarter=_realised(manifest.get("calibration_over_time"), name="quarter"),
        out_of_time=_out_of_time(manifest.get("out_of_time")),
        search=_search(manifest.get("search")),
        ensemble=_ensemble(manifest.get("ensemble")),
        familiarity=_familiarity(manifest.get("familiarity")),
        fallback=_fallback(manifest.get("scorecard")),
    )


def _profit(said: Said | None) -> Profit | None:
    if not said:
        return None
    names = ("cut_offs", "approved", "bad_rate", "profit", "low", "high")
    rows = zip(*(said[name] for name in names), strict=True)
    at = said["at"]
    return Profit(
        n=said["n"],
        is_weighed=said["weighed_by_amount"],
        curve=[CutOff(**dict(zip(("cut_off", *names[1:]), row, strict=True))) for row in rows],
        best=CutOff(**said["best"]),
        approve=CutOff(**at["approve"]),
        decline=CutOff(**at["decline"]) if "decline" in at else None,
        break_even=CutOff(**at["break_even"]) if "break_even" in at else None,
    )


def _realised(said: list[Said] | None, *, name: str) -> list[Realised]:
    figures = ("n", "bads", "mean_pd", "bad_rate", "low", "high")
    return [Realised(name=one[name], **{key: one[key] for key in figures}) for one in said or ()]


def _out_of_time(said: Said | None) -> OutOfTime | None:
    if not said:
        return None
    auc = said.get("auc") or {}
    default = (said.get("default") or {}).get("auc") or {}
    figures = ("brier", "mean_pd", "bad_rate", "bad_rate_before", "score_psi")
    return OutOfTime(
        first=said["from"],
        last=said["to"],
        n=said["n"],
        bads=said["bads"],
        trained_on=said["trained_on"],
        why_not=said.get("not_measured", ""),
        auc=auc.get("mean"),
        auc_low=auc.get("low"),
        auc_high=auc.get("high"),
        slope=said.get("calibration_slope"),
        labels=said.get("labels", ""),
        default_auc=default.get("mean"),
        default_auc_low=default.get("low"),
        default_auc_high=default.get("high"),
        **{key: said.get(key) for key in figures},
    )


def _search(said: Said | None) -> Search | None:
    if not said:
        return None
    chosen = said["chosen"]
    return Search(
        asked=said["asked"],
        gain=said["gain"],
        trials=[
            Trial(**tried, is_chosen=all(tried[name] == chosen[name] for name in chosen))
            for tried in said["tried"]
        ],
    )


def _ensemble(said: Said | None) -> Ensemble | None:
    if not said:
        return None
    return Ensemble(
        models=said["models"],
        spread_of_pd=said.get("spread_of_pd"),
        referred_share=said.get("referred_share"),
    )


def _familiarity(said: Said | None) -> Familiarity | None:
    if not said:
        return None
    return Familiarity(threshold=said["threshold"], quantile=said["quantile"], rows=said["rows"])


def _fallback(said: Said | None) -> Fallback | None:
    if not said:
        return None
    auc = said.get("auc") or {}
    return Fallback(
        features=said.get("features", 0),
        auc=auc.get("mean"),
        auc_low=auc.get("low"),
        auc_high=auc.get("high"),
        behind=said.get("auc_behind_model"),
    )
