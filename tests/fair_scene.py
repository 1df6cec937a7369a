"""A search beside a version of the shipped product, made once."""

import functools

import factories

from credit.actions import fair_alternatives
from scoring.contract import Contract
from scoring.files.ingestion import ingest
from scoring.training.fair_search import Box, search

TRIES = 6


@functools.cache
def found():
    """Search on the shipped loans."""
    contract = Contract.parse(factories.SMALL)
    loans = ingest(factories.LOANS, contract=contract)
    known = dict(loans.protected.filter(attribute="age_group").select("row", "group").iter_rows())
    return search(
        contract=contract,
        frame=loans.frame,
        groups={"age_group": [known.get(row) for row in loans.frame["row"]]},
        box=Box(tries=TRIES, seed=1),
        progress=lambda *_: None,
    )


def kept(version, *, said=None, problem="", at=factories.AT):
    """Write down a search beside a version."""
    return fair_alternatives.keep(
        version_id=version.pk,
        found=None if problem else said or found(),
        problem=problem,
        seed=1,
        tries=TRIES,
        seconds=60,
        by=None,
        at=at,
    )
