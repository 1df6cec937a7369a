"""Measuring a version for its dossier: for the learning worker, never for the web process."""

import io
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import polars as pl

from credit import serving, store
from credit.actions import dossiers, fairness_gates, snapshots
from credit.actions.dossier_people import compared, period_of
from credit.actions.ingestions import PARQUET
from credit.models import AuditEvent, ModelVersion
from credit.models.model_versions import Stage
from scoring.candidates import dossier_figures as figures
from scoring.candidates.segments import FEWEST, segments
from scoring.candidates.unseen import RowsUnknown
from scoring.contract import Contract
from scoring.engine import Engine, EngineFailed
from scoring.results.performance import NotMeasurable
from scoring.training import latency
from scoring.training.folds import folds_of

JSON = ".json"
FORMAT = 1
MOST_EXPLAINED = 2_000  # rows whose reasons are counted


def make(*, version_id: int, at: datetime) -> AuditEvent:
    """Measure a version, hold it against the champion, and keep both by their hash.

    Where another law came into force since its fairness was judged, judge that anew.
    """
    version = ModelVersion.objects.select_related("product", "contract", "snapshot").get(
        pk=version_id
    )
    champion = _champion_beside(version)
    against = champion.name if champion else ""
    try:
        said = _said(version, champion, at=at)
    except (
        store.FileMissing,
        store.FileAltered,
        serving.ModelUnavailable,
        EngineFailed,
        NotMeasurable,
        RowsUnknown,
    ) as refused:
        return dossiers.keep(
            version_id=version_id, at=at, sha256="", against=against, problem=str(refused)
        )
    content = orjson.dumps(said, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    return dossiers.keep(
        version_id=version_id,
        at=at,
        sha256=store.put(content, JSON),
        against=against,
        problem="",
    )


def _champion_beside(version: ModelVersion) -> ModelVersion | None:
    champions = version.product.versions.filter(stage=Stage.CHAMPION).exclude(pk=version.pk)
    return champions.select_related("product", "contract", "snapshot").first()


def _said(version: ModelVersion, champion: ModelVersion | None, *, at: datetime) -> dict[str, Any]:
    engine = serving.engine_of(version.bundle_hash)
    rows = validated(version)
    fairness_gates.judge_anew(version=version, validation=rows, at=at)
    return {
        "format": FORMAT,
        "version": version.name,
        "bundle": version.bundle_hash,
        "made_at": at.isoformat(),
        "measured": _measured(engine, rows),
        "swap": compared(version, champion, rows=rows, at=at) if champion else None,
    }


def validated(version: ModelVersion) -> pl.DataFrame:
    """Give the rows a version learned from, each with what a model that had not seen it said."""
    frame = snapshots.read(version.snapshot)
    out = pl.read_parquet(io.BytesIO(store.get(version.validation_sha256, PARQUET)))
    contract = version.contract.read()
    if "fold" not in out.columns:  # of a version from before folds were kept
        found = _folds(out["bad"].cast(pl.Int8).to_numpy(), contract)
        out = out.with_columns(pl.Series("fold", found, dtype=pl.Int64))
    out = out.select("row", "pd", pl.col("bad").cast(pl.Boolean), pl.col("fold").cast(pl.Int64))
    known = frame.drop([name for name in ("pd", "bad", "fold") if name in frame.columns])
    return known.join(out, on="row", how="inner", maintain_order="left")


def _folds(bad: Any, contract: Contract) -> Any:
    """Say which fold of the first repeat each row was tested in; -1 where it cannot be told."""
    found = np.full(len(bad), -1, dtype=np.int64)
    if min(bad.sum(), len(bad) - bad.sum()) >= contract.training.folds:
        first = (fold for fold in folds_of(bad, contract.training) if fold.repeat == 0)
        for number, fold in enumerate(first):
            found[fold.tests] = number
    return found


def _measured(engine: Engine, rows: pl.DataFrame) -> dict[str, Any]:
    contract = engine.contract
    bad, pds = rows["bad"].to_numpy(), rows["pd"].to_numpy()
    applied_on = rows["applied_on"] if "applied_on" in rows.columns else None
    folds = rows["fold"].to_numpy()
    tested = [np.flatnonzero(folds == number) for number in range(folds.max() + 1)]
    influence = engine.bundle.manifest.get("influence") or {}
    return {
        "period": period_of(rows),
        "ranking": figures.ranking(bad, pds),
        "calibration": figures.calibration(bad, pds),
        "distribution": figures.distribution(contract, bad, pds),
        "by_fold": figures.stability(pds, figures.parts_by_fold(tested, len(pds))),
        "by_period": figures.stability(pds, figures.parts_by_period(applied_on)),
        "segments": segments(contract, rows, bad=bad, pds=pds, influence=influence),
        "segments_need": FEWEST,
        "reasons": _reasons(engine, rows),
        "latency": latency.measured(engine),
    }


def _reasons(engine: Engine, rows: pl.DataFrame) -> dict[str, Any]:
    """Explain the rows that the version would not approve."""
    contract = engine.contract
    adverse = rows.filter(pl.col("pd") > contract.policy.approve_pd_at_most)
    some = adverse[:: max(1, -(-adverse.height // MOST_EXPLAINED))]
    columns = {name: some[name].to_list() for name in contract.feature_names}
    return figures.reasons(contract, columns, engine.score_many(columns))
