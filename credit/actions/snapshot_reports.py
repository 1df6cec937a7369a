"""What a snapshot's rows are like, and whom they represent: made once, by the learning worker."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl
from django.db import transaction

from credit.models import Snapshot, SnapshotReport
from scoring.contracts.learning_terms import KNOWN
from scoring.files import data_quality
from scoring.groups import representation


@transaction.atomic
def make(
    *,
    snapshot: Snapshot,
    frame: pl.DataFrame,
    groups: Mapping[str, Sequence[str | None]],
    at: datetime,
) -> SnapshotReport:
    """Keep a report on the rows whose outcome is known; the second one changes nothing.

    `groups` names each such row's group of each attribute: only counts of them are kept.
    """
    contract = snapshot.contract.read()
    known = frame.filter(pl.col("label").is_in(KNOWN))
    made, _is_new = SnapshotReport.objects.get_or_create(
        snapshot=snapshot,
        defaults={
            "quality": data_quality.report_of_rows(known, contract=contract),
            "groups": representation.counted(contract, groups),
            "made_at": at,
        },
    )
    return made
