"""Months of the divided tables, made before they begin (decision record 0016)."""

from datetime import datetime

import structlog
from django.db import connection

from scoring.results.windows import months_after

log = structlog.get_logger("credit.months")
AHEAD = 3  # so that nobody notices a schedule that stands still for weeks


def make_ahead(*, at: datetime) -> int:
    """Make the months that are missing up to the third from now; says how many.

    The serving role owns no table: a function of the owner's does it. Until a month is made, its
    rows go where rows beyond all months go, and are moved when it is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT credit_make_months(%s)", [months_after(at.date(), AHEAD)])
        (made,) = cursor.fetchone()
    if made:
        log.info("months_made", months=made)
    return int(made)
