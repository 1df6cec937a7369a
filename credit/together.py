"""What several threads write at once is written together: one statement, one commit, for all.

Whoever finds nobody writing leads: it waits a moment for those who are about to come, and writes
for all over the one connection that the process keeps for it. Who comes meanwhile waits; the first
of them leads next. Where it fails for one it has failed for all, and each goes on alone (decision
record 0037).
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(slots=True, eq=False)
class _Waiting(Generic[R]):
    name: object
    row: R
    turn: threading.Lock = field(default_factory=threading.Lock)
    is_settled: bool = False
    is_written: bool | None = None


class Together(Generic[R]):
    """Writes rows of several threads in one statement.

    Parameters
    ----------
    write : callable
        Takes some rows and says of each whether it was written; None: see below.
    most : int
        How many it takes at once.
    coming : callable
        How many threads are about to write.
    patience : float
        How many seconds at most one waits for them.
    """

    def __init__(
        self,
        write: Callable[[Sequence[R]], Sequence[bool | None]],
        *,
        most: int,
        coming: Callable[[], int],
        patience: float,
    ) -> None:
        self._write, self._most = write, most
        self._coming, self._patience = coming, patience
        self._guard = threading.Lock()
        self._waiting: list[_Waiting[R]] = []
        self._is_led = False
        self._all_came = threading.Event()

    def write(self, name: object, row: R) -> bool | None:
        """Have a row written; None: it was not, and its own thread must see why.

        Rows of one name are never in one statement, as each of them may be the one that counts.
        """
        mine = _Waiting(name, row)
        mine.turn.acquire()
        with self._guard:
            self._waiting.append(mine)
            leads, self._is_led = not self._is_led, True
        if not self._is_worth_waiting():
            self._all_came.set()
        if not leads:
            mine.turn.acquire()  # until it is settled, or mine to lead
        if not mine.is_settled:
            self._lead()
        return mine.is_written

    def _lead(self) -> None:
        """Write the first that wait, and hand on: the first of all is who leads."""
        self._all_came.clear()
        if self._is_worth_waiting():
            self._all_came.wait(self._patience)
        with self._guard:
            some = self._taken()
        results: Sequence[bool | None] = [None] * len(some)
        try:
            results = self._write([each.row for each in some])
        finally:
            self._hand_on()
            for each, is_written in zip(some, results, strict=True):
                each.is_written, each.is_settled = is_written, True
                each.turn.release()

    def _is_worth_waiting(self) -> bool:
        return len(self._waiting) < self._most and self._coming() > 0

    def _taken(self) -> list[_Waiting[R]]:
        some = {each.name: each for each in reversed(self._waiting[: self._most])}
        self._waiting = [each for each in self._waiting if some.get(each.name) is not each]
        return list(reversed(some.values()))

    def _hand_on(self) -> None:
        with self._guard:
            following = self._waiting[0] if self._waiting else None
            self._is_led = following is not None
        if following is not None:
            following.turn.release()
