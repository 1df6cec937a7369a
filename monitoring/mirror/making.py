"""Makes and stores officer mirrors, month by month. It reads the vault: for the worker alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from credit import locks
from credit.models import OfficerDecision, Product
from monitoring.findings import Finding, tell
from monitoring.mirror import pages as mirror_pages
from monitoring.mirror import rows as mirror_rows
from monitoring.mirror.pages import Found
from monitoring.models import OfficerMirror
from scoring.contract import Contract
from scoring.officers import groups as mirror_groups
from scoring.officers import mirror
from scoring.officers.alarms import Look
from scoring.officers.mirror import Mirrors
from scoring.officers.pooling import OUTCOMES
from scoring.results.windows import months_after

MONTHS = 12  # of decisions in a mirror, and as many looks share their false alarms
SETTLED = timedelta(days=1)  # after a month's end, what was decided in it is final
OWN_FIRST = timedelta(days=3)  # in which officers see their own before anybody sees any
CAUSE = "officer_overrides_differ"
PAGES = {"groups": "/fairness/officers/groups/", OUTCOMES: "/fairness/officers/"}
MESSAGES = {
    "groups": gettext_noop(
        "Of {asked} officers with enough decisions, {differ} approve some protected group "
        "otherwise than their peers do, within recommendation and score band; twelve months "
        "until {until}."
    ),
    OUTCOMES: gettext_noop(
        "Of {asked} officers with enough outcomes, {differ} approve loans against the "
        "recommendation that turn out worse than those of their peers, within score band and "
        "amount; twelve months until {until}."
    ),
}


def bring_up_to_date(*, at: datetime, only: Product | None = None) -> int:
    """Make each mirror that is missing of the last twelve months, and tell what is to be told.

    A run that was missed is made up for by the next; a second one finds nothing to do.
    """
    made = 0
    for product in [only] if only else Product.objects.order_by("pk"):
        made += sum(make(product=product, month=month, at=at) for month in _due(product, at=at))
        tell_found(product=product, at=at)
    return made


@transaction.atomic
def make(*, product: Product, month: date, at: datetime) -> bool:
    """Make the mirrors of a month that is over, once; says whether it did."""
    locks.alone(f"mirror/{product.pk}")
    contract = product.deciding_contract()
    stored = OfficerMirror.objects.filter(product=product, month=month)
    if contract is None or stored.exists() or not _is_over(month, at=at):
        return False
    found = _assess(product, contract.read(), month)
    OfficerMirror.objects.bulk_create(
        OfficerMirror(
            product=product,
            month=month,
            officer_id=who,
            figures=each.to_dict(),
            look=_look(found) if who is None else {},
            computed_at=at,
            shared_from=at + OWN_FIRST,
        )
        for who, each in ((None, found.team), *found.officers.items())
    )
    return True


@transaction.atomic
def tell_found(*, product: Product, at: datetime) -> None:
    """Tell what the newest look found, once the officers had time to see their own."""
    untold = OfficerMirror.objects.select_for_update().filter(
        product=product, officer=None, told_at=None, shared_from__lte=at
    )
    newest = untold.order_by("-month").first()
    if newest is not None:
        tell(findings_of(newest), at=at)
        untold.update(told_at=at)


def findings_of(team: OfficerMirror) -> list[Finding]:
    """Turn a look into findings, which name nobody: the pages do, to those who may open them."""
    return [
        _finding("groups", team, mirror_pages.by_groups(team)),
        _finding(OUTCOMES, team, mirror_pages.in_outcomes(team)),
    ]


def _finding(segment: str, team: OfficerMirror, found: Found) -> Finding:
    return Finding(
        cause=CAUSE,
        product=team.product,
        segment=segment,
        is_bad=bool(found.differ),
        message=MESSAGES[segment].format(asked=found.asked, differ=found.differ, until=found.until),
        n=found.n,
        link=f"{PAGES[segment]}?product={team.product.slug}",
    )


def _assess(product: Product, contract: Contract, month: date) -> Mirrors:
    until = _ends(month)
    since = _begins(months_after(month, 1 - MONTHS))
    collected = mirror_rows.collect(product, since=since, until=until)
    attributes = contract.assessable
    groups = mirror_rows.groups_of(collected, product, attributes)
    return mirror.assess(
        collected.decided,
        pairs=mirror_groups.pairs(attributes, groups),
        answers=mirror_rows.answers_of(product, since=since, until=until),
        minimum=contract.fairness.minimum_group,
    )


def _look(found: Mirrors) -> dict[str, Any]:
    """Keep how many were asked what, and who differs; the p-values stay behind."""
    return {
        "asked": {name: len(each) for name, each in found.look.asked.items()},
        "officers": {segment: len(_officers(found.look, segment)) for segment in PAGES},
        "differs": [
            {"question": each.question, "officer": each.officer} for each in found.look.differs
        ],
    }


def _officers(look: Look, segment: str) -> frozenset[int]:
    """Name everybody of whom any question of a page could be asked: each once."""
    is_of_outcomes = segment == OUTCOMES
    each = (who for name, who in look.asked.items() if (name == OUTCOMES) == is_of_outcomes)
    return frozenset[int]().union(*each)


def _due(product: Product, *, at: datetime) -> list[date]:
    """List the last months that are over and not made, the oldest first."""
    last = months_after(at.astimezone(UTC).date().replace(day=1), -1)
    months = [months_after(last, back) for back in range(1 - MONTHS, 1)]
    done = set(
        OfficerMirror.objects.filter(product=product, officer=None).values_list("month", flat=True)
    )
    missing = [each for each in months if each not in done and _is_over(each, at=at)]
    return [each for each in missing if _somebody_decided(each)]


def _somebody_decided(month: date) -> bool:
    """Say whether there is anything to look at, of whichever product: that is quickly asked."""
    since = _begins(months_after(month, 1 - MONTHS))
    decided = OfficerDecision.objects.filter(decided_at__gte=since, decided_at__lt=_ends(month))
    return decided.exists()


def _is_over(month: date, *, at: datetime) -> bool:
    return _ends(month) + SETTLED <= at


def _begins(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def _ends(month: date) -> datetime:
    return _begins(months_after(month, 1))
