"""What is drawn on a model version's page."""

from typing import Any

from credit.queries.evidence import Evidence
from frontend.charts.profit_curve import profit_curve
from frontend.charts.realised import realised_rows

EVERY = 5  # cut-offs stand in steps of 1 %, too many for a table
NEWEST = 8  # quarters shown at once; the older ones are a click away


def draw(evidence: Evidence) -> dict[str, Any]:
    """Lay out the charts, by the name their template knows them by."""
    profit = evidence.profit
    by_quarter = realised_rows(evidence.by_quarter)
    rows = {
        "by_band": realised_rows(evidence.by_band),
        "by_quarter": by_quarter[-NEWEST:],
        "older_quarters": by_quarter[:-NEWEST],
    }
    if profit is None:
        return rows
    return rows | {
        "curve": profit_curve(profit.curve, contract=profit.approve, best=profit.best),
        "cut_offs": profit.curve[::EVERY],
    }
