"""Decisions of some months by some versions, written at once, and reports on them."""

from datetime import UTC, datetime, timedelta

from credit import vault
from credit.ids import new_id
from credit.models import (
    Application,
    Decision,
    ModelVersion,
    OfficerDecision,
    Outcome,
    PolicyVersion,
    Score,
)
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
    product = product or (version or rules).product
    applications = Application.objects.bulk_create(
        Application(
            id=new_id(on),
            product=product,
            reference="A",
            amount=1000,
            term_months=12,
            features={},
            status=status,
            received_at=on,
            salt=b"0" * 16,
        )
        for _ in range(times)
    )
    Score.objects.bulk_create(
        Score(
            application=each,
            contract=contract or (version or rules).contract,
            route=route or ("champion" if version else "none"),
            model_version=version,
            pd=0.1 if version else None,
            score=500 if version else None,
            band="B" if version else "",
        )
        for each in applications
    )
    made = Decision.objects.bulk_create(
        Decision(
            application=each,
            policy=rules,
            recommendation="approve" if number % 3 else "decline",
            decided_at=on,
        )
        for number, each in enumerate(applications)
    )
    if group:
        vault.store_each([(each.pk, "age_group", group) for each in applications], at=on)
    if sex:
        vault.store_each([(each.pk, "sex", sex) for each in applications], at=on)
    return made


def matured(decisions, *, on, by, is_bad=False):
    """Let outcomes become known."""
    Outcome.objects.bulk_create(
        Outcome(
            decision=each,
            is_bad=is_bad,
            observed_on=on.date(),
            reported_at=on,
            reported_by=by,
            matures_on=on.date(),
        )
        for each in decisions
    )


def officer_decided(decisions, *, by, final_at):
    """Let an officer have approved, for good at a moment."""
    OfficerDecision.objects.bulk_create(
        OfficerDecision(
            decision=each,
            verdict="approve",
            is_override=each.recommendation == "decline",
            reason_code="OFF01",
            reason="Because.",
            decided_by=by,
            decided_at=final_at - timedelta(minutes=10),
            final_at=final_at,
        )
        for each in decisions
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
