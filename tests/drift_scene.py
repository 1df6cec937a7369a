"""A product whose champion learned from the shipped loans, and many applications like those."""

import io
import math
import os
from datetime import timedelta
from functools import lru_cache

import factories
import numpy as np
import polars as pl
import recorded
import toy_release

from credit import store
from credit.ids import new_id
from credit.models import Application, ModelVersion, Score

AT = factories.AT
DAY = timedelta(days=1)


def pd_of(values):
    """Give the hand-made model's PD."""
    margin = toy_release.A * toy_release.margin_of(values) + toy_release.B
    return 1 / (1 + math.exp(-margin))


@recorded.once
def champion(content, *, source=factories.SOURCE) -> ModelVersion:
    """Bring a product live; what its champion learned from is in the store."""
    contract = factories.contract_version(source=source)
    factories.policy(contract)
    pds = [pd_of(values) for values in loans(contract)]
    file = io.BytesIO()
    pl.DataFrame({"row": [str(at) for at in range(len(pds))], "pd": pds}).write_parquet(file)
    candidate = factories.model_version(
        content, contract=contract, validation_sha256=store.put(file.getvalue(), ".parquet")
    )
    return factories.promoted(candidate)


def loans(contract):
    """Give the features of the shipped loans."""
    if not contract.ingestion_set.exists():
        factories.ingestion(contract)
    return _read(contract.ingestion_set.get().rows_sha256, contract.read().feature_names)


@lru_cache
def _read(sha256, names):
    return pl.read_parquet(io.BytesIO(store.get(sha256, ".parquet"))).select(names).to_dicts()


def apply(version, n, *, at=AT, partner=None, seed=0, change=None, pd=None):
    """Store applications a second apart, like the loans learned from but for a change."""
    rng = np.random.default_rng([seed, at.toordinal()])
    known = loans(version.contract)
    rows = [(change or dict)(dict(known[place])) for place in rng.integers(len(known), size=n)]
    made = [
        Application(
            id=new_id(at + timedelta(seconds=place)),
            product=version.product,
            partner=partner,
            reference=f"R-{seed}-{place}",
            amount=1_000,
            features=features,
            status=Application.Status.AWAITING_OFFICER,
            received_at=at,
            salt=os.urandom(16),
        )
        for place, features in enumerate(rows)
    ]
    Application.objects.bulk_create(made)
    Score.objects.bulk_create(
        Score(
            application=each,
            partner=partner,
            contract=version.contract,
            route=Score.Route.CHAMPION,
            model_version=version,
            pd=pd(each.features) if pd else pd_of(each.features),
        )
        for each in made
    )
    return made


def a_month(version, *, a_day=20, days=30, partner=None, until=AT, seed=0, change=None):
    """Let as many apply each day as usual, the last time the day before."""
    for back in range(days, 0, -1):
        apply(version, a_day, at=until - back * DAY, partner=partner, seed=seed, change=change)
