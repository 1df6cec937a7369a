"""One report over all products that share an attribute: groups compared within each product.

A lender may treat a group alike in each product and yet not as a whole, or the other way round;
Cochran, Mantel and Haenszel's test looks at all products at once without mixing them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import transaction

from credit.models import Product, User
from monitoring.fairness import apart, by_law, populations
from monitoring.fairness.apart import Withheld
from monitoring.fairness.by_law import Law
from monitoring.fairness.earlier import Earlier, Scope, wait_for_turn
from monitoring.fairness.populations import Groups, Sample, contract_of, period_of
from monitoring.fairness.reports import EVERYTHING, WAYS, knows_anybody, people_of
from monitoring.fairness.stored_reports import laid_out
from monitoring.models import FairnessReport
from scoring import fairness
from scoring.contract import Contract, FairnessBounds, Protected
from scoring.groups.report import FairnessReport as Found
from scoring.groups.report import worst
from scoring.groups.told import Untold
from scoring.groups.words import overall

PRODUCTS = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A product's people."""

    product: Product
    contract: Contract
    sample: Sample
    groups: Groups


@transaction.atomic
def make(
    *,
    stage: str,
    since: datetime | None,
    until: datetime | None,
    by: User | None,
    at: datetime,
    event: int | None = None,
    is_due: bool = False,
) -> FairnessReport | None:
    """Compute and store a report across products; None where no two share a known attribute."""
    wait_for_turn()
    parts = list(_parts(stage, since=since, until=until, by=by, at=at))
    attributes = shared([part.contract for part in parts])
    has_any = attributes and any(knows_anybody(part.groups) for part in parts)
    if not (has_any or is_due):
        return None
    contracts = [part.contract for part in parts]
    everybody = _joined([part.sample for part in parts])
    law = by_law.law_of(contracts, everybody, since=since, until=until, at=at)
    report = _report(parts, attributes, law=law, stage=stage)
    scope = Scope(product=None, version=None, since=since, until=until or at)
    held = apart.withheld(
        Earlier(scope=scope, at=at, report=report),
        stage=stage,
        samples=[(part.product, part.sample) for part in parts],
        by=by,
    )
    return FairnessReport.objects.create(
        population=FairnessReport.Population.DECISIONS,
        stage=stage,
        since=since,
        until=until,
        report=_report(parts, attributes, law=law, stage=stage, withheld=held) if held else report,
        created_at=at,
        created_by=by,
        asked_by_event=event,
    )


def _report(
    parts: Sequence[_Part],
    attributes: Sequence[Protected],
    *,
    law: Law,
    stage: str,
    withheld: Withheld = EVERYTHING,
) -> dict[str, Any]:
    bounds = _strictest(parts)
    found = [
        _of_attribute(each, parts, bounds=bounds, law=law, stage=stage, untold=withheld.untold)
        for each in attributes
    ]
    everybody = _joined([part.sample for part in parts])
    verdict = worst([each.verdict for each in found])
    one = tuple(each.attributes[0] for each in found)
    return laid_out(
        Found(
            n=len(everybody.rows),
            minimum_air=bounds.minimum_air,
            minimum_group=bounds.minimum_group,
            is_selective=any(each.is_selective for each in found),
            attributes=one,
            pairs=(),
            verdict=verdict,
            words=overall(verdict, one),
        ),
        everybody,
        {each.name: _groups(each, parts) for each in attributes},
        law=law,
        within=PRODUCTS,
        is_favourable=WAYS[stage].is_favourable,
        withheld=withheld,
    )


def shared(contracts: Sequence[Contract]) -> tuple[Protected, ...]:
    """List the attributes that two contracts or more assess alike: same groups, same reference."""
    found: dict[tuple[str, str | None, frozenset[str]], list[Protected]] = {}
    for attribute in chain.from_iterable(contract.assessable for contract in contracts):
        found.setdefault(_alike(attribute), []).append(attribute)
    return tuple(each[0] for each in found.values() if len(each) > 1)


def _parts(
    stage: str,
    *,
    since: datetime | None,
    until: datetime | None,
    by: User | None,
    at: datetime,
) -> Iterator[_Part]:
    for product in Product.objects.order_by("slug"):
        contract = contract_of(product)
        if contract is None or not contract.assessable:
            continue
        sample = populations.sample_of(
            product,
            FairnessReport.Population.DECISIONS,
            at=at,
            stage=stage,
            since=since,
            until=until,
        )
        groups = populations.groups_of(sample, of=product, by=by) if sample.rows else {}
        # Products' points are on scales of their own, and their amounts in currencies.
        yield _Part(
            product=product,
            contract=contract,
            sample=replace(sample, score=(), share_offered=()),
            groups=groups,
        )


def _of_attribute(
    attribute: Protected,
    parts: Sequence[_Part],
    *,
    bounds: FairnessBounds,
    law: Law,
    stage: str,
    untold: Untold,
) -> Found:
    """Report on one attribute over the products that assess it."""
    way, own = WAYS[stage], _with(attribute, parts)
    sample = _joined([part.sample for part in own])
    people = replace(
        people_of(replace(sample, band=()), replace(way, within="")),
        strata=fairness.people_of(
            sample.selected,
            strata=[part.product.slug for part in own for _ in part.sample.rows],
        ).strata,
    )
    return fairness.assess_people(
        people,
        {attribute.name: _groups(attribute, own)},
        attributes=(attribute,),
        bounds=bounds,
        law=law.screens,
        deed=way.deed,
        is_favourable=way.is_favourable,
        untold=untold,
    )


def _with(attribute: Protected, parts: Sequence[_Part]) -> list[_Part]:
    """Find the products that assess an attribute alike."""
    return [
        part
        for part in parts
        if any(_alike(each) == _alike(attribute) for each in part.contract.assessable)
    ]


def _alike(attribute: Protected) -> tuple[str, str | None, frozenset[str]]:
    return attribute.name, attribute.reference, frozenset(each.value for each in attribute.groups)


def _groups(attribute: Protected, parts: Sequence[_Part]) -> list[str | None]:
    """Give the groups of all rows; of products that do not assess it alike, nobody's."""
    own = {part.product.pk for part in _with(attribute, parts)}
    return [
        group
        for part in parts
        for group in _known(part, attribute.name if part.product.pk in own else "")
    ]


def _known(part: _Part, attribute: str) -> Sequence[str | None]:
    return part.groups.get(attribute, [None] * len(part.sample.rows))


def _joined(samples: Sequence[Sample]) -> Sample:
    """Put samples one behind the other."""
    decided_at = tuple(chain.from_iterable(each.decided_at for each in samples))
    periods = {each.period for each in samples}
    return Sample(
        rows=tuple(chain.from_iterable(each.rows for each in samples)),
        selected=tuple(chain.from_iterable(each.selected for each in samples)),
        bad=tuple(chain.from_iterable(each.bad for each in samples)),
        pd=tuple(chain.from_iterable(each.pd for each in samples)),
        decided_at=decided_at,
        period=periods.pop() if len(periods) == 1 else period_of(decided_at),
        approved_means=samples[0].approved_means if samples else "",
    )


def _strictest(parts: Sequence[_Part]) -> FairnessBounds:
    """Take the highest bounds of any product: what one keeps back, all keep back."""
    bounds = [part.contract.fairness for part in parts]
    return FairnessBounds(
        minimum_air=max((each.minimum_air for each in bounds), default=0.8),
        minimum_group=max((each.minimum_group for each in bounds), default=1),
        blocks_promotion=False,
    )
