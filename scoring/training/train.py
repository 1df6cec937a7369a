"""Training: from a snapshot of typed rows to a bundle that may be put before a validator."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from scoring.bundle import identity, pack, read_bundle
from scoring.candidates.recipes import Recipe
from scoring.contract import Contract, Training, hash_of
from scoring.engine import Engine
from scoring.features import Value
from scoring.results.profit import profit_curve, summary
from scoring.training import latency, manifest, over_time, parity, realised, scorecard_fit, search
from scoring.training.bootstrap import Ensembled, fit_ensemble
from scoring.training.calibrate import Floats, Outcomes, calibrate
from scoring.training.card import card
from scoring.training.encoding import Encoding, graph_inputs, matrix_from
from scoring.training.export import Exported, Model, export
from scoring.training.fair_weights import Groups
from scoring.training.familiarity_fit import fit_familiarity
from scoring.training.folds import OutOfFold, Progress, within
from scoring.training.gates import Gate, judge
from scoring.training.labelling import labelled
from scoring.training.labels import Sample, parted
from scoring.training.learners import Learner
from scoring.training.quality import metrics_of
from scoring.training.recipe_learner import encoding_by, learner_by
from scoring.training.reference import Reference, reference_of, usual_of
from scoring.training.spread import features_of
from scoring.training.twins import twins_of

# Where each step begins, as a share of the whole, as progress is told.
VALIDATING, FITTING, EXPORTING, COMPARING = 0.1, 0.5, 0.56, 0.6
RESAMPLING, FALLBACK = 0.7, 0.88
OTHERS_COMPARED = 2_000  # rows, beside the reference, that the parity gate draws from


class TrainingRefused(ValueError):
    """There is not enough in the snapshot to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A trained model, packed, with what its validator needs.

    `validation` has, for each row of the snapshot, `row`, `pd` (of the first repeat: by a
    model that had not seen the row), `bad`, and the number of its `fold`.
    """

    bundle: bytes
    bundle_hash: str
    manifest: dict[str, Any]
    validation: pl.DataFrame
    gates: tuple[Gate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    contract: Contract
    recipe: Recipe
    training: Training  # the contract's, or what a search found, or the recipe's
    sample: Sample
    encoding: Encoding
    learner: Learner  # over the rows as laid out; once validated, by the label policy
    bad: Outcomes  # of the known rows, by which everything is measured

    @property
    def frame(self) -> pl.DataFrame:
        """The rows whose outcome is known."""
        return self.sample.known

    @property
    def narrowed(self) -> Contract:
        """The contract without the features that the recipe leaves out, for the scorecard."""
        kept = [each for each in self.encoding.features if each.name not in self.recipe.leave_out]
        return replace(self.contract, features=tuple(kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    model: Model
    margins: Floats  # of the training rows
    reference: Reference
    exported: Exported


def train(
    *,
    contract: Contract,
    frame: pl.DataFrame,
    snapshot_sha256: str,
    progress: Progress,
    learner: Learner | None = None,
    recipe: Recipe | None = None,
    groups: Mapping[str, Groups] | None = None,
) -> Trained:
    """Train, validate, export and pack a model.

    Parameters
    ----------
    contract : Contract
        The lending product.
    frame : DataFrame
        The snapshot: `row` (text), the features by name as `ingestion.ingest` types them, `bad`
        (0 or 1), and `applied_on` (dates) where applications have dates. With `label` (a
        `LabelSource`) and `weight` it may hold declined applicants, whose `bad` is null, and
        officers' decisions: they are learned from by weight, and never measured on.
    snapshot_sha256 : str
        What the snapshot is known by; written into the manifest.
    progress : callable
        Told what is done and how much of the whole, 0 to 1.
    learner : Learner, optional
        Where the trees are fitted; in this process without one. Its rows are those of `frame`, as
        `labels.parted(frame).laid_out` has them. None where there is a recipe.
    recipe : Recipe, optional
        What departs from the contract; it stands in the manifest.
    groups : mapping, optional
        Of the attribute that the recipe weighs by: the group of each row with a real outcome. It
        weighs the rows while they are learned from, and is not among what is learned from.

    Returns
    -------
    Trained
        The same bytes for the same contract and frame.

    Raises
    ------
    TrainingRefused
        There are too few bads or goods.
    RecipeRefused
        The contract has not what the recipe speaks of.
    CalibrationRefused
        Nothing in the data tells good from bad, or something does so without fail.
    ExportRefused
        The model cannot be exported with its reasons.
    ParityFailed
        The exported graph differs from the model.

    Examples
    --------
    >>> from pathlib import Path
    >>> from scoring.files.ingestion import ingest
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> loans = ingest(Path("contracts/consumer-loan/loans.csv"), contract=contract)
    >>> trained = train(contract=contract, frame=loans.frame, snapshot_sha256=loans.file_sha256,
    ...                 progress=lambda what, share: None)  # doctest: +SKIP
    """
    snapshot = _read(contract, frame, learner, recipe or Recipe(), groups or {})
    snapshot, searched = _searched(snapshot, within(progress, 0.0, VALIDATING))
    found = labelled(
        contract,
        snapshot.sample,
        snapshot.learner,
        snapshot.bad,
        training=snapshot.training,
        progress=within(progress, VALIDATING, FITTING),
    )
    later = over_time.said(
        contract,
        snapshot.sample,
        snapshot.learner,
        snapshot.bad,
        training=snapshot.training,
        found=found,
    )
    snapshot, out = replace(snapshot, learner=found.learner), found.out
    progress("Fitting on all loans", FITTING)
    fitted = _fitted(snapshot, out, progress)
    progress("Comparing the graph with the model", COMPARING)
    said = {
        "snapshot_sha256": snapshot_sha256,
        "engine": snapshot.learner.engine,
        "search": searched,
        "parity": _parity(snapshot, fitted),
        **_manifest(snapshot, fitted, out),
        **later,
        **({"label_policy": found.said} if found.said else {}),
        **({} if snapshot.recipe.is_plain else {"recipe": snapshot.recipe.to_json()}),
    }
    ensembled = _ensembled(snapshot, fitted, within(progress, RESAMPLING, FALLBACK))
    progress("Fitting the fallback scorecard", FALLBACK)
    scorecard, figures = _scorecard(snapshot, out, fitted.reference)
    metrics = metrics_of(out, snapshot.bad, seed=contract.training.seed)
    said |= {"metrics": metrics, "scorecard": figures}
    familiarity = fit_familiarity(contract, snapshot.frame)
    said["familiarity"] = {name: familiarity[name] for name in ("threshold", "quantile", "rows")}
    said["ensemble"] = ensembled.said if ensembled else None
    members = {
        "model.onnx": fitted.exported.graph,
        "contract.toml": contract.text.encode(),
        "scorecard.json": _json(scorecard),
        "familiarity.json": _compact(familiarity),
        "card.md": card(contract, said).encode(),
    } | ({"ensemble.onnx": ensembled.graph} if ensembled else {})
    return _packed(snapshot, members, said, out)


def _read(
    contract: Contract,
    frame: pl.DataFrame,
    learner: Learner | None,
    recipe: Recipe,
    groups: Mapping[str, Groups],
) -> _Snapshot:
    sample = parted(frame)
    sample = replace(sample, twins=twins_of(contract, sample.known))
    bad = sample.known["bad"].cast(pl.Int8).to_numpy()
    bads, goods = int(bad.sum()), int((bad == 0).sum())
    needed = max(contract.training.minimum_bads, contract.training.folds)
    if bads < needed or goods < needed:
        raise TrainingRefused(
            f"The snapshot holds {bads:,} bad and {goods:,} good loans; {contract.name} needs "
            f"at least {needed:,} of each to train."
        )
    learner = learner or learner_by(recipe, contract, sample.laid_out, groups)
    return _Snapshot(
        contract=contract,
        recipe=recipe,
        training=recipe.training(contract),
        sample=sample,
        encoding=encoding_by(recipe, contract),
        learner=learner,
        bad=bad,
    )


def _searched(snapshot: _Snapshot, progress: Progress) -> tuple[_Snapshot, dict[str, Any] | None]:
    if not snapshot.training.search_trials or snapshot.recipe.settings:
        return snapshot, None
    found = search.search(
        snapshot.learner,
        snapshot.bad,
        training=snapshot.training,
        columns=len(snapshot.encoding.players),
        progress=progress,
        twins=snapshot.sample.twins,
    )
    return replace(snapshot, training=found.training), found.said


def _fitted(snapshot: _Snapshot, out: OutOfFold, progress: Progress) -> _Fitted:
    """Fit on all rows; calibrate on what the folds' models said of unseen ones."""
    training = replace(snapshot.training, rounds=out.rounds)
    model = Model(
        encoding=snapshot.encoding,
        booster=snapshot.learner.fit(None, training=training),
        calibration=calibrate(out.margins.ravel(), np.tile(snapshot.bad, len(out.margins))),
        scale=snapshot.contract.scale,
    )
    margins = snapshot.learner.margins(model.booster)
    reference = reference_of(snapshot.contract, model.calibration.pd(margins))
    progress("Writing the graph and its reasons", EXPORTING)
    rows = snapshot.frame[reference.rows.tolist()]
    return _Fitted(
        model=model,
        margins=margins,
        reference=reference,
        exported=export(model, matrix_from(snapshot.encoding, rows)),
    )


