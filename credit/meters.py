"""What each process counts for `/metrics`. Counting one thing takes a few microseconds.

Labels come from our own tables of routes, products, versions and tasks, so that there are only so
many: never a path, a partner's word or anything about a person.
"""

import os
from collections import deque
from functools import lru_cache
from typing import Final

from prometheus_client import Counter, Histogram

from credit.batch_chunks import Chunk
from credit.considering import Considered
from credit.counting import REGISTRY
from credit.serving import ModelUnavailable

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# With the bounds that loadtests/slo.toml promises among them, so that what kept one can be counted.
SECONDS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.5, 1, 2.5, 5, 10)
_MINUTES = (0.01, 0.1, 1, 10, 60, 600, 3600)
_LABELS_KEPT = 4096

REQUESTS: Final = Histogram(
    "evenhand_request_seconds",
    "How long requests took, from the first line of ours to the answer's headers.",
    ("route", "method", "status"),
    buckets=SECONDS,
    registry=REGISTRY,
)
DECISIONS: Final = Counter(
    "evenhand_decisions",
    "Single decisions made and stored, by who scored them (none: no model could).",
    ("product", "route", "version", "recommendation"),
    registry=REGISTRY,
)
TROUBLES: Final = Counter(
    "evenhand_model_troubles",
    "Models that could not score or not be asked, as in the alert of this cause.",
    ("product", "cause"),
    registry=REGISTRY,
)
BATCH_ROWS: Final = Counter(
    "evenhand_batch_rows",
    "Rows of batches stored with their result: who scored them, or refused.",
    ("product", "result"),
    registry=REGISTRY,
)
TASKS: Final = Histogram(
    "evenhand_task_seconds",
    "How long the worker's tasks took, by how they ended.",
    ("task", "state"),
    buckets=_MINUTES,
    registry=REGISTRY,
)
PROCESSOR: Final = Counter(
    "evenhand_processor_seconds",
    "Processor time of web and worker processes, for whatever they did.",
    ("part",),
    registry=REGISTRY,
)
SHADOWS: Final = Counter(
    "evenhand_shadow_scores",
    "Scores asked of versions in shadow (offered), and what became of them.",
    ("version", "result"),
    registry=REGISTRY,
)
_under_way: deque[None] = deque()  # threads may add to it and take from it without a lock


def began() -> None:
    """Note that a request is under way in this process."""
    _under_way.append(None)


def under_way() -> int:
    """Say how many requests this process is answering."""
    return len(_under_way)


def ended() -> None:
    """Note that one is no longer."""
    _under_way.pop()


def answered(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request: `route` is the pattern that its address fits, or `unmatched`."""
    _request(route, method if method in METHODS else "other", status // 100).observe(seconds)


def decided(made: Considered) -> None:
    """Count a decision that was stored, and what failed on the way to it."""
    product, scored = made.terms.product.slug, made.climbed.scored
    version = scored.version.name if scored else "none"
    _decision(product, made.route, version, made.recommended.recommendation).inc()
    for trouble in made.troubles:
        failed(product, trouble)


def failed(product: str, trouble: ModelUnavailable) -> None:
    """Count a model that could not score."""
    TROUBLES.labels(product, trouble.cause).inc()


def rows_stored(chunk: Chunk) -> None:
    """Count rows of a batch that were stored."""
    product = chunk.terms.product.slug
    for result, rows in {**chunk.routes, "refused": chunk.refused}.items():
        BATCH_ROWS.labels(product, result).inc(rows)
    for trouble in chunk.troubles.values():
        failed(product, trouble)


def shadowed(version: str, result: str, times: int = 1) -> None:
    """Count what became of a version's scores in shadow."""
    SHADOWS.labels(version, result).inc(times)


def worked(task: str, state: str, seconds: float) -> None:
    """Count a task of the worker's."""
    TASKS.labels(task, state).observe(seconds)


def spent() -> float:
    """Give the processor time of this process and of those it waited for, in seconds."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def used(part: str, seconds: float) -> None:
    """Count processor time, as often as its process comes to it: not with each request."""
    PROCESSOR.labels(part).inc(max(0.0, seconds))


# Looked up by what they are named after: `labels` takes a lock and builds strings each time.
@lru_cache(_LABELS_KEPT)
def _request(route: str, method: str, hundreds: int) -> Histogram:
    return REQUESTS.labels(route, method, f"{hundreds}xx")


@lru_cache(_LABELS_KEPT)
def _decision(product: str, route: str, version: str, recommendation: str) -> Counter:
    return DECISIONS.labels(product, str(route), version, str(recommendation))
