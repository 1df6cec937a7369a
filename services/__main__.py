"""What `./run` hands its arguments to."""

import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType

from services import (
    bench_api,
    bench_batch,
    bench_tables,
    checks,
    control,
    demo,
    load,
    messages,
    stack,
    testing,
    tools,
)
from services.places import Places, shown
from services.terminal import say
from services.trouble import StopAsked, Trouble

COMMANDS: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "demo": (demo.run, "set everything up and run the product (PORT=8001 ./run demo moves it)"),
    "test": (testing.run, "run the tests; arguments go to pytest"),
    "long": (testing.run_long, "run the tests that take minutes: measurements and long walks"),
    "check": (checks.run, "style, types and arrows; a tool's name runs only that one"),
    "load": (load.run, "load-test a stack of its own; fails when a target is missed"),
    "bench": (tools.bench, "measure the parts"),
    "bench-api": (bench_api.run, "measure the API beside the usual ways to serve a model"),
    "bench-batch": (bench_batch.run, "measure a file of a million applications (--rows N)"),
    "bench-tables": (bench_tables.run, "measure beside 5,000 and 5,000,000 stored decisions"),
    "messages": (messages.run, "bring the translations up to the code; says what is left to do"),
    "docs": (tools.docs, "build the documentation"),
    "status": (control.show_status, "what runs, with process ids and addresses (--json)"),
    "restart": (control.restart, "restart NAME: postgres, broker, web, worker or beat"),
    "stop": (control.stop, "stop everything"),
}
LITTLE_ROOM = 200  # megabytes; the database alone takes a hundred
NEED_NOTHING = {"status", "restart", "stop"}  # they run before anything is installed
FOR_TESTS: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
    "stack": (stack.run, "--var DIR [--port 0] [--fresh] [--json]: the whole product, one line"),
    "servers": (stack.run_servers, "--var DIR [--fresh] [--json]: database and broker only"),
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; say what went wrong in words."""
    sys.excepthook = _keep_the_trace
    name, *rest = arguments or ["help"]
    if name in {"help", "--help", "-h"}:
        _help()
        return 0
    known = COMMANDS | FOR_TESTS
    if name not in known:
        say(f"There is no command {name!r}.\n", to_stderr=True)
        _help()
        return 2
    if name not in NEED_NOTHING:
        messages.compile_catalogues()
    return _run(known[name][0], rest)


def _run(command: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    try:
        return command(arguments)
    except StopAsked as asked:
        say("\nStopped.")
        return 128 + signal.Signals[str(asked)]
    except Trouble as trouble:
        say(f"\n{trouble}", to_stderr=True)
    except OSError as error:
        say(f"\nThe system refused: {error}.", to_stderr=True)
    _say_how_little_room()
    return 1


def _say_how_little_room() -> None:
    """Name what a full disk hides: what failed could not even write why into its log."""
    var = Places.usual().var
    there = next(folder for folder in (var, *var.parents) if folder.exists())
    free = shutil.disk_usage(there).free // 1_000_000
    if free < LITTLE_ROOM:
        said = f"The disk has only {free} MB left where {shown(var)} is. Free some space first."
        say(said, to_stderr=True)


def _keep_the_trace(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Put a defect of ours into a log instead of on the screen."""
    log = Places.usual().log("run")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        traceback.print_exception(kind, error, trace, file=file)
    say(f"\nThis should not have happened: {kind.__name__}. The trace is in {shown(log)}.")


def _help() -> None:
    say("Evenhand: credit decisions that explain themselves.\n\nUsage: ./run COMMAND\n")
    for name, (_, text) in COMMANDS.items():
        say(f"  {name:<13}{text}")
    say("  help         this list")
    say("\nFor tests (.venv/bin/python -m services COMMAND):\n")
    for name, (_, text) in FOR_TESTS.items():
        say(f"  {name:<13}{text}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
