"""What several threads ask for at once is done together: once, by one of them, for all.

Whoever finds nobody at it leads: it waits a moment for those who are about to come, or who were
answered just now and are likely to come again, and does it for all who wait. Who comes meanwhile
waits; the first of them leads next. Where it fails for one it has failed for all, and each goes on
alone (decision records 37 and 40).
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

R = TypeVar("R")
T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Waiting(Generic[R, T]):
    name: object
    row: R
    turn: threading.Lock = field(default_factory=threading.Lock)
    is_settled: bool = False
    result: T | None = None


class Together(Generic[R, T]):
    """Does at once what several threads ask for.

    Parameters
    ----------
    write : callable
        Takes some rows and gives the result of each; None: see below.
    most : int
        How many it takes at once.
    coming : callable
        How many threads are about to ask.
    patience : float
        How many seconds at most one waits for them.
    back_within : float
        For how many seconds those that were answered are expected to come again.
    """

    def __init__(
        self,
        write: Callable[[Sequence[R]], Sequence[T | None]],
        *,
        most: int,
        coming: Callable[[], int],
        patience: float,
        back_within: float = 0.0,
    ) -> None:
        self._write, self._most = write, most
        self._coming, self._patience = coming, patience
        self._back_within = back_within
        self._away, self._expected_until = 0, 0.0  # of those that were answered last
        self._guard = threading.Lock()
        self._waiting: list[_Waiting[R, T]] = []
        self._is_led = False
        self._is_patient = False
        self._all_came = threading.Event()

    def comes(self) -> None:
        """Note that somebody is about to ask: as far as is known, one of those answered last.

        It need not be exact, so it takes no lock.
        """
        self._away -= 1

    def write(self, name: object, row: R) -> T | None:
        """Have a row written; None: it was not, and its own thread must see why.

        Rows of one name are never taken at once, as each of them may be the one that counts.
        """
        mine: _Waiting[R, T] = _Waiting(name, row)
        mine.turn.acquire()
        with self._guard:
            self._waiting.append(mine)
            leads, self._is_led = not self._is_led, True
        if self._is_patient and not self._seconds_worth_waiting():
            self._all_came.set()
        if not leads:
            mine.turn.acquire()  # until it is settled, or mine to lead
        if not mine.is_settled:
            self._lead()
        return mine.result

    def _lead(self) -> None:
        """Write the first that wait, and hand on: the first of all is who leads."""
        self._wait()
        with self._guard:
            some = self._taken()
        results: Sequence[T | None] = [None] * len(some)
        try:
            results = self._write([each.row for each in some])
        finally:
            self._away, self._expected_until = len(some), time.monotonic() + self._back_within
            self._hand_on()
            for each, result in zip(some, results, strict=True):
                each.result, each.is_settled = result, True
                each.turn.release()

    def _wait(self) -> None:
        """Wait until all came; who comes last sees that this one is patient, or is seen by it."""
        if not self._seconds_worth_waiting():
            return
        until = time.monotonic() + self._patience
        self._is_patient = True
        self._all_came.clear()
        while (seconds := min(self._seconds_worth_waiting(), until - time.monotonic())) > 0:
            self._all_came.wait(seconds)
            self._all_came.clear()
        self._is_patient = False

    def _seconds_worth_waiting(self) -> float:
        if len(self._waiting) >= self._most:
            return 0.0
        if self._coming() > 0:
            return self._patience
        return max(0.0, self._expected_until - time.monotonic()) if self._away > 0 else 0.0

    def _taken(self) -> list[_Waiting[R, T]]:
        some = {each.name: each for each in reversed(self._waiting[: self._most])}
        self._waiting = [each for each in self._waiting if some.get(each.name) is not each]
        return list(reversed(some.values()))

    def _hand_on(self) -> None:
        with self._guard:
            following = self._waiting[0] if self._waiting else None
            self._is_led = following is not None
        if following is not None:
            following.turn.release()
