"""What the worker does. Messages hold ids only, and each task may run twice."""

from datetime import datetime

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection
from django.utils import timezone

from credit import store
from credit.actions import (
    alert_deliveries,
    alert_retention,
    alert_sending,
    alerts,
    api_keys,
    audit,
    batch_runs,
    batches,
    canaries,
    dossiers,
    fair_alternatives,
    idempotency,
    months,
    outbox,
    outcome_requests,
    practice,
    queue_items,
    tokens,
    training_runs,
    webhook_deliveries,
)
from credit.actions.refusals import ActionDenied
from credit.metered_task import task
from credit.models import Product
from credit.store import FileAltered, FileMissing

log = structlog.get_logger("credit.tasks")


@task("credit.seal_audit", is_due=audit.is_any_unsealed)
def seal_audit() -> None:
    """Seal what was written since the last time."""
    audit.seal(at=timezone.now())


@task("credit.seal_audit_of_minutes")
def seal_audit_of_minutes() -> None:
    """Seal what took so long to commit that the frequent sealing looks no more for it."""
    audit.seal(at=timezone.now(), back=audit.Back.MINUTES)


@task("credit.seal_audit_thoroughly")
def seal_audit_thoroughly() -> None:
    """Seal everything that is not sealed, however long ago it was written."""
    while audit.seal(at=timezone.now(), back=audit.Back.EVERYTHING):
        pass


@task("credit.gather_queue", is_due=lambda: queue_items.is_any_new(at=timezone.now()))
def gather_queue() -> None:
    """Gather what officers would have to wait for after a large file."""
    queue_items.gather_all(at=timezone.now())


@task("credit.make_months")
def make_months() -> None:
    """Make the partitions of the months to come."""
    months.make_ahead(at=timezone.now())


@task("credit.sweep_store")
def sweep_store() -> None:
    """Remove what killed writes have left in the store."""
    store.sweep(at=timezone.now())


@task("credit.prepare_practice")
def prepare_practice() -> None:
    """Lay out past cases for practice where a champion has none yet."""
    for product_id in Product.objects.order_by("pk").values_list("pk", flat=True):
        practice.prepare(product_id=product_id, at=timezone.now())


@task("credit.count_populations")
def count_populations() -> None:
    """Count the applications that other cut-offs are tried on, where something changed."""
    from credit.actions import populations  # noqa: PLC0415 - scipy, in the worker's child only

    populations.count_due(at=timezone.now())


@task("credit.purge_idempotency")
def purge_idempotency() -> None:
    """Forget old idempotency keys."""
    idempotency.purge(at=timezone.now())


@task(outbox.TASK, is_due=lambda: webhook_deliveries.is_any_due(at=timezone.now()))
def deliver_webhooks() -> None:
    """Deliver what is due: the message only says that there may be something."""
    webhook_deliveries.sweep(at=timezone.now(), clock=timezone.now)


@task("credit.watch_canaries", is_due=canaries.is_any_running)
def watch_canaries() -> None:
    """Halt canaries that broke a limit."""
    canaries.watch(at=timezone.now())


@task("credit.request_outcomes")
def request_outcomes() -> None:
    """Ask partners for outcomes that are due."""
    outcome_requests.ask(at=timezone.now())


@task("credit.make_past_loans")
def make_past_loans() -> None:
    """Have versions in use score the past loans that officers compare applications with."""
    from credit.actions import past_loans  # noqa: PLC0415 - polars, in the worker's child only

    now = timezone.now()
    for version_id in past_loans.due(at=now):
        past_loans.make(version_id=version_id, at=now)


@task(dossiers.TASK, is_due=lambda: bool(dossiers.due(on=timezone.now().date())))
def make_dossiers() -> None:
    """Measure the versions whose dossier is missing, was asked for, or is of another law."""
    today = timezone.now().date()
    due = dossiers.due(on=today)
    if not due:
        return
    # What measures is loaded when there is something to measure, and in the child only.
    from credit.actions import dossier_making  # noqa: PLC0415

    for version_id in due:  # beat asks every minute, and one may take longer
        with dossiers.sole_measurer(version_id, on=today) as is_to_be_made:
            if is_to_be_made:
                dossier_making.make(version_id=version_id, at=timezone.now())


