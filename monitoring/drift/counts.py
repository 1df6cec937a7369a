"""What a day's applications were like, in counts that any days and partners add up from.

The database counts; `width_bucket` puts a number where `numpy.searchsorted` would, by the very
same edges, so that what came is in the same cells as what a model learned from.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from credit.ids import first_id
from credit.models import Partner, Product
from monitoring.periods import Counted as ByPeriod
from monitoring.periods import Kind
from scoring.populations import drift_cells
from scoring.populations.drift_cells import Counted

DRIFT = "drift"
PARTNER = "partner:"

# Every table is divided by id, so each is told the bounds.
_APPLICATIONS = """
FROM credit_application application
WHERE application.product_id = %(product)s AND application.status <> 'superseded'
    AND application.id >= %(low)s AND application.id < %(below)s
"""
_N = f"SELECT application.partner_id, count(*) {_APPLICATIONS} GROUP BY 1"
_FEATURES = f"""
WITH rows AS MATERIALIZED (SELECT application.partner_id, application.features {_APPLICATIONS})
SELECT rows.partner_id, one.key,
    CASE jsonb_typeof(one.value)
        WHEN 'number' THEN width_bucket(one.value::float8, %(edges)s::float8[])::text
        WHEN 'null' THEN %(missing)s
        ELSE one.value #>> '{{}}' END,
    count(*)
FROM rows, jsonb_each(rows.features) one GROUP BY 1, 2, 3
"""  # noqa: S608 - put together from this file alone
_SCORES = """
SELECT application.partner_id, score.model_version_id::text,
    width_bucket(score.pd, %(pd_edges)s::float8[])::text, count(*)
FROM credit_application application
JOIN credit_score score ON score.application_id = application.id
WHERE application.product_id = %(product)s AND application.status <> 'superseded'
    AND application.id >= %(low)s AND application.id < %(below)s
    AND score.application_id >= %(low)s AND score.application_id < %(below)s
    AND score.pd IS NOT NULL
GROUP BY 1, 2, 3
"""


def compute(product: Product | None, since: datetime, until: datetime) -> ByPeriod:
    """Count a product's applications of a time, all of them and by partner."""
    if product is None:
        return {"": Counted().stored}
    asked = {
        "product": product.pk,
        "low": first_id(since),
        "below": first_id(until),
        "edges": list(drift_cells.EDGES),
        "pd_edges": list(drift_cells.PD_EDGES),
        "missing": drift_cells.MISSING,
    }
    n = dict(_asked(_N, asked))
    features, scores = _by_partner(_asked(_FEATURES, asked)), _by_partner(_asked(_SCORES, asked))
    each = {
        partner: Counted(n=rows, features=features[partner], scores=scores[partner])
        for partner, rows in n.items()
    }
    named = {partner.pk: partner.slug for partner in Partner.objects.filter(pk__in=_known(n))}
    return {"": drift_cells.added(each.values()).stored} | {
        f"{PARTNER}{named[partner]}": counted.stored
        for partner, counted in each.items()
        if partner is not None
    }


KIND = Kind(name=DRIFT, length=timedelta(days=1), again=2, compute=compute)


def _asked(statement: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _by_partner(
    rows: Iterable[tuple[Any, ...]],
) -> defaultdict[int | None, dict[str, dict[str, int]]]:
    """Lay rows out by partner, name and cell."""
    found: defaultdict[int | None, dict[str, dict[str, int]]] = defaultdict(dict)
    for partner, name, cell, n in rows:
        found[partner].setdefault(name, {})[cell] = n
    return found


def _known(partners: Iterable[int | None]) -> list[int]:
    return [partner for partner in partners if partner is not None]
