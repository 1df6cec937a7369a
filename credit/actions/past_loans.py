"""Tables of past loans as a version sees them: worked out by the worker, kept by their hash."""

from datetime import datetime, timedelta

from django.db import transaction

from credit import serving, store
from credit.actions import snapshots
from credit.models import ModelVersion, PastLoans
from credit.models.model_versions import Stage
from credit.serving import ModelUnavailable
from scoring.engine import EngineFailed
from scoring.similar import MOST_ROWS, chosen, neighbours

SUFFIX = ".npz"
REMADE_AFTER = timedelta(days=7)  # outcomes have matured since
OWN = "decision:"


def due(*, at: datetime) -> list[int]:
    """Find the versions in use whose table is missing or old."""
    fresh = PastLoans.objects.filter(made_at__gt=at - REMADE_AFTER).values("version")
    used = ModelVersion.objects.filter(stage__in=(Stage.CHAMPION, Stage.CANARY, Stage.SHADOW))
    return list(used.exclude(pk__in=fresh).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def make(*, version_id: int, at: datetime) -> PastLoans | None:
    """Have a version score the loans that have matured; None where it cannot be loaded."""
    version = ModelVersion.objects.select_related("product").get(pk=version_id)
    try:
        engine = serving.engine_of(version.bundle_hash)
        frame = snapshots.matured_rows(version.snapshot, at=at)
        kept = chosen(frame.height, seed=engine.contract.training.seed, most=MOST_ROWS)
        drawn = frame[kept]
        columns = {name: drawn[name].to_list() for name in engine.contract.feature_names}
        points = engine.score_many(columns).reasons
    except (ModelUnavailable, EngineFailed):
        return None
    table = neighbours(
        engine.contract,
        columns,
        points=points,
        bad=drawn["bad"].to_list(),
        decisions=[row.removeprefix(OWN) if row.startswith(OWN) else "" for row in drawn["row"]],
    )
    return PastLoans.objects.create(
        version=version,
        sha256=store.put(table.to_bytes(), SUFFIX),
        rows=table.n,
        rows_before=frame.height,
        made_at=at,
    )
