"""`[learning]` and `[policy.exploration]` of a contract: read, and held against the rest of it."""

from collections.abc import Iterator

from scoring.contracts.learning_terms import Exploration, Learning, RejectInference, Retraining
from scoring.contracts.tables import Table, whole_of
from scoring.contracts.terms import Policy
from scoring.contracts.words import Problem

MOST_EXPLORED = 0.1  # of the applications that could be drawn


def read_learning(table: Table) -> Learning:
    """Read whose labels count, and when to train again."""
    return Learning(
        labels=table.choice("labels", RejectInference, default=RejectInference.NONE),
        prudence=table.number("prudence", low=1, high=5, default=1.0),
        reject_weight=table.number("reject_weight", low=0.01, high=1, default=1.0),
        officer_weight=table.number("officer_weight", low=0, high=1, default=0.0),
        retraining=whole_of(table.table("retraining", optional=True), _retraining),
    )


def read_exploration(table: Table) -> Exploration | None:
    """Read the lane; none where the table is absent."""
    lane = table.table("exploration", optional=True)
    return whole_of(lane, _exploration) if "exploration" in table.raw else None


def exploration_problems(policy: Policy, *, path: str) -> Iterator[Problem]:
    """Find a lane that nothing could enter."""
    lane = policy.exploration
    if lane is None:
        return
    if not lane.pd_at_most > policy.decline_pd_at_least:
        yield f"{path}.pd_at_most", "must be above decline_pd_at_least: else nothing is drawn"
    for key in ("loss_budget", "amount_at_most"):
        if not getattr(lane, key) > 0:
            yield f"{path}.{key}", "must be above 0"


def _retraining(table: Table) -> Retraining:
    return Retraining(
        runs_a_month=table.whole_or("runs_a_month", low=1, high=1_000, default=31),
        minutes_a_month=table.whole_or("minutes_a_month", low=1, high=44_640, default=600),
        drift_above=table.maybe_number("drift_above", low=0.01, high=10),
        drift_days=table.whole_or("drift_days", low=1, high=366, default=30),
        drift_rows_at_least=table.whole_or("drift_rows_at_least", low=50, default=200),
        drift_alerts=table.flag("drift_alerts", default=False),
        new_labels=table.maybe_whole("new_labels", low=1),
        pause_days=table.whole_or("pause_days", low=1, high=366, default=30),
    )


def _exploration(table: Table) -> Exploration:
    return Exploration(
        share=table.number("share", low=0.0001, high=MOST_EXPLORED),
        loss_budget=table.money("loss_budget"),
        pd_at_most=table.number("pd_at_most", low=0, high=1),
        amount_at_most=table.money("amount_at_most"),
    )
