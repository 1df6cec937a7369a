"""Who uses the product under load. HTTP only: nothing of the product is imported.

The workload is open: requests arrive at a constant rate whether or not earlier ones were answered,
as partners' do. (Users who wait for an answer before they send again would slow down together with
the server and hide its queue.)
"""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import gevent
from gevent.pool import Pool
from locust import FastHttpUser, task
from locust.exception import StopUser

POST = "POST /api/v1/decisions"
GET = "GET /api/v1/decisions/{id}"
PATH = "/api/v1/decisions"
LONGEST = 10.0  # seconds to wait for an answer; later is none
REPLAY_EVERY = 20  # one request in twenty repeats an earlier one under the same key
READ_EVERY = 10  # one in ten asks for an earlier decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A decision that the server said it had made."""

    key: str
    body: dict[str, Any]
    answer: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Workload:
    """What to send, and what came of it."""

    rate: float  # requests a second
    arrivals: int
    key: str
    bodies: Iterator[dict[str, Any]]
    lags_ms: list[float] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)

    def due_at(self, number: int, *, started: float) -> float:
        """Say when a request is due; the first one at once."""
        return started + number / self.rate


class Partner(FastHttpUser):  # type: ignore[misc]  # Locust carries no types
    """A partner system: scores real applications, repeats a few requests, reads a few back."""

    workload: ClassVar[Workload]
    concurrency = 256  # connections, and so requests under way at once
    connection_timeout = 5.0
    network_timeout = LONGEST
    max_retries = 0

    @task
    def send(self) -> None:
        """Send every request when it is due, each in its own greenlet."""
        under_way = Pool(self.concurrency)
        started = time.perf_counter()
        for number in range(self.workload.arrivals):
            due = self.workload.due_at(number, started=started)
            gevent.sleep(max(0.0, due - time.perf_counter()))
            under_way.wait_available()
            self.workload.lags_ms.append((time.perf_counter() - due) * 1000)
            under_way.spawn(self._arrive, number, due)
        under_way.join(timeout=LONGEST)
        under_way.kill()
        raise StopUser

    def _arrive(self, number: int, due: float) -> None:
        known = self.workload.acknowledged
        if known and number % REPLAY_EVERY == REPLAY_EVERY - 1:
            self._replay(known[number % len(known)], due)
        elif known and number % READ_EVERY == READ_EVERY // 2:
            self._read(known[number % len(known)], due)
        else:
            self._decide(due)

    def _decide(self, due: float) -> None:
        body = {**next(self.workload.bodies), "reference": f"load-{uuid.uuid4().hex}"}
        key = str(uuid.uuid4())
        with self._post(body, key) as response:
            _since(due, response)
            answer = _answer(response, wanted={200, 201})
            if answer is None:
                return
            if not answer.get("id") or answer.get("reference") != body["reference"]:
                response.failure(f"not an answer to what was sent: {response.text[:200]}")
                return
            self.workload.acknowledged.append(Acknowledged(key=key, body=body, answer=answer))

    def _replay(self, earlier: Acknowledged, due: float) -> None:
        with self._post(earlier.body, earlier.key) as response:
            _since(due, response)
            answer = _answer(response, wanted={200, 201})
            if answer is not None and answer != earlier.answer:
                response.failure("the same idempotency key was given another answer")

    def _read(self, earlier: Acknowledged, due: float) -> None:
        with self.client.get(
            f"{PATH}/{earlier.answer['id']}",
            name=GET,
            headers={"Authorization": f"Bearer {self.workload.key}"},
            catch_response=True,
        ) as response:
            _since(due, response)
            answer = _answer(response, wanted={200})
            if answer is not None and not is_same_decision(earlier.answer, answer):
                response.failure("the decision reads otherwise than it was acknowledged")

    def _post(self, body: dict[str, Any], key: str) -> Any:
        return self.client.post(
            PATH,
            name=POST,
            json=body,
            headers={"Authorization": f"Bearer {self.workload.key}", "Idempotency-Key": key},
            catch_response=True,
        )


def is_same_decision(acknowledged: dict[str, Any], read: dict[str, Any]) -> bool:
    """Compare what never changes; an officer may have decided in between."""
    lasting = ("id", "reference", "product", "recommendation", "pd", "score", "band", "reasons")
    return all(acknowledged.get(name) == read.get(name) for name in lasting)


def _since(due: float, response: Any) -> None:
    """Count the time from when the request was due, so that a queue before it shows."""
    response.request_meta["response_time"] = (time.perf_counter() - due) * 1000


def _answer(response: Any, *, wanted: set[int]) -> dict[str, Any] | None:
    if response.status_code not in wanted:
        response.failure(f"status {response.status_code}: {(response.text or '')[:200]}")
        return None
    try:
        answer = response.json()
    except ValueError:
        response.failure("the answer is no JSON")
        return None
    return answer if isinstance(answer, dict) else None
