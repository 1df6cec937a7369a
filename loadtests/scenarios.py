"""What is done to the product while load runs, by profile: nothing, swaps, or faults."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bodies
import checking
import faults
import gevent
import psycopg
from attempts import Event, Outcome
from people import Validator
from slo import CannotMeasure
from stack import CHECKOUT, Stack
from workload import Workload

SLUG = "consumer-loan"
PRODUCT = CHECKOUT / "contracts" / SLUG
WORKS_AGAIN_WITHIN = timedelta(seconds=10)
_CANDIDATES = "SELECT id FROM credit_modelversion WHERE stage = 'candidate' ORDER BY number"
_NUMBER = "SELECT number FROM credit_modelversion WHERE id = %s"
_WORKED = """
SELECT EXISTS (SELECT FROM credit_auditseal WHERE sealed_at > %s)
    OR EXISTS (SELECT FROM credit_auditevent WHERE type = 'batch_decided' AND at > %s)
"""
SCOPES = ("score", "read")


@dataclass(slots=True, kw_only=True, repr=False)
class Scenario:
    """Does nothing: load is all there is."""

    stack: Stack | None
    workload: Workload
    seconds: float
    names: list[str] = field(default_factory=list)  # of faults, where they are chosen
    statements: dict[str, list[str]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Do what needs doing before the clock starts."""

    def steps(self) -> Iterator[tuple[float, Callable[[], None]]]:
        """Give what to do, and when, in seconds from the start."""
        return iter(())

    def conclude(self) -> None:
        """Find out afterwards what contradicts what must hold."""

    def play(self) -> None:
        """Do each step when it is due, or as soon as the one before is over."""
        self.workload.gate.wait()
        for due, step in self.steps():
            gevent.sleep(max(0.0, due - self.workload.now()))
            step()

    def mark(self, name: str, *, is_fault: bool = False, breaks_connections: bool = False) -> None:
        """Note when something was done."""
        at = self.workload.now()
        self.workload.events.append(
            Event(name=name, at=at, is_fault=is_fault, breaks_connections=breaks_connections)
        )

    def looked_into(self) -> Stack:
        """Return the stack; refuse where the server is somebody else's."""
        if self.stack is None:
            raise CannotMeasure("this profile needs a stack of its own: ./run load brings one up")
        return self.stack


def change_policy(stack: Stack, settings: Mapping[str, str], *, why: str) -> None:
    """Have one person ask for other settings, and another approve them."""
    asked = stack.manage(
        *("propose_policy", SLUG, "--by", stack.user("model_developer"), "--why", why),
        *(part for path, value in settings.items() for part in ("--set", f"{path}={value}")),
    )
    validator = stack.user("model_validator")
    stack.manage("approve_policy", str(asked["proposal"]), "--by", validator)


@dataclass(slots=True, kw_only=True, repr=False)
class Brownout(Scenario):
    """Faults, one after another, each with time to come back from."""

    _beside: list[gevent.Greenlet] = field(default_factory=list)

    def conclude(self) -> None:
        """Wait for what is still being timed."""
        gevent.joinall(self._beside, raise_error=True)

    def steps(self) -> Iterator[tuple[float, Callable[[], None]]]:
        """Give each fault its turn."""
        for due, fault in faults.timetable(self.names or list(faults.FAULTS), seconds=self.seconds):
            yield due, lambda fault=fault: self._make(fault)  # type: ignore[misc]

    def _make(self, fault: faults.Fault) -> None:
        stack, at = self.looked_into(), datetime.now(UTC)
        self.mark(fault.name, is_fault=True, breaks_connections=fault.breaks_connections)
        fault.make(stack)
        if fault.stops_work:
            self._beside.append(gevent.spawn(self._work_again, stack, fault.name, at))

    def _work_again(self, stack: Stack, name: str, at: datetime) -> None:
        """Time how long it is from the fault until the worker has done something."""
        until = at + 3 * WORKS_AGAIN_WITHIN
        while not _has_worked(stack, at) and datetime.now(UTC) < until:
            gevent.sleep(0.25)
        took = (datetime.now(UTC) - at).total_seconds()
        self.mark(f"the worker works again, {took:.1f} s after: {name}")
        late = [] if took <= WORKS_AGAIN_WITHIN.total_seconds() else [f"{took:.1f} s"]
        within = f"{WORKS_AGAIN_WITHIN.total_seconds():g} s"
        self.statements[f"{name}: the worker works again within {within}"] = late


