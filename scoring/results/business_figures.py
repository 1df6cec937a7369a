"""What a period's counts of business come to: rates, times and profit with their intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scoring.contract import Economics
from scoring.proportions import Share, wilson
from scoring.results import durations
from scoring.results.vintages import Profit, Vintage, profit_of, realised_profit

# What is counted as so many of what.
RATES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "approval_rate": (
        ("automatic_approved", "officer_approved", "offers_accepted"),
        ("automatic_declined", "officer_declined"),
    ),
    "automatic_rate": (("automatic_approved", "automatic_declined"), ("to_a_person",)),
    "override_rate": (("overrides",), ("followed",)),
    "take_up_rate": (("offers_accepted",), ("offers_refused", "offers_lapsed")),
    "helpful_rate": (("thumbs_up",), ("thumbs_down",)),
    "what_if_rate": (("what_if",), ("without_what_if",)),
    "reasons_rate": (("reasons_judged",), ("reasons_not_judged",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A figure with its 95 % interval and its n."""

    value: float
    low: float
    high: float
    n: int

    @property
    def ends(self) -> tuple[float, float]:
        """Give both ends of the interval."""
        return self.low, self.high


def of_days(sums: Mapping[str, Any], economics: Economics) -> dict[str, Value]:
    """State each figure that there is something to say of.

    Examples
    --------
    >>> from decimal import Decimal
    >>> cost = Economics(loss_given_default=0.5, margin=0.1, review_cost=Decimal(0))
    >>> found = of_days({"automatic_approved": 30, "officer_declined": 10}, cost)
    >>> found["approval_rate"].value, found["approval_rate"].n
    (0.75, 40)
    """
    counts = dict(sums)
    made = counts.get("made", 0)
    counts["followed"] = counts.get("recommended", 0) - counts.get("overrides", 0)
    counts["without_what_if"] = made - counts.get("what_if", 0)
    counts["reasons_not_judged"] = made - counts.get("reasons_judged", 0)
    found = {name: _rate(counts, *parts) for name, parts in RATES.items()}
    hours = {int(place): count for place, count in counts.get("hours", {}).items()}
    found["median_hours"] = _duration(hours, 0.5)
    found["p90_hours"] = _duration(hours, 0.9)
    found["expected_profit"] = _profit(_expected(counts, economics))
    return {name: value for name, value in found.items() if value is not None}


def of_vintages(vintage: Vintage, economics: Economics) -> dict[str, Value]:
    """State what matured loans came to, and how many of the approved ones are among them."""
    n = vintage.count("matured")
    if not n:
        return {}
    profit = _profit(realised_profit(vintage, economics))
    found = {
        "taken_up_rate": _share(n, vintage.count("n")),
        "bad_rate": _share(vintage.count("bads"), n),
    }
    return found | ({"realised_profit": profit} if profit else {})


def _expected(counts: Mapping[str, Any], economics: Economics) -> Profit | None:
    """Expect of each approved loan its margin or its loss, by its PD."""
    amount, lost = counts.get("amount", 0.0), counts.get("amount_pd", 0.0)
    amount2, lost2 = counts.get("amount2", 0.0), counts.get("amount2_pd", 0.0)
    margin, loss = economics.margin, economics.loss_given_default
    return profit_of(
        counts.get("lent", 0),
        amount=amount,
        gain=margin * (amount - lost) - loss * lost,
        gain2=margin**2 * (amount2 - lost2) + loss**2 * lost2,
    )


def _rate(
    counts: Mapping[str, Any], those: tuple[str, ...], others: tuple[str, ...]
) -> Value | None:
    count = sum(counts.get(name, 0) for name in those)
    n = count + sum(counts.get(name, 0) for name in others)
    return _share(count, n) if n else None


def _share(count: int, n: int) -> Value:
    interval = wilson(Share(count=count, n=n))
    return Value(value=count / n, low=interval.low, high=interval.high, n=n)


def _duration(hours: Mapping[int, int], share: float) -> Value | None:
    found = durations.quantile(hours, share)
    if found is None:
        return None
    return Value(value=found.value, low=found.interval.low, high=found.interval.high, n=found.n)


def _profit(found: Profit | None) -> Value | None:
    if found is None:
        return None
    return Value(value=found.share, low=found.interval.low, high=found.interval.high, n=found.n)
