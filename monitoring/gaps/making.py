"""Makes and stores the reports on gaps. For the worker and for commands: it reads the vault."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from credit.models import ModelVersion, Product, User
from monitoring.fairness.earlier import wait_for_turn
from monitoring.gaps.apart import why_untold
from monitoring.gaps.due import FORMAT, is_over
from monitoring.gaps.figures import of_validation
from monitoring.gaps.figures import said_of as said_of_gap
from monitoring.gaps.loading import Month, Told, month_of, validated
from monitoring.gaps.ratios import ratios_of
from monitoring.gaps.written import label_of
from monitoring.models import GapReport
from scoring.contract import Contract, Protected
from scoring.groups import gap_reasons
from scoring.groups.gaps import FEWEST, decompose
from scoring.groups.told_cells import groups_told

Population = GapReport.Population


def make_validation(*, version: ModelVersion, by: User | None, at: datetime) -> GapReport | None:
    """Look at a version's validation, unless that was done; None where it was."""
    if version.gap_reports.filter(format=FORMAT).exists():
        return None
    found = validated(version, by=by, at=at)
    return _kept(
        GapReport(
            product=version.product,
            population=Population.VALIDATION,
            model_version=version,
            format=FORMAT,
            report=of_validation(version.contract.read(), found),
            created_at=at,
            created_by=by,
        )
    )


@transaction.atomic
def make_month(*, product: Product, month: date, by: User | None, at: datetime) -> GapReport | None:
    """Look at a month of live decisions, unless that was done or it is not over; None where so."""
    wait_for_turn()
    done = product.gap_reports.filter(month=month, format=FORMAT)
    deciding = product.deciding_contract()
    if done.exists() or deciding is None or not is_over(month, at=at):
        return None
    contract = deciding.read()
    found = month_of(product, contract, month, by=by)
    made = GapReport(
        product=product,
        population=Population.DECISIONS,
        month=month,
        format=FORMAT,
        report=_of_month(product, contract, found, untold={}),
        created_at=at,
        created_by=by,
    )
    if untold := why_untold(made, contract, by=by):
        made.report = _of_month(product, contract, found, untold=untold)
    return _kept(made)


@transaction.atomic
def _kept(made: GapReport) -> GapReport | None:
    """Keep a report, unless another worker did meanwhile; decisions never wait for this lock."""
    Product.objects.select_for_update(no_key=True).get(pk=made.product_id)
    others = GapReport.objects.filter(
        product=made.product_id,
        model_version=made.model_version_id,
        month=made.month,
        format=made.format,
    )
    if others.exists():
        return None
    made.save(force_insert=True)
    return made


def _of_month(
    product: Product, contract: Contract, found: Month, *, untold: dict[str, str]
) -> dict[str, Any]:
    versions = product.versions.filter(pk__in=list(found.told)).select_related("contract")
    return {
        "n": found.n,
        "minimum_group": contract.fairness.minimum_group,
        "attributes": ratios_of(contract, found, untold=untold),
        "versions": [
            {
                "id": version.pk,
                "number": version.number,
                "attributes": [
                    _told(
                        version.contract.read(),
                        attribute,
                        found,
                        version=version.pk,
                        untold=untold.get(attribute.name, ""),
                    )
                    for attribute in contract.assessable
                ],
            }
            for version in versions.order_by("number")
        ],
    }


def _told(
    contract: Contract, attribute: Protected, found: Month, *, version: int, untold: str
) -> dict[str, Any]:
    """Say of one version's scores where the gaps come from, and which reasons were given."""
    reference, minimum = attribute.reference or "", contract.fairness.minimum_group
    told = found.told[version]
    of = {
        group.value: told.get((attribute.name, group.value), Told()) for group in attribute.groups
    }
    unknown = found.n - sum(
        found.recommended[attribute.name, group.value].n for group in attribute.groups
    )
    counts = {value: each.sums.n if each.sums else 0 for value, each in of.items()}
    may_be_told = groups_told(counts, smallest=max(minimum, FEWEST), unknown=unknown)
    enough = {
        value: each.sums
        for value, each in of.items()
        if each.sums is not None and value in may_be_told and not untold
    }
    given = {value: each.given for value, each in of.items()}
    return {
        "name": attribute.name,
        "label": attribute.label,
        "reference": reference,
        "reference_label": label_of(attribute, reference),
        "reference_n": enough[reference].n if reference in enough else None,
        "untold": untold,
        "groups": [
            {
                "value": group.value,
                "label": group.label,
                "n": enough[group.value].n if group.value in enough else None,
                "gap": said_of_gap(
                    decompose(enough[group.value], enough[reference], contract.feature_names),
                    contract,
                )
                if {group.value, reference} <= set(enough)
                else None,
            }
            for group in attribute.groups
            if group.value != reference
        ],
        "reasons": gap_reasons.by_group(contract, attribute, given, minimum=minimum, told=enough),
    }
