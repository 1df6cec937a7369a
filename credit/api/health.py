"""Is the process up, and can it do its work? For load balancers and supervisors."""

from typing import Any

import structlog
from celery import current_app
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError as BrokerAway

from credit import serving
from credit.api.problems import DATABASE_AWAY
from credit.api.read_only import read_only
from credit.models import ModelVersion
from credit.models.model_versions import Stage
from credit.serving import ModelUnavailable

log = structlog.get_logger("credit.health")
OK = "ok"
UNKNOWN = "unknown"


@never_cache
@read_only
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers; nothing else is looked at."""
    return JsonResponse({"status": OK})


@never_cache
@read_only
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say of each part whether it can do its work; 503 if one cannot."""
    parts: dict[str, Any] = {"database": _database(), "broker": _broker()}
    parts["models"] = _models() if parts["database"] == OK else UNKNOWN
    is_ready = (parts["database"], parts["broker"]) == (OK, OK) and _all_ok(parts["models"])
    answer = {"status": OK if is_ready else "not_ready", "parts": parts}
    return JsonResponse(answer, status=200 if is_ready else 503)


def _all_ok(models: dict[str, str]) -> bool:
    return all(state == OK for state in models.values())


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DATABASE_AWAY as error:
        log.warning("not_ready", part="database", error=type(error).__name__)
        return "away"
    return OK


def _broker() -> str:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    except BrokerAway as error:
        log.warning("not_ready", part="broker", error=type(error).__name__)
        return "away"
    return OK


def _models() -> dict[str, str]:
    """Load the champion of every live product, or find it loaded, with the right hash."""
    champions = ModelVersion.objects.filter(stage=Stage.CHAMPION).order_by("product__slug")
    return {slug: _model(slug) for slug in champions.values_list("product__slug", flat=True)}


def _model(slug: str) -> str:
    try:
        serving.champion(slug, at=timezone.now())
    except ModelUnavailable as unavailable:
        return unavailable.cause
    return OK
