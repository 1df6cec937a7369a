"""Decisions as rows, many at once: what the product would have written on some days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from credit import vault
from credit.ids import new_id
from credit.models import Application, Decision, OfficerDecision, Outcome, Score


@dataclass(frozen=True, kw_only=True)
class Row:
    """An application, what was recommended, and how it stands."""

    at: datetime
    status: str = "awaiting_officer"
    recommendation: str = "refer"
    route: str = "champion"
    pd: float = 0.1
    score: int | None = 500
    band: str = "B"


def write(rows: Iterable[Row], *, policy, version, product=None, contract=None) -> list[Decision]:
    """Write applications that a version scored; None: no version did."""
    made = [(_application(row, product or policy.product), row) for row in rows]
    Application.objects.bulk_create(application for application, _ in made)
    Score.objects.bulk_create(
        Score(
            application=application,
            contract=contract or (version or policy).contract,
            route=row.route,
            model_version=version,
            pd=row.pd if version else None,
            score=row.score if version else None,
            band=row.band if version else "",
        )
        for application, row in made
    )
    return Decision.objects.bulk_create(
        Decision(
            application=application,
            policy=policy,
            recommendation=row.recommendation,
            decided_at=row.at,
        )
        for application, row in made
    )


def _application(row, product):
    return Application(
        id=new_id(row.at),
        product=product,
        reference="A",
        amount=1000,
        term_months=12,
        features={},
        status=row.status,
        received_at=row.at,
        salt=b"0" * 16,
    )


def belong_to(decisions: Sequence[Decision], **groups: str | None) -> None:
    """Put into the vault which group of an attribute they are of, where it is known."""
    for attribute, group in groups.items():
        if group and decisions:
            rows = [(each.application_id, attribute, group) for each in decisions]
            vault.store_each(rows, at=decisions[0].decided_at)


def officers_said(decisions, verdicts: Iterable[str], *, by, decided_at, final_at, **changes):
    """Let an officer have decided each so; moments are of each, from the moment it came in."""
    because = {"reason_code": "OFF01", "reason": "Because."} | changes
    OfficerDecision.objects.bulk_create(
        OfficerDecision(
            decision=each,
            verdict=verdict,
            is_override=each.recommendation not in {"refer", verdict},
            decided_by=by,
            decided_at=decided_at(each.decided_at),
            final_at=final_at(each.decided_at),
            **because,
        )
        for each, verdict in zip(decisions, verdicts, strict=False)
    )


def turned_out(decisions, are_bad: Iterable[bool], *, on: datetime, by, matures_on=None):
    """Let outcomes have become known."""
    Outcome.objects.bulk_create(
        Outcome(
            decision=each,
            is_bad=is_bad,
            observed_on=on.date(),
            reported_at=on,
            reported_by=by,
            matures_on=matures_on or on.date(),
        )
        for each, is_bad in zip(decisions, are_bad, strict=False)
    )
