"""The search for less discriminatory alternatives: for the learning worker and commands only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from django.utils.translation import gettext

from credit import serving, store, vault
from credit.actions import fair_alternatives, snapshots
from credit.actions.dossier_people import learned
from credit.actions.refusals import ActionDenied
from credit.models import FairSearch, ModelVersion, User
from credit.models.model_versions import Stage
from scoring.candidates.recipes import Recipe, RecipeRefused
from scoring.candidates.unseen import RowsUnknown, ask, remembered
from scoring.contract import Contract
from scoring.engine import EngineFailed
from scoring.training.calibrate import CalibrationRefused
from scoring.training.fair_search import Beside, Box, SearchRefused, search
from scoring.training.folds import Progress
from scoring.training.labels import parted


class NothingToSearchBy(ActionDenied):
    """It was asked to search for no time at all, or to make fewer than no tries."""


def make(
    *,
    version_id: int,
    at: datetime,
    clock: Callable[[], datetime] | None = None,
    tries: int | None = None,
    seconds: int | None = None,
    seed: int | None = None,
    by: User | None = None,
    progress: Progress | None = None,
) -> FairSearch | None:
    """Search beside a version and keep what was found; None where another worker is on it.

    What is not said is the contract's. The seed and the number of tries say what is found; the
    seconds only cut it short.
    """
    _check(tries=tries, seconds=seconds)
    version = ModelVersion.objects.select_related("product", "contract", "snapshot").get(
        pk=version_id
    )
    contract, now = version.contract.read(), clock or (lambda: at)
    bounds = contract.fairness
    most = bounds.search_tries if tries is None else tries
    until = bounds.search_seconds if seconds is None else seconds
    box = Box(
        tries=most,
        seed=contract.training.seed if seed is None else seed,
        is_over=lambda: now() >= at + timedelta(seconds=until),
    )
    with fair_alternatives.sole_searcher(version_id) as held:
        if not held:
            return None
        found: dict[str, Any] | None = None
        problem = ""
        try:
            found = _found(version, contract, box, by=by, progress=progress or _silence)
        except (
            SearchRefused,
            RecipeRefused,
            CalibrationRefused,
            RowsUnknown,
            EngineFailed,
            store.FileMissing,
            store.FileAltered,
            serving.ModelUnavailable,
        ) as refused:
            problem = str(refused)
        return fair_alternatives.keep(
            version_id=version_id,
            found=found,
            problem=problem,
            seed=box.seed,
            tries=most,
            seconds=until,
            by=by,
            at=now(),
        )


def _check(*, tries: int | None, seconds: int | None) -> None:
    if seconds is not None and seconds < 1:
        raise NothingToSearchBy(
            gettext(
                "A search takes at least one second: say 1 or more, or leave it to the contract."
            )
        )
    if tries is not None and tries < 0:
        raise NothingToSearchBy(
            gettext("Say how many tries to make; 0 measures this version\u2019s own recipe alone.")
        )


def _found(
    version: ModelVersion, contract: Contract, box: Box, *, by: User | None, progress: Progress
) -> dict[str, Any]:
    frame = snapshots.read(version.snapshot)
    rows = parted(frame).known["row"].to_list()
    run = getattr(version, "training_run", None)
    return search(
        contract=contract,
        frame=frame,
        groups=vault.groups_of_snapshot(version.snapshot, rows, by=by),
        box=box,
        base=Recipe.from_json(run.recipe if run else {}),
        champion=_champion_beside(version, frame),
        progress=progress,
    )


def _champion_beside(version: ModelVersion, frame: pl.DataFrame) -> Beside | None:
    """Give the champion, where it is another and remembers none of the loans."""
    champions = version.product.versions.filter(stage=Stage.CHAMPION).exclude(pk=version.pk)
    champion = champions.select_related("product", "contract", "snapshot").first()
    if champion is None:
        return None
    known = learned(champion, serving.engine_of(champion.bundle_hash))
    if remembered(known, parted(frame).known).any():
        return None
    return Beside(
        name=champion.name, contract=known.contract, ask=lambda rows: ask(known, rows).pds
    )


def _silence(what: str, share: float) -> None:
    """Tell nobody."""