def _has_worked(stack: Stack, at: datetime) -> bool:
    """Whether the worker has sealed events, or decided rows of a file, since a moment."""
    try:
        return stack.rows(_WORKED, at, at)[0][0]
    except psycopg.OperationalError:
        return False


@dataclass(slots=True, kw_only=True, repr=False)
class Swap(Scenario):
    """Two promotions, each to another contract and policy, a revoked key, and a rollback."""

    candidates: list[str] = field(default_factory=list)  # ids of versions
    key_name: str = ""  # the second key's, as operators call it
    revoked_at: str = ""
    rolled_back_at: datetime | None = None

    def prepare(self) -> None:
        """Train a candidate, bring a stricter contract live, train another, issue a second key.

        Steps would take longer than the load does: neither contract's policy asks for any.
        """
        stack = self.looked_into()
        developer = stack.user("model_developer")
        change_policy(stack, {"policy.promotion": ""}, why="Promotions at once are to be tried.")
        stack.manage("train", SLUG, "--by", developer)
        self._onboard(stack)
        stack.manage("train", SLUG, "--by", developer)
        scopes = [part for scope in SCOPES for part in ("--scope", scope)]
        issued = stack.manage("issue_key", "demo-partner", *scopes)
        self.workload.second_key, self.key_name = issued["key"], issued["name"]
        self.candidates = [str(row[0]) for row in stack.rows(_CANDIDATES)]

    def steps(self) -> Iterator[tuple[float, Callable[[], None]]]:
        """Promote the first contract's candidate, the stricter one's, revoke, and go back one."""
        yield 0.2 * self.seconds, lambda: self._promote(self.candidates[0])
        yield 0.35 * self.seconds, lambda: self._promote(self.candidates[1])
        yield 0.4 * self.seconds, self._revoke
        yield 0.65 * self.seconds, self._roll_back

    def conclude(self) -> None:
        """See that each was noticed within a second."""
        revoked_at = datetime.fromisoformat(self.revoked_at)
        late = checking.after_revocation(self.workload.told, revoked_at=revoked_at)
        self.statements["a revoked key decides nothing a second later"] = late
        other = [each.id for each in self.workload.told if each.route != "champion"]
        self.statements["the champion answered each time"] = other
        versions = {str(each.version) for each in self.workload.told}
        few = [] if len(versions) == 1 + len(self.candidates) else [f"only {sorted(versions)} did"]
        self.statements["each of three models answered"] = few
        self.statements["a version taken back decides nothing a second later"] = (
            self._after_rollback()
        )
        used = [] if not self.workload.second_key else ["it was still good at the end"]
        self.statements["the revoked key was refused"] = used

    def _promote(self, version: str) -> None:
        came = self._validator().promote(version, "Promoted under load.")
        self.mark(f"model {version} promoted")
        if came.outcome is not Outcome.GOOD:
            self.workload.wrong.append(f"promotion of {version}: {came.status} {came.text[:200]}")

    def _roll_back(self) -> None:
        came = self._validator().roll_back(SLUG)
        self.rolled_back_at = datetime.now(UTC)
        self.mark("rolled back to the model before")
        if came.outcome is not Outcome.GOOD:
            self.workload.wrong.append(f"rollback: {came.status} {came.text[:200]}")

    def _after_rollback(self) -> list[str]:
        """Name what another model than the first candidate decided; or that nothing came after."""
        if self.rolled_back_at is None:
            return ["it was never rolled back"]
        noticed = self.rolled_back_at + timedelta(seconds=1)
        told = self.workload.told
        after = [each for each in told if datetime.fromisoformat(each.decided_at) > noticed]
        (number,) = self.looked_into().rows(_NUMBER, self.candidates[0])[0]
        wrong = [each.id for each in after if each.version != f"{SLUG}/{number}"]
        return wrong if after else ["nothing was decided afterwards"]

    def _validator(self) -> Validator:
        return next(user for user in self.workload.present if isinstance(user, Validator))

    def _onboard(self, stack: Stack) -> None:
        text = (PRODUCT / "contract.toml").read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            contract = Path(folder) / "contract.toml"
            other = bodies.without_steps(bodies.stricter(text))
            contract.write_text(other, encoding="utf-8")
            stack.manage(
                *("onboard", str(contract), str(PRODUCT / "loans.csv")),
                *("--by", stack.user("model_developer")),
                *("--approved-by", stack.user("model_validator")),
            )

    def _revoke(self) -> None:
        revoked = self.looked_into().manage("revoke_key", self.key_name)
        self.revoked_at = revoked["revoked_at"]
        self.mark("second key revoked")
