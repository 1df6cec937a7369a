"""Decisions and their notices, without a database: as a lender's product would have made them."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from scoring.application import RequestedValues
from scoring.canonical import commitment
from scoring.engine import Engine
from scoring.notices import records
from scoring.notices.certificates import certify
from scoring.notices.laws import NoticeKind, in_force
from scoring.notices.laws_reading import load_all
from scoring.notices.proofs import usual_values
from scoring.notices.terms import Facts, Grounds
from scoring.policy import recommend
from scoring.records import Figures, Record, committed, normalised
from scoring.uncertainty import assess

LAWS = Path(__file__).parents[2] / "laws"
PACKS = load_all(LAWS)
DAY = date(2026, 11, 22)
SALT = b"0123456789abcdef"


def decision_of(engine, values, *, amount="4200.00", term_months=24):
    """Decide an application as the product does, and write its record."""
    contract = engine.contract
    values = normalised(contract, values)
    requested = RequestedValues(amount=Decimal(amount), term_months=term_months)
    score = engine.score(values)
    sure = assess(engine, values, score, contract.policy)
    said = recommend(
        contract.policy,
        pd=score.pd,
        requested=requested,
        values=values,
        score=score.score,
        uncertainty=sure,
    )
    inputs = committed(reference="A-1", requested=requested, features=values)
    return Record(
        decision="01JD8Y6V0Q5W1Z3T9R7N4M2K6B",
        decided_at="2026-11-22T10:00:00.000000Z",
        product=contract.slug,
        route="champion",
        bundle=engine.bundle.hash,
        contract=contract.hash,
        policy_contract=contract.hash,
        reference="A-1",
        requested=requested,
        features=values,
        salt=SALT.hex(),
        commitment=commitment(SALT, inputs),
        figures=Figures(
            **{
                name: getattr(score, name)
                for name in Figures.__dataclass_fields__
                if name != "uncertainty"
            },
            uncertainty=asdict(sure) if sure else None,
        ),
        warnings=(),
        recommendation=said.recommendation.value,
        automatic=said.recommendation.value if said.automatic else "",
        policy_results=tuple(asdict(result) for result in said.results),
    )


def facts_of(**changes):
    values = {
        "kind": NoticeKind.ADVERSE_ACTION,
        "number": 1,
        "status": "declined",
        "decided_by": "officer",
        "decided_on": DAY,
        "received_on": DAY,
        "issued_at": "2026-11-23T10:00:00.000000Z",
    }
    return Facts(**(values | changes))


def grounds_of(engine, **changes):
    contract = engine.contract
    values = {
        "contract": contract,
        "policy": contract.policy,
        "laws": in_force(PACKS, jurisdictions=contract.jurisdictions, on=DAY),
        "score": engine.score_each,
        "usual": usual_values(engine.bundle.manifest, contract),
    }
    return Grounds(**(values | changes))


def noticed(engine: Engine, record, *, facts=None, **changes):
    """Certify a notice and seal it; what speaks against its leaving is given beside it."""
    facts, grounds = facts or facts_of(), grounds_of(engine, **changes)
    certified = certify(record, facts, grounds)
    sealed = records.sealed(
        facts=facts,
        decision=record,
        laws=grounds.laws,
        statement=certified.statement,
        documents={"pdf": b"%PDF", "html": b"<!DOCTYPE html>"},
    )
    return sealed, certified.problems
