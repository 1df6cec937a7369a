"""The targets of a product's owner, and whether each was set before anybody applied.

A target counts as set on the day on which the first of an unbroken line of policies with the very
same target was approved. The date that a policy states (`since`) says from when it counts, and
never that it was there before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from credit.models import PolicyVersion, Product
from monitoring.models import Figures
from scoring.results.criteria import MEASURES, Criterion


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A criterion in force, who set it, and when the product's first application came."""

    name: str
    target: float
    tolerance: float
    since: date
    set_at: datetime
    set_by: str
    live_since: datetime | None  # None: nobody has applied yet

    @property
    def is_set_before(self) -> bool:
        """Whether it was set before the first application."""
        return self.live_since is None or self.set_at < self.live_since

    @property
    def criterion(self) -> Criterion:
        """Give what the policy says."""
        return Criterion(target=self.target, tolerance=self.tolerance, since=self.since)


def targets(product: Product, *, at: datetime) -> dict[str, Target]:
    """Find the criteria of the policy in force, by figure."""
    policy = PolicyVersion.objects.at(at, contract=product.deciding_contract())
    if policy is None:
        return {}
    stated = policy.read().policy.criteria
    if not any(getattr(stated, name) for name in MEASURES):
        return {}
    line = _line(product, policy)
    live_since = live(product)
    found = {}
    for name in MEASURES:
        criterion = getattr(stated, name)
        if criterion is not None:
            first = _first(line, name, criterion)
            found[name] = Target(
                name=name,
                target=criterion.target,
                tolerance=criterion.tolerance,
                since=criterion.since,
                set_at=_set_at(first),
                set_by=first.requested_by.known_as,
                live_since=live_since,
            )
    return found


def live(product: Product) -> datetime | None:
    """Find when the first application came, from what days came to."""
    days = Figures.objects.filter(
        kind="business", product=product, segment="", figures__has_key="first_at"
    )
    first = days.order_by("starts_at").values_list("figures__first_at", flat=True).first()
    return datetime.fromisoformat(first) if first else None


def _line(product: Product, policy: PolicyVersion) -> list[PolicyVersion]:
    """List the policies up to this one that were not withdrawn, the newest first."""
    found = product.policies.filter(withdrawal=None, number__lte=policy.number)
    whole = found.select_related("contract", "requested_by", "proposal")
    return list(whole.order_by("-number"))


def _first(line: Sequence[PolicyVersion], name: str, criterion: Criterion) -> PolicyVersion:
    """Go back as long as the very same is stated."""
    first = line[0]
    for policy in line[1:]:
        if getattr(policy.read().policy.criteria, name) != criterion:
            break
        first = policy
    return first


def _set_at(policy: PolicyVersion) -> datetime:
    proposal = getattr(policy, "proposal", None)
    if proposal is None or proposal.answered_at is None:
        return policy.in_force_from
    answered: datetime = proposal.answered_at
    return answered
