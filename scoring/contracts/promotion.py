"""`[policy.promotion]` and `[policy.gates]` of a contract: the way into service, and its gates."""

from scoring.contracts.tables import Table, whole_of
from scoring.contracts.terms import CanaryLimits, GateBounds, Promotion

_YEAR = 366 * 24  # hours
_MOST = 10_000_000  # decisions


def maybe_promotion(policy: Table) -> Promotion | None:
    """Read the steps into service; None where the policy asks for none."""
    table = policy.table("promotion", optional=True)
    return whole_of(table, _promotion) if "promotion" in policy.raw else None


def read_gates(table: Table) -> GateBounds:
    """Read what a candidate must show."""
    usual = GateBounds()
    return GateBounds(
        auc_at_least=table.number("auc_at_least", low=0.5, high=1, default=usual.auc_at_least),
        slope_at_least=table.number("slope_at_least", low=0, high=1, default=usual.slope_at_least),
        slope_at_most=table.number("slope_at_most", low=1, high=10, default=usual.slope_at_most),
        ece_at_most=table.number("ece_at_most", low=0, high=1, default=usual.ece_at_most),
        spread_at_most=table.number("spread_at_most", low=1, high=10, default=usual.spread_at_most),
        auc_fall_at_most=table.number(
            "auc_fall_at_most", low=0, high=0.5, default=usual.auc_fall_at_most
        ),
        latency_us_at_most=table.whole_or(
            "latency_us_at_most", low=1, high=1_000_000, default=usual.latency_us_at_most
        ),
    )


def _promotion(table: Table) -> Promotion:
    return Promotion(
        canary_share=table.number("canary_share", low=0.001, high=0.5, default=0.1),
        shadow_hours=table.whole_or("shadow_hours", low=0, high=_YEAR, default=0),
        shadow_decisions=table.whole_or("shadow_decisions", low=0, high=_MOST, default=0),
        canary_hours=table.whole_or("canary_hours", low=0, high=_YEAR, default=0),
        canary_decisions=table.whole_or("canary_decisions", low=0, high=_MOST, default=0),
        limits=whole_of(table.table("limits", optional=True), _limits),
    )


def _limits(table: Table) -> CanaryLimits:
    usual = CanaryLimits()
    return CanaryLimits(
        level=table.number("level", low=0.0001, high=0.2, default=usual.level),
        failed_at_most=table.number(
            "failed_at_most", low=0.0001, high=0.5, default=usual.failed_at_most
        ),
        slow_at_most=table.number("slow_at_most", low=0.0001, high=0.5, default=usual.slow_at_most),
        slow_ms=table.whole_or("slow_ms", low=1, high=60_000, default=usual.slow_ms),
        approval_gap_at_most=table.number(
            "approval_gap_at_most", low=0, high=1, default=usual.approval_gap_at_most
        ),
        bads_ratio_at_most=table.number(
            "bads_ratio_at_most", low=1, high=100, default=usual.bads_ratio_at_most
        ),
    )
