"""Makes and stores fairness reports. For the worker and for commands: it reads the vault."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from credit import locks
from credit.models import ModelVersion, Product, User
from monitoring.fairness import apart, by_law, populations
from monitoring.fairness.apart import Withheld
from monitoring.fairness.by_law import Law
from monitoring.fairness.earlier import Earlier, Scope, wait_for_turn
from monitoring.fairness.populations import Groups, Reader, Sample, contract_of, product_of
from monitoring.fairness.stored_reports import laid_out
from monitoring.models import FairnessReport
from scoring import fairness
from scoring.contract import Contract

Population, Stage = FairnessReport.Population, FairnessReport.Stage
BANDS = "score band"
EVERYTHING = Withheld()  # is told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a stage is judged and spoken of."""

    deed: str
    is_favourable: bool = True
    within: str = ""  # what groups are compared within
    has_outcomes: bool = False


WAYS: dict[str, _Way] = {
    Stage.RECOMMENDATION: _Way(deed="approved", has_outcomes=True),
    Stage.FINAL: _Way(deed="approved", has_outcomes=True),
    Stage.LOW_SIDE: _Way(deed="lent to against the recommendation", within=BANDS),
    Stage.HIGH_SIDE: _Way(
        deed="declined against the recommendation", within=BANDS, is_favourable=False
    ),
    Stage.TERMS: _Way(deed="granted what was asked for"),
}


@transaction.atomic
def make(  # noqa: PLR0913 - each says of itself what it is; they are asked for in one place
    *,
    version: ModelVersion | None = None,
    product: Product | None = None,
    population: str,
    stage: str = Stage.RECOMMENDATION,
    since: datetime | None = None,
    until: datetime | None = None,
    by: User | None,
    at: datetime,
    event: int | None = None,
    is_due: bool = False,
    is_matured: bool = False,
    reader: Reader | None = None,
) -> FairnessReport | None:
    """Compute and store a report on a version, or on all versions of a product.

    None where nobody's group is known among the decisions, unless it `is_due`. Validation always
    gives a report: that no group is known there is itself a finding. `reader` is one that several
    reports of one transaction share.
    """
    of = version or product
    contract = contract_of(of) if of else None
    if of is None or contract is None:
        return None
    if population == Population.DECISIONS:
        wait_for_turn()
    reader = reader or Reader()
    sample = populations.sample_of(
        of, population, at=at, stage=stage, since=since, until=until, reader=reader
    )
    groups = populations.groups_of(sample, of=of, by=by, reader=reader)
    if population == Population.DECISIONS and not (is_due or knows_anybody(groups)):
        return None
    law = by_law.law_of([contract], sample, since=since, until=until, at=at)
    asked = _Asked(of=of, contract=contract, law=law, population=population, stage=stage, at=at)
    scope = Scope(
        product=asked.product.pk,
        version=version.pk if version else None,
        since=since,
        until=until or at,
    )
    return FairnessReport.objects.create(
        product=asked.product,
        model_version=version,
        population=population,
        stage=stage,
        since=since,
        until=until,
        report=_made(asked, sample, groups, scope=scope, by=by, reader=reader),
        created_at=at,
        created_by=by,
        asked_by_event=event,
        is_matured=is_matured,
    )


@transaction.atomic
def make_once(*, version: ModelVersion, at: datetime) -> FairnessReport | None:
    """Report on a new model's validation, unless that was done: a task may run twice."""
    locks.alone(f"validation/{version.pk}")
    done = FairnessReport.objects.filter(model_version=version, population=Population.VALIDATION)
    if done.exists():
        return None
    return make(version=version, population=Population.VALIDATION, by=None, at=at)


def knows_anybody(groups: Groups) -> bool:
    """Say whether the group of anybody is known."""
    return any(group is not None for known in groups.values() for group in known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a report is to be about."""

    of: ModelVersion | Product
    contract: Contract
    law: Law
    population: str
    stage: str
    at: datetime

    @property
    def product(self) -> Product:
        """Whose decisions or loans they are."""
        return product_of(self.of)


def _made(
    asked: _Asked,
    sample: Sample,
    groups: Groups,
    *,
    scope: Scope,
    by: User | None,
    reader: Reader,
) -> dict[str, Any]:
    """Make it as it would be alone, and again without what it gives away beside others."""
    alone = _report(asked, sample, groups)
    if asked.population != Population.DECISIONS:
        return alone
    held = apart.withheld(
        Earlier(scope=scope, at=asked.at, report=alone),
        stage=asked.stage,
        samples=[(asked.product, sample)],
        by=by,
        reader=reader,
    )
    return _report(asked, sample, groups, withheld=held) if held else alone


def _report(
    asked: _Asked, sample: Sample, groups: Groups, *, withheld: Withheld = EVERYTHING
) -> dict[str, Any]:
    way, contract = WAYS[asked.stage], asked.contract
    found = fairness.assess_people(
        people_of(sample, way),
        groups,
        attributes=contract.protected,
        bounds=contract.fairness,
        law=asked.law.screens,
        deed=way.deed,
        is_favourable=way.is_favourable,
        untold=withheld.untold,
    )
    return laid_out(
        found,
        sample,
        groups,
        law=asked.law,
        within=way.within,
        is_favourable=way.is_favourable,
        withheld=withheld,
    )


def people_of(sample: Sample, way: _Way) -> fairness.People:
    """Lay a sample out for what a stage asks of it."""
    return fairness.people_of(
        sample.selected,
        sample.bad if way.has_outcomes else None,
        pd=sample.pd or None,
        score=sample.score or None,
        offered=sample.share_offered or None,
        strata=[band or "none" for band in sample.band] if way.within == BANDS else None,
    )