@task("credit.search_fair_alternatives", is_due=lambda: bool(fair_alternatives.due()))
def search_fair_alternatives() -> None:
    """Search beside the newest versions for alternatives that fall less hard on a group."""
    due = fair_alternatives.due()
    if not due:
        return
    # What searches is loaded when there is something to search, and in the child only.
    from credit.actions import fair_searching  # noqa: PLC0415

    for version_id in due:
        fair_searching.make(version_id=version_id, at=timezone.now(), clock=timezone.now)


@task("credit.purge_webhooks")
def purge_webhooks() -> None:
    """Forget old deliveries."""
    webhook_deliveries.purge(at=timezone.now())


@task("credit.purge_tokens")
def purge_tokens() -> None:
    """Forget access tokens that have expired."""
    tokens.purge(at=timezone.now())


@task("credit.warn_of_expiring_keys")
def warn_of_expiring_keys() -> None:
    """Tell the administrators before a partner's system stops."""
    api_keys.warn_of_expiry(at=timezone.now())


@task(batches.TASK, is_due=batches.is_any_unfinished)
def work_batches() -> None:
    """Work the batches that wait or that a killed worker left; what time ends, the next goes on."""
    try:
        batch_runs.work(clock=timezone.now)
    except SoftTimeLimitExceeded:
        log.info("batches_interrupted", why="the time allowed for a task is over")
        connection.close()  # and with it what the session still holds


@task("credit.purge_batches")
def purge_batches() -> None:
    """Forget batches whose results were kept long enough."""
    batches.purge(at=timezone.now())


@task(training_runs.TASK)
def run_training(run_id: int) -> None:
    """Train what a run asks for."""
    _train(run_id)


@task("credit.sweep_training_runs", is_due=training_runs.is_any_unfinished)
def sweep_training_runs() -> None:
    """Do, rather than queue again, what a lost message or a killed worker left undone."""
    for run_id in training_runs.abandoned(at=timezone.now()):
        _train(run_id)


@task("credit.retrain_where_due")
def retrain_where_due() -> None:
    """Ask for the trainings that the schedule, new outcomes or drift make due.

    A product of which a file is gone keeps no other from its training.
    """
    from credit.actions import retrainings  # noqa: PLC0415 - polars, in the worker's child only

    for product in Product.objects.order_by("pk"):
        try:
            retrainings.start_due(product_id=product.pk, at=timezone.now())
        except (ActionDenied, FileMissing, FileAltered) as error:
            log.warning("retraining_not_looked_at", product=product.slug, why=str(error))


def _train(run_id: int) -> None:
    # The training libraries are loaded when there is something to train, and in the child only.
    from credit.actions import training  # noqa: PLC0415

    try:
        training.run(
            run_id=run_id,
            at=timezone.now(),
            clock=timezone.now,
            engine=settings.EVENHAND_ENGINE,
        )
    except SoftTimeLimitExceeded:
        connection.close()  # and with it what the session still holds
        training_runs.fail(
            run_id=run_id, problem="It took longer than the time allowed.", at=timezone.now()
        )
    except ActionDenied as denied:  # the run's row says so, where it was this worker's to say
        log.info("training_ended", run=run_id, why=str(denied))
    else:
        make_dossiers()
        search_fair_alternatives()


@task("credit.note_finding")
def note_finding(
    *,
    cause: str,
    product_id: int | None,
    segment: str,
    is_bad: bool,
    message: str,
    n: int | None,
    link: str,
    at: str,
) -> None:
    """Take up what a periodic check found: `monitoring` reads and may not write alerts itself."""
    found = alerts.Found(
        cause=cause,
        product_id=product_id,
        segment=segment,
        is_bad=is_bad,
        message=message,
        n=n,
        link=link,
    )
    alerts.take_finding(found=found, at=datetime.fromisoformat(at))


@task("credit.deliver_alerts", is_due=lambda: alert_sending.is_any_due(at=timezone.now()))
def deliver_alerts() -> None:
    """Tell people of alerts that are new, and end those whose condition passed a day ago."""
    now = timezone.now()
    alerts.resolve_passed(at=now)
    alert_deliveries.owe_due(at=now)
    alert_sending.sweep(at=now, clock=timezone.now)


@task("credit.purge_alerts")
def purge_alerts() -> None:
    """Drop alerts that were over for long enough."""
    alert_retention.purge(at=timezone.now())
