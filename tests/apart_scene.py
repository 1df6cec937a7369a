"""Decisions of some months by some versions, written at once, and reports on them."""

from datetime import UTC, datetime, timedelta
from itertools import repeat

import written_decisions
from written_decisions import Row

from credit.models import ModelVersion, PolicyVersion
from monitoring.fairness import queries, reports
from monitoring.models import FairnessReport

MIDDLE, YOUNG, OLD = "25_to_61", "under_25", "62_and_over"
GROUPS = (YOUNG, MIDDLE, OLD)
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
Stage = FairnessReport.Stage


def begins(month):
    """Give the first moment of a month of 2026."""
    return datetime(2026, month, 1, tzinfo=UTC)


def again(version):
    """Register the same model once more, as a version of its own."""
    other = ModelVersion.objects.get(pk=version.pk)
    other.pk, other.number = None, version.number + 1
    other.save()
    return other


def policy(version, *, by, approved_by):
    """Put the policy in force that decides."""
    return PolicyVersion.objects.create(
        product=version.product,
        number=1,
        contract=version.contract,
        in_force_from=NOW,
        requested_by=by,
        approved_by=approved_by,
    )


def decided(
    version,
    group,
    times,
    *,
    month=1,
    status="approved",
    product=None,
    contract=None,
    route=None,
    sex=None,
):
    """Let a version decide so many times in the middle of a month; None: no version scored."""
    on = begins(month) + timedelta(days=14)
    rules = PolicyVersion.objects.first()
    made = written_decisions.write(
        (
            Row(
                at=on,
                status=status,
                recommendation="approve" if number % 3 else "decline",
                route=route or ("champion" if version else "none"),
            )
            for number in range(times)
        ),
        policy=rules,
        version=version,
        product=product or (version or rules).product,
        contract=contract,
    )
    written_decisions.belong_to(made, age_group=group, sex=sex)
    return made


def matured(decisions, *, on, by, is_bad=False):
    """Let outcomes become known."""
    written_decisions.turned_out(decisions, repeat(is_bad), on=on, by=by)


def officer_decided(decisions, *, by, final_at):
    """Let an officer have approved, for good at a moment."""
    written_decisions.officers_said(
        decisions,
        repeat("approve"),
        by=by,
        decided_at=lambda _: final_at - timedelta(minutes=10),
        final_at=lambda _: final_at,
    )


def report(of, since, until, *, stage=Stage.RECOMMENDATION, at=NOW, by=None):
    """Report on the months from one to another, both whole, at somebody's word."""
    kind = "version" if isinstance(of, ModelVersion) else "product"
    made = reports.make(
        **{kind: of},
        population=FairnessReport.Population.DECISIONS,
        stage=stage,
        since=begins(since),
        until=begins(until + 1),
        by=by or PolicyVersion.objects.first().approved_by,
        at=at,
        is_due=True,
    )
    return queries.view(made)


def age(view):
    """Find what a report says of age."""
    return next(each for each in view.attributes if each.name == "age_group")


def numbers(view):
    """Give the number that is told of each age group."""
    return {group.value: group.n for group in age(view).groups}
