"""A partner's file, read by a child process that has nothing to lose, as rows to be checked here.

What the child says is no more to be trusted than the file: it is JSON with a bound on each line,
and every request in it goes through the same check as one that came by the single endpoint.
"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from django.conf import settings

from scoring.features import FieldProblem
from scoring.files.request_rows import MOST_ROWS, Format, Row

PROGRAM = "credit.api.batch_rows"  # a name and no import: it shares nothing with this process
LONGEST_LINE = 4 * 1024 * 1024  # bytes; a request of 1 MiB may double when it is escaped
BLOCK = 1 << 16
SILENT_FOR = 120.0  # seconds; counting the rows of the largest file takes some of them
# A stop of all processes at once, or the kernel when memory is short; see `_was_ended`.
_FROM_OUTSIDE = (-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP, -signal.SIGKILL)
_DIED = FieldProblem(
    "",
    "unreadable",
    "The file is damaged, or reading it takes more memory or time than allowed.",
)


class RowsRefused(Exception):
    """The file cannot be read, or not any further; `problems` say why."""

    def __init__(self, *problems: FieldProblem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))


class ReaderLost(Exception):
    """Somebody ended the child from outside, so nothing is known of the file: it is read again."""


@dataclass(frozen=True, slots=True)
class OpenedRows:
    """How many rows there are, and those after the first `skip`."""

    total: int
    rows: Iterator[Row]


@contextmanager
def opened(file: Path, *, kind: str, contract: str, skip: int) -> Iterator[OpenedRows]:
    """Start the child; it ends with the block, whatever happens in it. `contract` is its text.

    Raises `RowsRefused`, here or while its rows are gone through, and `ReaderLost` in its place
    where it is not the file's fault.
    """
    command = [sys.executable, "-m", PROGRAM, str(file), Format(kind).value, str(skip)]
    with subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        try:
            yield _opened(child, contract.encode(), skip)
        except RowsRefused as refused:
            if refused.problems == (_DIED,) and _was_ended(child):
                raise ReaderLost("The process that reads the file was ended.") from refused
            raise
        finally:
            child.kill()


def _was_ended(child: subprocess.Popen[bytes]) -> bool:
    """Say whether a signal from outside ended the child; its own limits do it in other ways."""
    with suppress(subprocess.TimeoutExpired):
        child.wait(timeout=1)
    return child.returncode in _FROM_OUTSIDE


def _opened(child: subprocess.Popen[bytes], source: bytes, skip: int) -> OpenedRows:
    stdin, stdout = _pipes(child)
    try:
        stdin.write(source)
        stdin.close()
    except BrokenPipeError as died:
        raise RowsRefused(_DIED) from died
    said = _messages(stdout)
    match next(said, None):
        case (["total", int(total)], _) if 1 <= total <= MOST_ROWS:
            return OpenedRows(total, _rows(said, first=skip + 1, total=total))
        case (["refused", list(problems)], _):
            raise RowsRefused(*_problems(problems))
        case _:
            raise RowsRefused(_DIED)


def _rows(said: Iterator[tuple[Any, int]], *, first: int, total: int) -> Iterator[Row]:
    for number in range(first, total + 1):
        match next(said, None):
            case ([int(told), dict(body)], size) if told == number:
                yield Row(number, body, bytes=size)
            case ([int(told), None, list(problems)], size) if told == number and problems:
                yield Row(number, None, _problems(problems), bytes=size)
            case (["refused", list(problems)], _):
                raise RowsRefused(*_problems(problems))
            case _:
                raise RowsRefused(_DIED)


def _problems(said: list[Any]) -> tuple[FieldProblem, ...]:
    return tuple(FieldProblem(*(str(part) for part in each[:3])) for each in said)


def _messages(stdout: IO[bytes]) -> Iterator[tuple[Any, int]]:
    """Read a message a line, each within its bounds of length and time; and say how long it was."""
    held = b""
    while select.select([stdout], [], [], SILENT_FOR)[0]:
        block = os.read(stdout.fileno(), BLOCK)
        *whole, held = (held + block).split(b"\n")
        for line in whole:
            try:
                said = orjson.loads(line)  # which knows no NaN, and refuses what is nested too deep
            except ValueError:
                return
            yield said, len(line)
        if not block or len(held) > LONGEST_LINE:
            return


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None:
        raise TypeError("the child was started without pipes")
    return child.stdin, child.stdout
