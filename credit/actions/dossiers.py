"""Dossiers that were asked for and made: the audit trail says so, the figures are in the store.

Imported by the web process: what is measured is measured in `credit.actions.dossier_making`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import structlog
from celery import current_app
from django.db import transaction
from django.utils.translation import gettext
from kombu.exceptions import OperationalError

from credit import gate_laws, locks
from credit.actions import audit
from credit.actions.refusals import ActionDenied, require_role
from credit.models import AuditEvent, ModelVersion, Role, User
from credit.models.model_versions import Stage

log = structlog.get_logger("credit.dossiers")
TASK = "credit.make_dossiers"
ASKED, MADE = AuditEvent.Type.DOSSIER_ASKED, AuditEvent.Type.DOSSIER_MADE
_ON_THEIR_WAY = frozenset({Stage.CANDIDATE, Stage.SHADOW, Stage.CANARY})
_MEASURING = 7_301_040  # the class of advisory locks held by whoever measures
_LOST_AFTER = timedelta(minutes=10)  # asking again is possible then


class AskedAlready(ActionDenied):
    """Somebody asked for it, and the worker is on it."""


@transaction.atomic
def request(*, version_id: int, by: User, at: datetime) -> AuditEvent:
    """Ask the learning worker to measure a version anew, against the champion of now."""
    require_role(
        by, Role.MODEL_DEVELOPER, Role.MODEL_VALIDATOR, to="ask for the dossier of a model"
    )
    versions = ModelVersion.objects.select_related("product")
    found = versions.select_for_update(of=("self",), no_key=True).get(pk=version_id)
    newest = _newest([found]).get(target_of(found))
    if newest is not None and newest.type == ASKED and at - newest.at < _LOST_AFTER:
        raise AskedAlready(
            gettext("The dossier of {version} is asked for already; the worker makes it.").format(
                version=found.name
            )
        )
    event = audit.record(ASKED, target=target_of(found), by=by, at=at)
    transaction.on_commit(_tell_worker)
    return event


@transaction.atomic
def keep(*, version_id: int, at: datetime, sha256: str, against: str, problem: str) -> AuditEvent:
    """Write down where a version's figures are, or why there are none."""
    version = ModelVersion.objects.select_related("product").get(pk=version_id)
    return audit.record(
        MADE,
        target=target_of(version),
        by=None,
        at=at,
        sha256=sha256,
        against=against,
        problem=problem,
    )


def due(*, on: date) -> list[int]:
    """Find the versions that were asked for since they were made, and those never made.

    Also those on their way that were judged by another law than the day's, tried once a day.
    """
    found = ModelVersion.objects.select_related("product", "contract")
    versions = list(found.prefetch_related("judgements").order_by("pk"))
    newest = _newest(versions)
    return [version.pk for version in versions if _is_due(version, newest, on=on)]


@contextmanager
def sole_measurer(version_id: int, *, on: date) -> Iterator[bool]:
    """Hold a version's dossier while it is made; False where another makes it, or just did."""
    with locks.sole(_MEASURING, version_id) as is_free:
        yield is_free and version_id in due(on=on)


def target_of(version: ModelVersion) -> str:
    """Name a version as the audit trail does."""
    return f"model:{version.name}"


def _is_due(version: ModelVersion, newest: dict[str, AuditEvent], *, on: date) -> bool:
    event = newest.get(target_of(version))
    if event is None:
        return version.stage != Stage.RETIRED
    if event.type == ASKED:
        return True
    is_on_its_way = version.stage in _ON_THEIR_WAY and event.at.date() < on
    return is_on_its_way and gate_laws.law_problem(version, on=on) is not None


def _newest(versions: list[ModelVersion]) -> dict[str, AuditEvent]:
    """Give the newest event of each version's dossier."""
    targets = [target_of(version) for version in versions]
    events = AuditEvent.objects.filter(target__in=targets, type__in=(ASKED, MADE)).order_by("pk")
    return {event.target: event for event in events}


def _tell_worker() -> None:
    """Send the message; where the broker is away, the sweep finds the event within a minute."""
    try:
        current_app.send_task(TASK)
    except OperationalError as error:
        log.warning("worker_not_told", error=str(error))
