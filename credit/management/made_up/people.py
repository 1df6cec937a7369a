"""Who applies: past loans with other amounts, and what the champion and the policy say of each."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from psycopg import Cursor

from credit import considering
from credit.actions import snapshots
from credit.considering import Considered
from credit.management.made_up.columns import make_table
from credit.management.made_up.spans import MADE_UP
from credit.models import ModelVersion
from credit.serving import Terms
from scoring.canonical import canonical
from scoring.contract import Contract

PEOPLE = 4_000  # who apply again and again: each is scored once
_AS_TEXT = ("route", "bundle_hash", "band")
_TYPES = {
    "place": "integer",
    "product": "bigint",
    "policy": "bigint",
    "contract": "bigint",
    "amount": "numeric",
    "term_months": "integer",
    **dict.fromkeys(("features", "contributions", "warnings", "uncertainty"), "jsonb"),
    **dict.fromkeys(("policy_results", "details"), "jsonb"),
    **dict.fromkeys(_AS_TEXT, "varchar"),
    **dict.fromkeys(("pd", "margin", "points", "base_points"), "float8"),
    "score": "integer",
    "recommendation": "varchar",
    "automatic": "varchar",
}


def considered(
    terms: Terms, version: ModelVersion, *, at: datetime, people: int = PEOPLE
) -> list[Considered]:
    """Consider past loans of a version, each again with another amount; the safest come first."""
    bodies = list(_bodies(version, terms.contract, people=people))
    answers = considering.consider_each(terms, bodies, partner=None, at=at)
    taken = [each for each in answers if isinstance(each, Considered)]
    return sorted(taken, key=_pd)


def put(cursor: Cursor[Any], people: Sequence[Considered]) -> None:
    """Lay them out in a table of this session, each at its place."""
    make_table(cursor, "made_up_person", _TYPES)
    with cursor.copy("COPY made_up_person FROM STDIN") as copy:
        for place, each in enumerate(people):
            found = _columns(each) | {"place": place}
            copy.write_row([found[name] for name in _TYPES])
    cursor.execute("ANALYZE made_up_person")


def _bodies(
    version: ModelVersion, contract: Contract, *, people: int
) -> Iterator[dict[str, object]]:
    loans = snapshots.read(version.snapshot).select(contract.feature_names).to_dicts()
    drawn = Random(7)  # noqa: S311
    for number in range(people):
        loan = {name: value for name, value in drawn.choice(loans).items() if value is not None}
        for item in contract.features:
            if item.same_as == "requested.amount" and item.name in loan:
                loan[item.name] = round(loan[item.name] * drawn.uniform(0.7, 1.3))
        yield _body(contract, loan, number)


def _body(contract: Contract, loan: dict[str, Any], number: int) -> dict[str, object]:
    asked = {
        item.same_as.removeprefix("requested."): loan[item.name]
        for item in contract.features
        if item.same_as
    }
    return {
        "product": contract.slug,
        "reference": f"{MADE_UP}{number}",
        "requested": asked | {"amount": f"{Decimal(asked['amount']):.2f}"},
        "features": loan,
    }


def _columns(made: Considered) -> dict[str, object]:
    figures, verdict, asked = made.figures, made.verdict, made.application.requested
    return {
        **{name: figures[name] for name in ("pd", "margin", "points", "base_points", "score")},
        **{name: figures[name] for name in _AS_TEXT},
        **{name: _json(figures[name]) for name in ("contributions", "warnings")},
        "uncertainty": figures["uncertainty"] and _json(figures["uncertainty"]),
        "product": made.terms.product.pk,
        "policy": made.terms.policy_version.pk,
        "contract": figures["contract_id"],
        "amount": asked.amount,
        "term_months": asked.term_months,
        "features": _json(made.values),
        "recommendation": verdict["recommendation"],
        "automatic": verdict["automatic"],
        "policy_results": _json(verdict["policy_results"]),
        "details": _json(made.evidence),
    }


def _pd(made: Considered) -> float:
    return float(made.figures.get("pd") or 0.0)


def _json(value: object) -> str:
    return canonical(value).decode()
