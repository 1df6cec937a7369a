"""A product under terms of retraining, and what asks for its trainings."""

import io
from datetime import timedelta

import factories
import polars as pl
import recorded

from credit import store
from credit.actions import retrainings, training_runs

AT = factories.AT
DAY = timedelta(days=1)
# Of a training, as it tells them: each begins with these words.
PHASES = [
    "Taking a snapshot",
    "Validating: model 1",
    "Fitting on all loans",
    "Writing the graph",
    "Comparing the graph",
    "Resampling: model 1",
    "Fitting the fallback",
    "Measuring fairness",
    "Checking the bundle",
]


@recorded.once
def live(terms="", *, source=factories.SOURCE, pds=None):
    """Bring the product live under terms of retraining."""
    more = f"\n[learning.retraining]\n{terms}\n" if terms else ""
    contract = factories.contract_version(source=source + more.encode())
    factories.policy(contract)
    content = factories.toy_bundle(contract.read())
    asked = {"validation_sha256": validation(pds)} if pds is not None else {}
    version = factories.model_version(content, contract=contract, **asked)
    return factories.promoted(version).product


def validation(pds):
    """Keep PDs as those of the loans that a version learned from."""
    frame = pl.DataFrame({"row": [str(at) for at in range(len(pds))], "pd": pds})
    file = io.BytesIO()
    frame.write_parquet(file)
    return store.put(file.getvalue(), ".parquet")


def start(product, *, at=AT):
    """Ask for the training that is due, if one is."""
    return retrainings.start_due(product_id=product.pk, at=at, enqueue=False)


def set_schedule(product, by, *, every_days=30, next_at=AT + DAY, at=AT):
    """Set when the product is trained again."""
    return retrainings.schedule(
        product_id=product.pk, every_days=every_days, next_at=next_at, by=by, at=at
    )


def ask(product, by, *, at=AT):
    """Have a person ask for a training."""
    return training_runs.request(product_id=product.pk, by=by, at=at, enqueue=False)


def finish(run):
    """Let a run end without a model."""
    training_runs.fail(run_id=run.pk, problem="It did not work.", at=run.requested_at)
