"""What all users under load share: when to send, how to send, and what came of it.

HTTP only: nothing of the product is imported. The workload is open: each arrival has its moment
whether or not earlier ones were answered, as partners' do. (Users who wait for an answer before
they send again would slow down together with the server and hide its queue.)
"""

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import gevent
from attempts import Attempt, Event, Outcome, Tally, Told
from gevent.event import Event as Signal
from gevent.pool import Pool
from locust import FastHttpUser, task
from locust.exception import StopUser

LONGEST = 10.0  # seconds to wait for an answer; later is none
AT_ONCE = 1024  # connections of a user, and so requests under way
GIVES_UP_AFTER = 60.0  # seconds in which a caller repeats what was not acknowledged
LONGEST_PAUSE = 5.0  # seconds that Retry-After is waited for
KEPT = 2_000  # acknowledged decisions that are asked for again
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A decision that the server said it had made, whole enough to be asked for again."""

    key: str
    body: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(slots=True, kw_only=True, repr=False)  # it holds keys and passwords
class Workload:
    """What to send, and what came of it."""

    run: str  # begins every reference
    key: str
    bodies: Iterator[dict[str, Any]]
    dues: Mapping[str, list[float]]  # by role
    repeats: bool = False
    users: tuple[Mapping[str, str], ...] = ()  # accounts of people: username, password, role
    second_key: str = ""  # one in ten applications comes by it, until it is revoked
    rows: int = 100  # of a partner's file
    started: float = 0.0
    gate: Signal = field(default_factory=Signal)
    present: list["Open"] = field(default_factory=list)  # users who wait for the gate
    tally: Tally = field(default_factory=Tally)
    events: list[Event] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    told_rows: list[tuple[str, str]] = field(default_factory=list)  # reference, id of batches' rows
    told_verdicts: list[tuple[str, str]] = field(default_factory=list)  # id, an officer's verdict
    unsure: set[str] = field(default_factory=set)  # asked for, and not known to be stored or not
    wrong: list[str] = field(default_factory=list)  # answers that cannot be
    recent: deque[Acknowledged] = field(default_factory=lambda: deque(maxlen=KEPT))

    def now(self) -> float:
        """Seconds since the load began."""
        return time.perf_counter() - self.started


@dataclass(frozen=True, slots=True)
class Came:
    """An answer, read whole."""

    outcome: Outcome
    status: int
    text: str
    headers: Mapping[str, str]
    json: Any = None
    pause: float = 1.0  # seconds until it is worth asking again


class Open(FastHttpUser):  # type: ignore[misc]  # Locust carries no types
    """Sends each of its role's arrivals when it is due, each in its own greenlet."""

    abstract = True
    fixed_count = 1
    role: ClassVar[str]
    workload: ClassVar[Workload]
    concurrency = AT_ONCE
    connection_timeout = 5.0
    network_timeout = LONGEST
    max_retries = 0
    warm_ups = 6  # connections
    patience = LONGEST  # seconds to wait in the end for what is under way

    def on_start(self) -> None:
        """Warm up, over several connections, so that each process has done it once."""
        gevent.joinall([gevent.spawn(self.warm_up) for _ in range(self.warm_ups)], raise_error=True)

    def warm_up(self) -> None:
        """Do once, uncounted, what takes longer the first time."""

    @task
    def send(self) -> None:
        """Wait for everybody, then keep to the timetable."""
        shared = self.workload
        shared.present.append(self)
        shared.gate.wait()
        under_way = Pool(AT_ONCE)
        for number, due in enumerate(self.dues()):
            gevent.sleep(max(0.0, due - shared.now()))
            under_way.wait_available()
            shared.tally.lags_ms.append((shared.now() - due) * 1000)
            under_way.spawn(self.arrive, number, due)
        under_way.join(timeout=self.patience + shared.repeats * GIVES_UP_AFTER)
        under_way.kill()
        raise StopUser

    def dues(self) -> list[float]:
        """Give this user's timetable."""
        return self.workload.dues.get(self.role, [])

    def arrive(self, number: int, due: float) -> None:
        """Do what an arrival of this role does."""
        raise NotImplementedError

    def ask(
        self,
        endpoint: str,
        method: str,
        path: str,
        *,
        due: float | None = None,
        wanted: frozenset[int] = frozenset({200}),
        is_right: Callable[[Came], str] = lambda _came: "",
        **sent: Any,
    ) -> Came:
        """Send one request and note what came; `is_right` says in words what is wrong with it."""
        began = self.workload.now()
        with self.client.request(
            method, path, name=endpoint, catch_response=True, allow_redirects=False, **sent
        ) as response:
            came = _read(response, wanted)
            words = is_right(came) if came.outcome is Outcome.GOOD else ""
            if words:
                came = Came(Outcome.FAILED, came.status, words, came.headers)
            if came.outcome is Outcome.GOOD:
                response.success()
            else:
                response.failure(f"{came.status}: {came.text[:200]}")
        at = Attempt(
            endpoint, began if due is None else due, began, self.workload.now(), came.outcome
        )
        self.workload.tally.note(at, f"{came.status}: {came.text}")
        return came

    def insist(self, once: Callable[[float | None], Came], *, due: float | None) -> Came:
        """Ask again what was refused or broken, as callers do who know that they may."""
        until = self.workload.now() + GIVES_UP_AFTER
        came = once(due)
        while (
            self.workload.repeats
            and came.outcome is not Outcome.GOOD
            and self.workload.now() < until
            and came.status in {0, 503}
        ):
            gevent.sleep(came.pause * random.uniform(0.8, 1.2))  # noqa: S311 - nobody guesses it
            came = once(None)
        return came


def _read(response: Any, wanted: frozenset[int]) -> Came:
    status, headers = response.status_code or 0, response.headers or {}
    if not status:
        error = response.error
        is_late = "timed out" in str(error).lower() or isinstance(error, TimeoutError)
        outcome = Outcome.FAILED if is_late else Outcome.BROKEN
        return Came(outcome, 0, f"{'no answer in time' if is_late else error!r}", {})
    text = response.text or ""
    if status in wanted:
        return Came(Outcome.GOOD, status, text, headers, _json(response))
    if status == 503 and _says_when(response):
        pause = min(LONGEST_PAUSE, float(headers["Retry-After"]))
        return Came(Outcome.REFUSED, status, text, headers, pause=pause)
    return Came(Outcome.FAILED, status, text, headers)


def _says_when(response: Any) -> bool:
    """Whether a refusal is one of ours: it says when to come again, and to a machine what it is."""
    headers = response.headers
    is_problem = str(headers.get("Content-Type", "")).startswith(PROBLEM)
    to_machine = response.url is None or "/api/" in str(response.url)
    return str(headers.get("Retry-After", "")).isdigit() and (is_problem or not to_machine)


def _json(response: Any) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
