import os
import shutil
import sys
import time

CLEAR_LINE = "\r\x1b[K"
SECONDS_BETWEEN_LINES = 5.0  # where there is no terminal to rewrite a line on


class Progress:
    """Lines with the seconds since the start, and one live line on a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        # `run` notes when it began, so that the seconds count from there through both processes.
        self._started = float(os.environ.pop("EVENHAND_STARTED_AT", "") or time.time())
        self._last = time.monotonic()
        self._is_live = False

    def line(self, text: str) -> None:
        """Say that something began or is done."""
        if not self._quiet:
            say(f"{self._clear()}{self._seconds()}  {text}")
        self._last = time.monotonic()

    def live(self, text: str) -> None:
        """Show how far a long step is: rewritten in place, or a line now and then."""
        if self._quiet:
            return
        if sys.stdout.isatty():
            width = shutil.get_terminal_size().columns - 1
            say(f"{self._clear()}{self._seconds()}  {text}"[: width + len(CLEAR_LINE)], end="")
            self._is_live = True
        elif time.monotonic() - self._last > SECONDS_BETWEEN_LINES:
            self.line(text)

    def _seconds(self) -> str:
        return f"{time.time() - self._started:6.1f} s"

    def _clear(self) -> str:
        was_live, self._is_live = self._is_live, False
        return CLEAR_LINE if was_live else ""


def say(text: str = "", *, end: str = "\n", to_stderr: bool = False) -> None:
    """Print, even when the terminal has gone: what is running must still be stopped."""
    try:
        print(text, end=end, file=sys.stderr if to_stderr else sys.stdout, flush=True)
    except OSError:
        return
