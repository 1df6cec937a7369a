"""What the demo's pages tell of before today: loans that were decided, and what became of them."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.places import write_atomically
from services.product import SLUG, Product, parsed
from services.task import StepFailed, Task

REPLAYED = "small-business-loan"
# Of the crisis of 2008, so that drift and several champions are to be seen.
DAYS = ("--from", "2007-10-01", "--to", "2008-09-30", "--every", "8", "--until-now")
AFTER_OTHERS = ("nice", "-n", "10")  # nobody waits for it
MONTHS_BACK = 12  # of made-up decisions, that compliance asks for a report on
ONBOARDED = timedelta(days=430)  # ago: `create_demo_past` has the first decide ten days later
LIVED = "Comparing strategies"  # says the replay once all its days are over
Until = tuple[Task, str]  # it has ended, or says these words before
Steps = Generator[Until, None, None]


@dataclass(slots=True)
class History:
    """Everything of it that runs beside the demo; what was done before is not done again."""

    replay: Task | None = None

    def begin(self, running: Product) -> None:
        """Replay a year of real loans; where that was stopped, go on."""
        self.replay = _task(running, "simulate", REPLAYED, *DAYS, title="Replaying loans:")
        running.supervisor.begin(self.replay)

    def finish(self, running: Product) -> None:
        """Make the rest of it, and say when it is there. What fails is said, and ends nothing.

        What follows on the replay does not wait for the past of the other product, whose days are
        counted last: two processors have enough to do until then.
        """
        made: list[str] = []
        replayed = [_replayed(running, self.replay)] if self.replay else []
        _go(running, [_past(running, made), *replayed])
        if made:
            _go(running, [_counted(running)])


def onboarded_on() -> str:
    """Give the day before all decisions: the model that made them was there."""
    return (datetime.now(tz=UTC) - ONBOARDED).date().isoformat()


def _go(running: Product, ways: list[Steps]) -> None:
    """Go on with each as soon as it can, until all have ended; show what the first waits for."""
    waiting = {way: next(way, None) for way in ways}
    while waiting := {way: until for way, until in waiting.items() if until is not None}:
        task, _words = next(iter(waiting.values()))
        running.supervisor.progress.live(f"{task.title} {task.last_words()}")
        waiting = {
            way: next(way, None) if _is_so(until) else until for way, until in waiting.items()
        }
        running.supervisor.tick()


def _is_so(until: Until) -> bool:
    task, words = until
    return task.is_done or (bool(words) and words in task.last_words())


def _past(running: Product, made: list[str]) -> Steps:
    """Make up a past, and have compliance ask for a report on it, all months together."""
    past = _begun(running, "create_demo_past", "--json", title="Deciding past loans:")
    yield past, ""
    decided = _answer(running, past)
    done = running.places.var / "past_is_reported"  # not there if a run was stopped before
    if decided is None or (done.exists() and not parsed(past, decided)["decided"]):
        return
    made.append(SLUG)
    since = _months_before(datetime.now(tz=UTC).date(), MONTHS_BACK)
    period = ("--all-versions", "--since", f"{since:%Y-%m}", "--json")
    by = _username(running, "compliance")
    report = _begun(running, "fairness", SLUG, *period, "--by", by, title="Reporting on groups:")
    yield report, ""
    if _answer(running, report) is not None:
        write_atomically(done, "")


def _replayed(running: Product, replay: Task) -> Steps:
    """Count what was replayed, and let an officer issue the notices that it owes.

    Its days are counted while it compares strategies: that changes none of them.
    """
    yield replay, LIVED
    has_ended = replay.is_done
    if has_ended and _answer(running, replay) is None:
        return
    counting = _begun(running, "catch_up", REPLAYED, "--anew", title="Counting what was replayed:")
    yield counting, ""
    if _answer(running, counting) is not None:
        running.supervisor.progress.line(f"{REPLAYED} has its history")
    if not has_ended:
        yield replay, ""
        _answer(running, replay)
    by = ("--by", _username(running, "officer"))
    notices = _begun(running, "issue_notices", REPLAYED, *by, title="Issuing notices:")
    yield notices, ""
    _answer(running, notices)


def _counted(running: Product) -> Steps:
    counting = _begun(running, "catch_up", SLUG, "--anew", title="Counting what was decided:")
    yield counting, ""
    _answer(running, counting)


def _username(running: Product, role: str) -> str:
    return next(user["username"] for user in running.users if user["role"] == role)


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _begun(running: Product, command: str, *arguments: str, title: str) -> Task:
    task = _task(running, command, *arguments, title=title)
    running.supervisor.begin(task)
    return task


def _task(running: Product, command: str, *arguments: str, title: str) -> Task:
    task = running.manage(command, *arguments, title=title)
    task.command = (*AFTER_OTHERS, *task.command)
    return task


def _answer(running: Product, task: Task) -> Any:
    """Give what a command printed that has ended; None where it failed."""
    try:
        return running.supervisor.finish(task)
    except StepFailed as failed:
        running.supervisor.progress.line(str(failed))
        return None
