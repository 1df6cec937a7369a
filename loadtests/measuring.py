"""Sends the workload with Locust, meanwhile does what the profile says, and checks what is held."""

import locust  # noqa: F401, I001  # first of all: it patches the modules that the others use
import http.client
import json
import logging
import sys
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult

import gevent
from locust.env import Environment
from tqdm import tqdm

import checking
import partners
import people
from attempts import Tally
from canary import Walk
from profiles import Profile, arrivals
from runs import Run
from scenarios import Brownout, Scenario, Swap
from slo import CannotMeasure
from stack import Stack
from workload import LONGEST, Acknowledged, Open, Workload

WARM_UP = 40  # requests before the clock starts: each worker loads its model once
LOOKS = 3  # at a decision, each as long as an answer may take
LOOK_UP = 50  # acknowledged decisions to ask for again afterwards
SECONDS_TO_SIGN_IN = 60.0
SCENARIOS = {"swap": Swap, "canary": Walk, "brownout": Brownout}
USERS: tuple[type[Open], ...] = (
    partners.Single,
    partners.Files,
    people.Officer,
    people.Validator,
)


def measure(
    profile: Profile,
    server: SplitResult,
    *,
    key: str,
    bodies: Iterator[dict[str, Any]],
    rate: float,
    seconds: float,
    roles: Collection[str],
    stack: Stack | None,
    faults: Sequence[str] = (),
) -> Run:
    """Send everything, then compare what was told with what is held.

    Raises
    ------
    CannotMeasure
        The server does not answer, or refuses the first applications; somebody cannot sign in.
    """
    workload = Workload(
        run=uuid.uuid4().hex[:8],
        key=key,
        bodies=bodies,
        dues={role: arrivals(profile, role, rate=rate, seconds=seconds) for role in roles},
        repeats=profile.repeats,
        users=stack.users if stack else (),
    )
    scenario = SCENARIOS.get(profile.name, Scenario)(
        stack=stack, workload=workload, seconds=seconds, names=list(faults)
    )
    _warm_up(server, workload)
    scenario.prepare()
    _send(workload, scenario, host=server.geturl().rstrip("/"))
    statements = _found_again(server, workload)
    if stack is not None:
        scenario.conclude()
        statements |= scenario.statements | checking.statements(stack, workload)
    if not profile.climbs:  # beyond what is held, callers give up
        statements |= checking.left(workload)
    if workload.wrong:
        statements["what was done to the product"] = workload.wrong
    return Run(
        profile=profile,
        rate=rate,
        seconds=seconds,
        due=sum(len(dues) for dues in workload.dues.values()),
        tally=workload.tally,
        events=workload.events,
        stored=checking.stored(stack, workload) if stack is not None else {},
        statements=statements,
    )


def _send(workload: Workload, scenario: Scenario, *, host: str) -> None:
    kinds = [kind for kind in USERS if kind.role in workload.dues]
    Open.workload = workload
    logging.getLogger("locust").setLevel(logging.WARNING)
    environment = Environment(user_classes=kinds, host=host, stop_timeout=None)
    runner = environment.create_local_runner()
    runner.start(len(kinds), spawn_rate=len(kinds))
    try:
        _wait_for(lambda: len(workload.present) == len(kinds), runner)
        playing = gevent.spawn(scenario.play)
        workload.tally = Tally()  # without what was only to warm up
        workload.started = time.perf_counter()
        workload.gate.set()
        with _bar(workload):
            runner.user_greenlets.join()
        playing.get(timeout=120)
    finally:
        runner.quit()


def _wait_for(is_done: Callable[[], bool], runner: Any) -> None:
    until = time.monotonic() + SECONDS_TO_SIGN_IN
    while not is_done():
        if time.monotonic() > until:
            raise CannotMeasure(f"somebody could not sign in: {runner.exceptions or 'no answer'}")
        gevent.sleep(0.05)


class _bar:  # noqa: N801 - used like a function
    """Shows how many requests came back, where somebody looks."""

    def __init__(self, workload: Workload) -> None:
        total = sum(len(dues) for dues in workload.dues.values())
        self._bar = tqdm(total=total, unit="request", disable=not sys.stderr.isatty())
        self._tally = workload.tally

    def __enter__(self) -> None:
        self._greenlet = gevent.spawn(self._follow)

    def __exit__(self, *_error: object) -> None:
        self._greenlet.kill()
        self._bar.close()

    def _follow(self) -> None:
        while True:
            self._bar.update(len(self._tally.lags_ms) - self._bar.n)
            gevent.sleep(0.5)


def _warm_up(server: SplitResult, workload: Workload) -> None:
    """Send a few applications one after another, uncounted; refuse to go on if they fail."""
    for _ in range(WARM_UP):
        body = {**next(workload.bodies), "reference": f"warm-up-{uuid.uuid4().hex}"}
        status, text = _ask(
            server,
            "POST",
            partners.PATH,
            body=json.dumps(body),
            headers={
                "Authorization": f"Bearer {workload.key}",
                "Content-Type": "application/json",
                "Idempotency-Key": str(uuid.uuid4()),
            },
        )
        if status not in partners.MADE:
            raise CannotMeasure(f"the first applications were answered with {status}: {text[:300]}")


def _found_again(server: SplitResult, workload: Workload) -> dict[str, list[str]]:
    """Ask for a sample of what was acknowledged, as it was acknowledged."""
    sample = _spread(list(workload.recent), LOOK_UP)
    lost = [each.answer["id"] for each in sample if not _is_there(server, workload.key, each)]
    if not sample:
        lost = ["none was acknowledged"]
    return {"acknowledged decisions are found again": lost}


def _is_there(server: SplitResult, key: str, known: Acknowledged) -> bool:
    path = f"{partners.PATH}/{known.answer['id']}"
    for _ in range(LOOKS):
        try:
            status, text = _ask(server, "GET", path, headers={"Authorization": f"Bearer {key}"})
            return status == 200 and partners.is_same_decision(known.answer, json.loads(text))
        except CannotMeasure:  # what was more than the server holds is still being answered
            continue
        except ValueError:
            return False
    return False


def _ask(
    server: SplitResult,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    body: str | None = None,
) -> tuple[int, str]:
    connection = http.client.HTTPConnection(
        server.hostname or "", server.port or 80, timeout=LONGEST
    )
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise CannotMeasure(f"no answer from {server.geturl()} ({error})") from error
    finally:
        connection.close()


def _spread(known: Sequence[Acknowledged], most: int) -> list[Acknowledged]:
    """Take up to `most`, evenly from first to last."""
    step = max(1, len(known) // most)
    return list(known[::step][:most])
