"""The report of a run: what happened, what was said when, and what was true."""

from collections import Counter
from datetime import date
from typing import Any

import numpy as np

from credit.models import OfficerDecision, Outcome
from credit.queries.simulations import report_of
from credit.simulating import strategies
from credit.simulating.days import Days
from credit.simulating.held import Held, Status
from credit.simulating.journal import Journal
from credit.simulating.loans import Loans
from scoring.proportions import Share, wilson
from scoring.simulation import officer as officers
from scoring.simulation.accounts import counted, vintages

LIMITS = (
    (
        "The file holds only loans that were granted. Through the door here means those: of firms "
        "that were turned away in truth nothing is known, and the report says nothing about them."
    ),
    (
        "The product itself learns outcomes only of loans that it approved (selective labels): its "
        "contract has no exploration lane. What became of those that it declined is used in the "
        "comparison of strategies and nowhere else."
    ),
    (
        "A loss becomes known on the day of its charge-off. A loan without one counts as good once "
        "its performance window has ended, and is corrected where it is charged off later."
    ),
    (
        "The day of approval stands for the day of application. Officers, signatures and "
        "promotions are synthetic, of accounts that cannot sign in."
    ),
    "No notices are sent for what the run declines.",
)


def kept(product: str) -> dict[str, Any]:
    """Give the report of a run that has ended."""
    found = report_of(product)
    if found is None:
        raise LookupError(f"the report of {product} is gone from the var folder")
    return found


def make(days: Days, loans: Loans, journal: Journal) -> dict[str, Any]:
    """Put everything together; plain values only, for JSON."""
    trained = [date.fromisoformat(each["on"]) for each in journal.trainings if each["version"]]
    compared = strategies.compare(days, loans, trained)
    approved = {each.name: each.approved for each in compared.strategies}
    return {
        "product": days.contract.slug,
        "name": days.contract.name,
        "currency": days.contract.currency,
        "word": days.contract.outcome.word,
        "window_months": days.contract.outcome.window_months,
        "source": days.contract.source_note,
        "asked": journal.asked,
        "stored": [
            days.asked.stored(day).isoformat() for day in (days.asked.start, days.asked.end)
        ],
        "rows_in_file": loans.raw.height,
        "unusable": loans.unusable,
        "officer": officers.USUAL.words,
        "limits": list(LIMITS),
        "decisions": _decisions(days),
        "alarms": _alarms(days, journal),
        "looks": len(journal.checks),
        "trainings": journal.trainings,
        "refusals": journal.refusals,
        "vintages": _vintages(days),
        "strategies": [_in_whole(each.facts) for each in compared.accounts],
        "differently": counted(approved, strategies.MANAGED, strategies.FIRST)
        if len(approved) > 1
        else {},
        "immature_fits": compared.immature_fits,
        "declined_in_truth": _declined(days),
    }


def _in_whole(account: dict[str, Any]) -> dict[str, Any]:
    """Round money to the unit: its interval is wider than that by far."""
    money = ("profit", "low", "high", "difference", "difference_low", "difference_high")
    return account | {name: round(account[name]) for name in money}


def _decisions(days: Days) -> dict[str, Any]:
    held = days.held
    product, partner = days.product, days.people.partner
    by_officers = OfficerDecision.objects.filter(
        decision__application__product=product, decision__application__partner=partner
    )
    outcomes = Outcome.objects.filter(
        decision__application__product=product, decision__application__partner=partner
    )
    return {
        "n": len(held),
        "recommended": dict(Counter(str(each.recommendation.value) for each in held)),
        "stand": dict(Counter(str(Status(each.status).value) for each in held)),
        "overrides": by_officers.filter(is_override=True).count(),
        "signed": by_officers.filter(signed_by__isnull=False).count(),
        "outcomes": outcomes.filter(number=1).count(),
        "outcomes_bad": outcomes.filter(is_bad=True).count(),
        "outcomes_corrected": outcomes.filter(number__gt=1).count(),
    }


def _alarms(days: Days, journal: Journal) -> list[dict[str, Any]]:
    """Tell each first alarm of a kind: when, what it said, and what was true by then."""
    found = []
    for check in journal.checks:
        for each in check["found"]:
            if each["kind"] in check["new"]:
                on = date.fromisoformat(check["on"])
                found.append(
                    {
                        "on": check["on"],
                        "champion": check["champion"],
                        **each,
                        "truth": _truth(days, on),
                    }
                )
    return found


def _truth(days: Days, on: date) -> dict[str, Any]:
    """Say what became in the end of the loans of the half year before an alarm."""
    lately = [
        each
        for each in days.held
        if 0 <= (on - each.loan.applied_on).days <= 183 and each.pd is not None
    ]
    n = len(lately)
    bads = sum(each.loan.failed_on is not None for each in lately)
    return {
        "n": n,
        "mean_pd": float(np.mean([each.pd for each in lately])) if n else None,
        **_rate(bads, n),
    }


def _vintages(days: Days) -> list[dict[str, Any]]:
    """Compare what was predicted of approved loans with what came true."""
    lent = [each for each in days.held if each.is_approved and each.pd is not None]
    return vintages(
        [each.loan.applied_on for each in lent],
        np.array([each.pd for each in lent], dtype=np.float64),
        np.array([_failed_in_window(each) for each in lent], dtype=np.bool_),
        np.array([each.loan.failed_on is not None for each in lent], dtype=np.bool_),
    )


def _failed_in_window(each: Held) -> bool:
    failed = each.loan.failed_on
    return failed is not None and failed <= each.matures_on


def _declined(days: Days) -> dict[str, Any]:
    """Say what became of those that the product declined; it never learned of it."""
    declined = [each for each in days.held if each.status == Status.DECLINED]
    bads = sum(each.loan.failed_on is not None for each in declined)
    return {"n": len(declined), **_rate(bads, len(declined))}


def _rate(bads: int, n: int) -> dict[str, float | int | None]:
    if not n:
        return {"bads": 0, "bad_rate": None, "low": None, "high": None}
    interval = wilson(Share(count=bads, n=n))
    return {"bads": bads, "bad_rate": bads / n, "low": interval.low, "high": interval.high}