def _parity(snapshot: _Snapshot, fitted: _Fitted) -> dict[str, float]:
    reference, seed = fitted.reference.rows, snapshot.training.seed
    others = np.random.default_rng(seed).permutation(len(snapshot.bad))[:OTHERS_COMPARED]
    compared = snapshot.frame[[*reference.tolist(), *others.tolist()]]
    return parity.check(
        fitted.model,
        fitted.exported,
        training_rows=graph_inputs(snapshot.encoding, compared),
        reference=np.arange(len(reference)),
        seed=seed,
    )


def _manifest(snapshot: _Snapshot, fitted: _Fitted, out: OutOfFold) -> dict[str, Any]:
    contract, pds, bad = snapshot.contract, out.pds[0], snapshot.bad
    training = replace(snapshot.training, rounds=out.rounds)
    return {
        **manifest.of_training(training, snapshot.encoding, bad),
        **manifest.of_model(
            fitted.model, fitted.exported, fitted.reference, _usual(snapshot, fitted)
        ),
        "influence": manifest.influence(fitted.model, fitted.exported, snapshot.frame),
        "features": features_of(
            contract, snapshot.encoding, fitted.exported.forest, snapshot.frame
        ),
        "calibration_by_band": realised.by_band(contract, pds, bad),
        "profit": _profit(snapshot, pds),
    }


