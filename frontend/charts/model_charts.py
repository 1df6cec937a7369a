"""What is drawn on a model version's page."""

from typing import Any

from credit.queries.evidence import Evidence
from frontend.charts.profit_curve import profit_curve

EVERY = 5  # cut-offs stand in steps of 1 %, too many for a table


def draw(evidence: Evidence) -> dict[str, Any]:
    """Lay out the chart, by the name its template knows it by."""
    profit = evidence.profit
    if profit is None:
        return {}
    return {
        "curve": profit_curve(profit.curve, contract=profit.approve, best=profit.best),
        "cut_offs": profit.curve[::EVERY],
    }
