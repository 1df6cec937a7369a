"""What officers decide, each a little more or less lenient than the others; one differs much."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from credit.management.made_up.casts import SENIORS, Cast
from credit.management.made_up.columns import only
from scoring.contract import Contract

Columns = dict[str, Any]
Mask = NDArray[np.bool_]
HOUR, MINUTE = 3_600_000, 60_000  # milliseconds
APPROVE, REFER, DECLINE = range(3)
VERDICTS = np.array(["approve", "counter_offer", "decline"])
WITHDRAWN, OFFERED = 0.01, 0.06  # of what waits; of what is not approved
SHARE_OFFERED = 0.7  # of the amount asked for
SPREAD, OUTLIER = 0.03, 0.25  # of officers' lenience, and the last one's
_APPROVED = (0.95, 0.0, 0.04)  # by recommendation; a referral hangs on its PD


def given(
    came: Columns, contract: Contract, cast: Cast, *, last: int, rng: np.random.Generator
) -> Columns:
    """Say what officers made of what policy left to them; nothing happens after `last`."""
    n = len(came["number"])
    for_a_person = (came["automatic"] == "") & ~came["waits"] & ~came["superseded"]
    withdrawn = for_a_person & ~came["owed"] & (rng.random(n) < WITHDRAWN)
    made = for_a_person & ~withdrawn
    officer = rng.integers(0, len(cast.officers), n)
    verdict = _verdict(came, officer, len(cast.officers), rng)
    taken = came["at"] + (HOUR * rng.lognormal(1.0, 0.8, n)).astype(np.int64)
    taken = np.minimum(taken, last - MINUTE)
    decided = np.minimum(taken + (MINUTE * rng.lognormal(1.8, 0.6, n)).astype(np.int64), last)
    is_override = made & (came["said"] != REFER) & (verdict != came["said"])
    reasoned = made & (verdict != APPROVE) | is_override
    signed = made & (verdict != DECLINE) & _is_above(came, contract)
    people = np.array(cast.officers)
    signer = rng.integers(0, SENIORS, n)
    signer = np.where(signer == officer, (officer + 1) % SENIORS, signer)
    return {
        "made": made,
        "withdrawn": withdrawn,
        "verdict_no": np.where(made, verdict, -1),
        "verdict": only(made, VERDICTS[verdict]),
        "officer": people[officer],
        "is_override": is_override,
        "reason_code": np.where(reasoned, _codes(verdict, contract, rng), ""),
        "taken_at": taken,
        "made_at": decided,
        "signed_by": only(signed, people[signer]),
        "offered": only(made & (verdict == REFER), np.round(SHARE_OFFERED * came["amount"])),
    }


def _verdict(came: Columns, officer: Any, officers: int, rng: np.random.Generator) -> Any:
    """Draw verdicts; the number of a counter-offer is that of a referral."""
    lenience = np.random.default_rng(3).normal(0, SPREAD, officers)
    lenience[-1] = OUTLIER
    referred = np.clip(0.95 - 1.5 * came["pd"], 0.05, 0.95)
    approved = np.where(came["said"] == REFER, referred, np.array(_APPROVED)[came["said"]])
    verdict = np.where(rng.random(len(officer)) < approved + lenience[officer], APPROVE, DECLINE)
    verdict[(verdict == DECLINE) & (rng.random(len(officer)) < OFFERED)] = REFER
    verdict[came["owed"]] = DECLINE
    return verdict


def _codes(verdict: Any, contract: Contract, rng: np.random.Generator) -> Any:
    """Draw for each verdict one of the contract's reasons that fit it."""
    drawn = np.full(len(verdict), "", dtype="<U20")
    for number, word in enumerate(VERDICTS):
        here = np.flatnonzero(verdict == number)
        codes = [each.code for each in contract.officer_reasons if each.fits(word)]
        drawn[here] = rng.choice(codes, len(here))
    return drawn


def _is_above(came: Columns, contract: Contract) -> Mask:
    """Say of which approvals a senior officer has to sign as well."""
    authority = contract.policy.authority
    amount = float(authority.sign_above_amount or np.inf)
    riskiest = authority.sign_above_pd or np.inf
    return np.asarray((came["amount"] > amount) | (came["pd"] > riskiest))
