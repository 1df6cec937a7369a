"""`/metrics`, for Prometheus: what all processes of this machine counted, and how things stand.

A database or broker that is away leaves out what it would have told, and is told of itself.
"""

import ipaddress
import secrets
from collections.abc import Iterator

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError as BrokerAway
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from credit import counting
from credit.api.problem_documents import Problem, respond
from credit.api.problem_types import FORBIDDEN, UNAUTHENTICATED
from credit.api.problems import DATABASE_AWAY
from credit.api.read_only import read_only
from credit.messages_waiting import messages_waiting
from credit.queries import standing
from credit.queries.standing import Measure, Sample

log = structlog.get_logger("credit.metrics")
FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_VIA")


@never_cache
@read_only
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell a monitoring system; a partner's key opens nothing here."""
    refused = _refusal(request)
    if refused is not None:
        return respond(refused, request)
    registry = CollectorRegistry()
    registry.register(counting.everywhere())
    registry.register(Standing())
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=kind)


def _refusal(request: HttpRequest) -> Problem | None:
    """Ask for the token; where none is set, only this very machine is let in."""
    token = settings.EVENHAND_METRICS_TOKEN
    if not token:
        detail = "Only this machine may read these; set EVENHAND_METRICS_TOKEN to let others."
        return None if _is_this_machine(request) else Problem(FORBIDDEN, detail)
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secrets.compare_digest(shown.encode(), token.encode()):
        return None
    headers = {"WWW-Authenticate": "Bearer"}
    return Problem(UNAUTHENTICATED, "Show the token of the metrics.", headers=headers)


def _is_this_machine(request: HttpRequest) -> bool:
    """Believe an address only where no proxy stands in front, from which everybody would come."""
    is_direct = not settings.HTTPS and not any(name in request.META for name in FORWARDED)
    address = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - nobody's own
    return is_direct and ipaddress.ip_address(address).is_loopback


class Standing(Collector):
    """What PostgreSQL and the broker say at the moment of a scrape."""

    def collect(self) -> Iterator[Metric]:
        """Ask both, and say whether they answered."""
        answers = GaugeMetricFamily(
            "evenhand_part_up", "Whether a part answered this scrape.", labels=("part",)
        )
        for part, ask in (("database", _of_database), ("broker", _of_broker)):
            try:
                yield from ask()
            except (*DATABASE_AWAY, BrokerAway) as away:
                log.warning("part_away", part=part, error=type(away).__name__)
                answers.add_metric((part,), 0)
            else:
                answers.add_metric((part,), 1)
        yield answers


def _of_database() -> list[Metric]:
    return [_family(measure, samples) for measure, samples in standing.read(at=timezone.now())]


def _family(measure: Measure, samples: list[Sample]) -> Metric:
    kind = CounterMetricFamily if measure.is_counter else GaugeMetricFamily
    family = kind(measure.name, measure.says, labels=measure.labels)
    for labels, figure in samples:
        family.add_metric(labels, figure)
    return family


def _of_broker() -> list[Metric]:
    queue, messages = messages_waiting()
    waiting = GaugeMetricFamily(
        "evenhand_queue_messages", "Messages that no worker has taken yet.", labels=("queue",)
    )
    waiting.add_metric((queue,), messages)
    return [waiting]
