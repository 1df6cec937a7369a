"""Sends the workload with Locust, then asks again for a sample of what was acknowledged."""

import locust  # noqa: F401, I001  # first of all: it patches the modules that the others use
import http.client
import json
import sys
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import SplitResult

from locust.env import Environment
from tqdm import tqdm

import slo
import users

WARM_UP = 40  # requests before the clock starts: each worker loads its model once
LOOK_UP = 50  # acknowledged decisions to ask for again afterwards


def measure(
    server: SplitResult, *, key: str, bodies: Iterator[dict[str, Any]], rate: float, seconds: float
) -> slo.Run:
    """Send everything, then ask for a sample of what was acknowledged.

    Raises
    ------
    slo.CannotMeasure
        The server does not answer, or refuses the first applications.
    """
    arrivals = max(1, round(rate * seconds))
    workload = users.Workload(rate=rate, arrivals=arrivals, key=key, bodies=bodies)
    _warm_up(server, workload)
    endpoints = _send(workload, host=server.geturl().rstrip("/"))
    sample = _spread(workload.acknowledged, LOOK_UP)
    return slo.Run(
        due=arrivals,
        lags_ms=workload.lags_ms,
        endpoints=endpoints,
        looked_up=len(sample),
        lost=[each.answer["id"] for each in sample if not _is_there(server, key, each)],
    )


def _send(workload: users.Workload, *, host: str) -> dict[str, slo.Measured]:
    times: dict[str, list[float]] = defaultdict(list)
    failures: dict[str, int] = defaultdict(int)
    users.Partner.workload = workload
    environment = Environment(user_classes=[users.Partner], host=host)
    bar = tqdm(total=workload.arrivals, unit="request", disable=not sys.stderr.isatty())

    def count(name: str, response_time: float, exception: object, **_: Any) -> None:
        times[name].append(response_time)
        failures[name] += exception is not None
        bar.update()
        if exception is not None and failures[name] <= 3:
            tqdm.write(f"{name}: {exception}", file=sys.stderr)

    environment.events.request.add_listener(count)
    runner = environment.create_local_runner()
    runner.start(1, spawn_rate=1)
    runner.spawning_greenlet.join()
    runner.user_greenlets.join()
    runner.quit()
    bar.close()
    return {
        name: slo.Measured(times_ms=found, failures=failures[name]) for name, found in times.items()
    }


def _warm_up(server: SplitResult, workload: users.Workload) -> None:
    """Send a few applications one after another, uncounted; refuse to go on if they fail."""
    for _ in range(WARM_UP):
        body = {**next(workload.bodies), "reference": f"warm-up-{uuid.uuid4().hex}"}
        status, text = _ask(
            server,
            "POST",
            users.PATH,
            body=json.dumps(body),
            headers={
                "Authorization": f"Bearer {workload.key}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid.uuid4()),
            },
        )
        if status not in {200, 201}:
            raise slo.CannotMeasure(
                f"the first applications were answered with {status}: {text[:300]}"
            )


def _is_there(server: SplitResult, key: str, known: users.Acknowledged) -> bool:
    """Whether an acknowledged decision is found again as it was acknowledged."""
    path = f"{users.PATH}/{known.answer['id']}"
    try:
        status, text = _ask(server, "GET", path, headers={"Authorization": f"Bearer {key}"})
        return status == 200 and users.is_same_decision(known.answer, json.loads(text))
    except (slo.CannotMeasure, ValueError):
        return False


def _ask(
    server: SplitResult,
    method: str,
    path: str,
    *,
    headers: dict[str, str],
    body: str | None = None,
) -> tuple[int, str]:
    connection = http.client.HTTPConnection(
        server.hostname or "", server.port or 80, timeout=users.LONGEST
    )
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise slo.CannotMeasure(f"no answer from {server.geturl()} ({error})") from error
    finally:
        connection.close()


def _spread(known: Sequence[users.Acknowledged], most: int) -> list[users.Acknowledged]:
    """Take up to `most`, evenly from first to last."""
    step = max(1, len(known) // most)
    return list(known[::step][:most])
