"""Practising on past cases: nothing here touches an application."""

import io
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import MD5, Cast, Concat
from django.utils.translation import gettext as _

from credit import store
from credit.actions import audit, snapshots
from credit.actions.ingestions import PARQUET
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, ModelVersion, PracticeAnswer, PracticeCase, Role, User
from credit.models.model_versions import Stage
from scoring.records import normalised

CASES = 300  # of each champion
REPEAT_EVERY = 6  # what was shown once comes again, not marked as such
REPEAT_AFTER = 5  # other cases at least
_INGESTED = "ingestion:"  # own decisions stay where their retention is kept


class NothingToPractise(ActionDenied):
    """No past case is prepared, or all of them were shown."""


class AnsweredAlready(ActionDenied):
    """An answer is given once, before the truth is told."""


class NoChance(ActionDenied):
    """It is no share of a hundred."""


@transaction.atomic
def prepare(*, product_id: int, at: datetime) -> int:
    """Lay out past loans with the PDs of the champion's folds; once for each champion."""
    version = ModelVersion.objects.filter(product=product_id, stage=Stage.CHAMPION).first()
    if version is None or version.practice_cases.exists():
        return 0
    cases = _drawn(version)
    made = PracticeCase.objects.bulk_create(cases, ignore_conflicts=True)
    audit.record(
        AuditEvent.Type.PRACTICE_PREPARED,
        target=f"model:{version.name}",
        by=None,
        at=at,
        cases=len(made),
    )
    return len(made)


@transaction.atomic
def show_next(*, product_id: int, by: User, at: datetime) -> PracticeAnswer:
    """Show the open case again, or another one; now and then one that was shown before."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="practise")
    User.objects.select_for_update().get(pk=by.pk)  # of two presses the second sees the first
    shown = PracticeAnswer.objects.filter(officer=by)
    still_open = shown.filter(answered_at=None).first()
    if still_open is not None:
        return still_open
    again = _to_repeat(by, product_id)
    case = again.case if again is not None else _unseen(by, product_id)
    return PracticeAnswer.objects.create(case=case, officer=by, repeats=again, shown_at=at)


@transaction.atomic
def answer(*, answer_id: int, said: float, by: User, at: datetime) -> PracticeAnswer:
    """Keep the chance of default that an officer gives. Raises `PracticeAnswer.DoesNotExist`."""
    require_role(by, Role.OFFICER, Role.SENIOR_OFFICER, to="practise")
    given = PracticeAnswer.objects.select_for_update().get(pk=answer_id, officer=by)
    if given.answered_at is not None:
        raise AnsweredAlready(_("You have answered this case already."))
    if not 0 <= said <= 1:
        raise NoChance(_("Say a chance from 0 to 100 of 100."))
    given.said, given.answered_at = said, at
    given.save(update_fields=["said", "answered_at"])
    audit.record(AuditEvent.Type.PRACTICE_ANSWERED, target=f"practice:{given.pk}", by=by, at=at)
    return given


def _drawn(version: ModelVersion) -> list[PracticeCase]:
    """Draw loans, the same ones each time, and leave out those whose bundle says nothing."""
    folds = pl.read_parquet(io.BytesIO(store.get(version.validation_sha256, PARQUET)))
    rows = snapshots.read(version.snapshot)
    past = rows.join(folds.select("row", "pd"), on="row").filter(
        pl.col("row").str.starts_with(_INGESTED)
    )
    drawn = past.sample(min(CASES, past.height), seed=version.pk, shuffle=True)
    return [_case(version, row) for row in drawn.to_dicts()]


def _case(version: ModelVersion, row: dict[str, Any]) -> PracticeCase:
    contract = version.contract.read()
    features = {name: row[name] for name in contract.feature_names}
    return PracticeCase(
        version=version,
        row=row["row"],
        features=normalised(contract, features),
        pd=row["pd"],
        is_bad=bool(row["bad"]),
    )


def _unseen(by: User, product_id: int) -> PracticeCase:
    """Choose a case that was never shown to this officer, in an order of their own."""
    place = MD5(Concat(Value(f"{by.pk}:"), Cast(F("pk"), CharField())))
    cases = PracticeCase.objects.filter(
        version__product=product_id, version__stage=Stage.CHAMPION
    ).exclude(answers__officer=by)
    case = cases.order_by(place, "pk").first()
    if case is None:
        raise NothingToPractise(_("No past case is left that you have not seen."))
    return case


def _to_repeat(by: User, product_id: int) -> PracticeAnswer | None:
    """Choose what was answered longest ago and never came again, where it is time for that."""
    given = PracticeAnswer.objects.filter(officer=by, case__version__product=product_id)
    newest = list(given.order_by("-shown_at", "-pk")[: max(REPEAT_EVERY - 1, REPEAT_AFTER)])
    if len(newest) < REPEAT_EVERY - 1 or any(
        each.repeats_id for each in newest[: REPEAT_EVERY - 1]
    ):
        return None
    recent = {each.case_id for each in newest[:REPEAT_AFTER]}
    once = given.filter(repeats=None, repeated_by=None).exclude(case__in=recent)
    return once.select_related("case").order_by("shown_at", "pk").first()
