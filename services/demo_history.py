"""What the demo's pages tell of before today: loans that were decided, and what became of them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from services.product import SLUG, Product, parsed
from services.task import StepFailed, Task

REPLAYED = "small-business-loan"
# Of the crisis of 2008, so that drift and several champions are to be seen.
DAYS = ("--from", "2007-10-01", "--to", "2008-09-30", "--every", "8", "--until-now")
AFTER_OTHERS = ("nice", "-n", "10")  # nobody waits for it
MONTHS_BACK = 12  # of made-up decisions, as `create_demo_past` dates them


@dataclass(slots=True)
class History:
    """Everything of it that runs beside the demo; what was done before is not done again."""

    replay: Task | None = None

    def begin(self, running: Product) -> None:
        """Replay a year of real loans; where that was stopped, go on."""
        self.replay = _task(running, "simulate", REPLAYED, *DAYS, title="Replaying loans:")
        running.supervisor.begin(self.replay)

    def finish(self, running: Product) -> None:
        """Make the rest of it, and say when it is there. What fails is said, and ends nothing."""
        past = _task(running, "create_demo_past", "--json", title="Deciding past loans:")
        running.supervisor.begin(past)
        made = _finished(running, past)
        if made is not None and parsed(past, made)["decided"]:
            _finished(running, _fairness(running))
        if self.replay is not None and _finished(running, self.replay) is not None:
            _tell_of_replay(running)


def _fairness(running: Product) -> Task:
    """Have compliance ask for a report on the months that were made up, all of them together."""
    since = _months_before(datetime.now(tz=UTC).date(), MONTHS_BACK)
    period = ("--all-versions", "--since", f"{since:%Y-%m}", "--json")
    by = _username(running, "compliance")
    return _task(running, "fairness", SLUG, *period, "--by", by, title="Reporting on groups:")


def _tell_of_replay(running: Product) -> None:
    """Count what was replayed, and let an officer issue the notices that it owes."""
    counting = _task(running, "catch_up", REPLAYED, "--anew", title="Counting what was replayed:")
    if _finished(running, counting) is not None:
        running.supervisor.progress.line(f"{REPLAYED} has its history")
    by = ("--by", _username(running, "officer"))
    _finished(running, _task(running, "issue_notices", REPLAYED, *by, title="Issuing notices:"))


def _username(running: Product, role: str) -> str:
    return next(user["username"] for user in running.users if user["role"] == role)


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _task(running: Product, command: str, *arguments: str, title: str) -> Task:
    task = running.manage(command, *arguments, title=title)
    task.command = (*AFTER_OTHERS, *task.command)
    return task


def _finished(running: Product, task: Task) -> Any:
    """Wait for it; give what it printed, None where it failed."""
    try:
        return running.supervisor.finish(task)
    except StepFailed as failed:
        running.supervisor.progress.line(str(failed))
        return None