def _usual(snapshot: _Snapshot, fitted: _Fitted) -> dict[str, Value]:
    return usual_of(snapshot.contract, snapshot.frame[fitted.reference.rows.tolist()])


def _profit(snapshot: _Snapshot, pds: Floats) -> dict[str, Any]:
    contract = snapshot.contract
    names = [item.name for item in contract.features if item.same_as == "requested.amount"]
    amounts = snapshot.frame[names[0]] if names else None
    known = amounts is not None and not amounts.null_count() and amounts.min() > 0  # type: ignore[operator]
    curve = profit_curve(
        snapshot.bad,
        pds,
        economics=contract.economics,
        amounts=amounts.to_numpy() if known and amounts is not None else None,
        seed=snapshot.training.seed,
    )
    at = {
        "approve": contract.policy.approve_pd_at_most,
        "decline": contract.policy.decline_pd_at_least,
        "break_even": contract.economics.break_even_pd,
    }
    return {"weighed_by_amount": bool(known), **summary(curve, at=at)}


def _ensembled(snapshot: _Snapshot, fitted: _Fitted, progress: Progress) -> Ensembled | None:
    trees = fitted.model.booster.num_boosted_rounds()
    return fit_ensemble(
        contract=snapshot.contract,
        training=replace(snapshot.training, rounds=trees),
        encoding=snapshot.encoding,
        learner=snapshot.learner,
        champion=fitted.margins,
        calibration=fitted.model.calibration,
        frame=snapshot.frame,
        progress=progress,
    )


def _scorecard(
    snapshot: _Snapshot, out: OutOfFold, reference: Reference
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Fit the fallback; None where no feature tells anything by itself."""
    contract, frame, bad = snapshot.narrowed, snapshot.frame, snapshot.bad
    weighed = scorecard_fit.fit_scorecard(contract, frame, bad)
    if weighed is None:
        return None, {"features": 0, **scorecard_fit.NO_FIGURES}
    written = scorecard_fit.to_json(contract, weighed, frame[reference.rows.tolist()])
    figures = scorecard_fit.figures(contract, frame, bad, out)
    return written, {"features": len(weighed.bins), **figures}


def _packed(
    snapshot: _Snapshot, members: Mapping[str, bytes], said: dict[str, Any], out: OutOfFold
) -> Trained:
    """Pack the bundle, and open it again as the product will."""
    said = identity(members, contract=snapshot.contract) | said
    bundle = pack({**members, "manifest.json": _json(said)})
    engine = Engine(read_bundle(bundle, expected_hash=hash_of(bundle)))
    return Trained(
        bundle=bundle,
        bundle_hash=hash_of(bundle),
        manifest=said,
        validation=pl.DataFrame(
            {
                "row": snapshot.frame["row"],
                "pd": out.pds[0],
                "bad": snapshot.bad,
                "fold": out.first_tested_in,
            }
        ),
        gates=judge(said, latency=latency.of_one(engine), bounds=snapshot.contract.policy.gates),
    )


def _json(value: Mapping[str, Any] | None) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n"
