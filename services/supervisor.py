import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import IO, Self

from services import lock, status
from services.account import Account
from services.child import Child
from services.guard import Charge, Guard
from services.places import ROOT, Places, rotate, shown
from services.process import end_group, spawn
from services.service import Service
from services.task import Task
from services.terminal import Progress
from services.trouble import StopAsked, Trouble

TICK = 0.05
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEATHS_BEFORE_GIVING_UP = 5
SECONDS_FOR_A_TASK = 3.0
SECONDS_AFTER_CTRL_C = 10.0
# What uses something stops before it; those in one row stop together. Others stop first of all.
STOP_ORDER = (("web", "beat", "worker"), ("broker",), ("postgres",))


class NotReady(Trouble):
    """A service did not come up."""


class Supervisor:
    """Keeps services running until it is asked to stop; one thread, one loop."""

    def __init__(self, places: Places, *, progress: Progress) -> None:
        self.places, self.progress = places, progress
        self.children: dict[str, Child] = {}
        self.base_url = ""
        self._tasks: list[Task] = []
        self._asked: list[int] = []
        self._parent = os.getppid()
        self._status = status.Writer(places)

    def __enter__(self) -> Self:
        self._lock: IO[str] = lock.take(self.places)
        for number in STOP_SIGNALS:
            signal.signal(number, self._note)
        self._guard = Guard(self._lock)
        self._guard.watch()
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            self._stop_all()
        finally:
            self.places.environment.unlink(missing_ok=True)
            self.places.status.unlink(missing_ok=True)
            self._guard.close()
            self._lock.close()

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._asked.append(number)

    def start(self, *services: Service) -> None:
        """Start services, each with a fresh log, and keep them up from now on."""
        for service in services:
            rotate(self.places.log(service.name))
            child = Child(service=service, places=self.places, guard=self._guard)
            self.children[service.name] = child
            child.start()

    def tick(self) -> None:
        """Look after everything once; refuse to go on when asked to stop."""
        if self._asked:
            raise StopAsked(signal.Signals(self._asked[0]).name)
        self._look_after()

    def _look_after(self) -> None:
        self._guard.watch()
        for child in self.children.values():
            news = child.look()
            if news:
                self.progress.line(news)
        self._status.write(self.children.values(), base_url=self.base_url)
        time.sleep(TICK)

    def wait_until_ready(self, *names: str, seconds: float = 60.0) -> None:
        """Wait for services to answer; refuse when one has no hope of it."""
        deadline = time.monotonic() + seconds
        for child in [self.children[name] for name in names]:
            while not child.is_ready:
                self._check_hope(child, deadline)
                self.tick()

    def _check_hope(self, child: Child, deadline: float) -> None:
        name = child.service.name
        log = shown(self.places.log(name))
        if child.restarts >= DEATHS_BEFORE_GIVING_UP:
            raise NotReady(f"{name} does not start (it {child.ended}). The reason is in {log}.")
        if time.monotonic() > deadline:
            raise NotReady(f"{name} runs, but does not answer. What it says is in {log}.")

    def begin(self, *tasks: Task) -> None:
        """Start commands, to be finished later."""
        for task in tasks:
            pid = task.start()
            self._tasks.append(task)
            self._guard.add(Charge(pid, signal.SIGTERM, SECONDS_FOR_A_TASK))

    def finish(self, task: Task) -> str:
        """Wait for a command, showing how far it is; return what it printed."""
        if task.process is None:
            self.begin(task)
        while not task.is_done:
            self.tick()
            self.progress.live(f"{task.title} {task.last_words()}")
        self._tasks.remove(task)
        if task.process is not None:
            self._guard.remove(task.process.pid)
        return task.answer()

    def run_in_foreground(self, command: Sequence[str], *, environment: Mapping[str, str]) -> int:
        """Run a command that owns the terminal, Ctrl-C included; return its exit code."""
        process = spawn(
            command,
            account=Account(),
            output=None,
            environment=environment,
            folder=ROOT,
            own_session=False,
        )
        self._guard.add(Charge(process.pid, signal.SIGTERM, SECONDS_FOR_A_TASK))
        asked_at = None
        while process.poll() is None:
            self._look_after()
            if self._asked and asked_at is None:
                asked_at = time.monotonic()
            if asked_at and _is_time_to_end(self._asked, asked_at):
                process.terminate()
        self._guard.remove(process.pid)
        return process.returncode if process.returncode >= 0 else 128 - process.returncode

    def stay(self, *, with_parent: bool = False) -> None:
        """Keep everything up until asked to stop, or until whoever started us has gone."""
        with suppress(StopAsked):
            while not (with_parent and os.getppid() != self._parent):
                self.tick()

    def _stop_all(self) -> None:
        for task in self._tasks:
            if task.process is not None:
                end_group(task.process.pid)
                task.process.wait()
        self._asked.clear()
        named = {name for row in STOP_ORDER for name in row}
        others = tuple(name for name in self.children if name not in named)
        for row in (others, *STOP_ORDER):
            children = [self.children[name] for name in row if name in self.children]
            for child in children:
                child.ask_to_stop()
            for child in children:
                child.await_end(is_hurried=lambda: bool(self._asked))


def _is_time_to_end(asked: Sequence[int], asked_at: float) -> bool:
    """Ctrl-C has reached the command by the terminal; everything else has not."""
    was_by_terminal = asked[0] == signal.SIGINT
    return not was_by_terminal or time.monotonic() > asked_at + SECONDS_AFTER_CTRL_C
