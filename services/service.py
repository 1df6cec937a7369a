import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.account import Account


def at_once(_pid: int) -> bool:
    """Say that a process is ready as soon as it runs."""
    return True


def nothing_to_do() -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A program that the supervisor keeps running."""

    name: str
    command: tuple[str, ...]
    address: str = ""
    environment: Mapping[str, str] | None = None
    account: Account = field(default_factory=Account)
    folder: Path = Path("/")
    is_server: bool = False  # it keeps data, so it always stops in its own time
    is_ready: Callable[[int], bool] = at_once  # given its process id
    before_start: Callable[[], None] = nothing_to_do
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    orphan_seconds: float = 3.0  # to end by itself when the supervisor has been killed
