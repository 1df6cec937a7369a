"""Two versions of one product, both on the shipped loans, with PDs out of fold."""

import io

import factories
import numpy as np
import polars as pl
import recorded
import toy_release
from onnx import numpy_helper

from credit import store
from credit.actions import dossier_making, snapshots
from scoring import bundle
from scoring.contract import Contract

STRICTER = 0.6  # log-odds that the second version adds


def stricter_bundle(contract: Contract = factories.CONTRACT) -> bytes:
    """Build the hand-made graph with everybody's risk a little higher."""

    def change(parts):
        offset, factor = contract.scale.offset, contract.scale.factor
        logit = toy_release.B + STRICTER
        moved = {"b": logit, "base": offset - factor * logit}
        parts["tensors"] = [
            numpy_helper.from_array(np.array([moved[each.name]], dtype=np.float32), each.name)
            if each.name in moved
            else each
            for each in parts["tensors"]
        ]

    model = toy_release.graph(contract, change=change).SerializeToString()
    return bundle.pack(toy_release.members(contract, model=model))


def version(content, contract, *, shift=0.0, **changes):
    """Register a version whose folds said what the graph says, and a little more or less."""
    if not contract.ingestion_set.exists():
        factories.ingestion(contract)
    snapshot = snapshots.take(product_id=contract.product_id, at=factories.BEFORE)
    frame = snapshots.read(snapshot)
    validation = pl.DataFrame(
        {"row": frame["row"], "pd": out_of_fold(frame, shift), "bad": frame["bad"]}
    )
    held = io.BytesIO()
    validation.write_parquet(held)
    return factories.model_version(
        content,
        contract=contract,
        snapshot=snapshot,
        validation_sha256=store.put(held.getvalue(), ".parquet"),
        **changes,
    )


def out_of_fold(frame, shift=0.0):
    margins = np.array([toy_release.margin_of(row) for row in frame.iter_rows(named=True)])
    noise = np.random.default_rng(1).normal(0, 0.3, len(margins))
    return 1 / (1 + np.exp(-(toy_release.A * margins + toy_release.B + shift + noise)))


@recorded.once
def pair():
    """Make a champion, and a candidate that is stricter."""
    contract = factories.contract_version()
    factories.policy(contract)
    champion = factories.promoted(version(factories.toy_bundle(), contract))
    return champion, version(stricter_bundle(), contract, shift=STRICTER)


@recorded.once
def measured():
    """Make both, and have the worker measure the candidate."""
    versions = pair()
    dossier_making.make(version_id=versions[1].pk, at=factories.AT)
    return versions
