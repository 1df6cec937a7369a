"""A bounded queue worked by one thread of this process, when nobody waits for the process.

It is for what may be lost: what does not fit is dropped, and so is what is left at the end.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.util import Finalize
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger("credit.shadows")
T = TypeVar("T")
AT_ONCE = 32  # worked together: milliseconds
REST = 0.05  # seconds between an offer and its turn: by then its answer is long sent
PAUSE = 0.01  # seconds between two looks at whether the process is busy
TOLD_EVERY = 60.0  # seconds
SECONDS_TO_END = 1.0


class Queue(Generic[T]):
    """Things to do after the answer.

    Parameters
    ----------
    work : callable
        Takes an iterator over some of them, and does what is to be done.
    drop : callable
        Is told of each that will not be worked.
    most : callable
        How many may wait.
    is_busy : callable
        Whether requests wait for this process; then nothing is worked.
    leave : callable
        Is called in the thread when it ends.
    pause : float
        Seconds between two turns.
    at_once : int
        How many are worked in a turn.
    """

    def __init__(
        self,
        work: Callable[[Iterator[T]], None],
        *,
        drop: Callable[[T, str], None],
        most: Callable[[], int],
        is_busy: Callable[[], bool],
        leave: Callable[[], None],
        pause: float = PAUSE,
        at_once: int = AT_ONCE,
    ) -> None:
        self._work, self._drop, self._most = work, drop, most
        self._is_busy, self._leave = is_busy, leave
        self._pause, self._at_once = pause, at_once
        self._told_at = -TOLD_EVERY
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """Begin with nothing: a forked process has neither the thread nor what it was given."""
        self._waiting: deque[tuple[float, T]] = deque()
        self._wake, self._starting = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_ending = False
        self._dropped = 0

    def offer(self, item: T) -> bool:
        """Take something up for later; never wait, and say whether there was room."""
        if self._is_ending or len(self._waiting) >= self._most():
            self._dropped += 1  # for the log, which need not be exact
            self._drop(item, "dropped_full")
            self._tell()
            return False
        self._waiting.append((time.monotonic(), item))
        if not self._wake.is_set():
            self._wake.set()
        if self._thread is None or not self._thread.is_alive():
            self._start()
        return True

    def end(self) -> None:
        """Let what is being worked come to its end, for a moment; drop the rest."""
        self._is_ending = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(SECONDS_TO_END)
        while self._waiting:
            self._drop(self._waiting.popleft()[1], "dropped_at_exit")

    def _start(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                if self._thread is None:
                    # Not `atexit`: the web server's processes are multiprocessing's, which ends
                    # them without it. Where that is not in use, this is called all the same.
                    Finalize(None, self.end, exitpriority=0)
                self._thread = threading.Thread(target=self._run, name="shadows", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            while not self._is_ending:
                self._wake.wait()
                self._wake.clear()
                self._work_through()
        finally:
            self._leave()

    def _work_through(self) -> None:
        while self._waiting and not self._is_ending:
            time.sleep(self._pause)
            self._work(self._some())

    def _some(self) -> Iterator[T]:
        """Give those that have rested, for as long as nobody waits for the process."""
        for _ in range(self._at_once):
            if self._is_ending or not self._waiting or self._is_busy():
                return
            if time.monotonic() - self._waiting[0][0] < REST:
                return
            yield self._waiting.popleft()[1]

    def _tell(self) -> None:
        """Say once a minute that some were dropped; the counters say how many of which."""
        now = time.monotonic()
        if now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            log.warning(
                "shadow_scores_dropped", decisions=self._dropped, waiting=len(self._waiting)
            )
            self._dropped = 0
