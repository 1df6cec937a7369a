import argparse
import os
from collections.abc import Sequence
from contextlib import suppress

from services import demo_history, first_score, product
from services.demo_history import History
from services.places import Places, PortTaken, is_free, shown
from services.product import Product
from services.supervisor import Supervisor
from services.terminal import Progress, say
from services.trouble import StopAsked, Trouble

DEFAULT_PORT = 8000
LARGEST_PORT = 65535


def run(arguments: Sequence[str]) -> int:
    """Set everything up, score one application, stay up until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="./run demo")
    parser.add_argument("--once", action="store_true", help="stop after the first score")
    options = parser.parse_args(arguments)
    with Supervisor(Places.usual(), progress=Progress()) as supervisor:
        history = History()
        beside = None if options.once else history.begin
        running = product.bring_up(
            supervisor,
            port=_port(),
            onboarding=("--as-of", demo_history.onboarded_on()),
            beside=beside,
        )
        if not options.once:
            _fill_queue(running)
        answer, seconds = first_score.post(running)
        first_score.show(answer, seconds=seconds)
        if options.once:
            return 0
        _invite(running)
        with suppress(StopAsked):
            history.finish(running)
        supervisor.stay()
        say("\nStopping everything.")
    say("Stopped. The data is kept; `./run demo` brings it back.")
    return 0


def _fill_queue(running: Product) -> None:
    """Let applications wait, so that the officers' pages show what they are for."""
    running.supervisor.progress.line("Letting applications wait for officers")
    task = running.manage("create_demo_queue", "--json", title="Filling the queue:")
    running.supervisor.begin(task)
    running.supervisor.finish(task)


def _port() -> int:
    """Return the port to serve on, or say what to do about it."""
    given = os.environ.get("PORT", "")
    if not given:
        if not is_free(DEFAULT_PORT):
            raise PortTaken(
                f"Port {DEFAULT_PORT} is taken by another program. "
                f"Use another one: PORT={_neighbour()} ./run demo"
            )
        return DEFAULT_PORT
    if not given.isdecimal() or not 0 < int(given) <= LARGEST_PORT:
        raise Trouble(f"PORT={given} is no port; give a number from 1 to {LARGEST_PORT}.")
    if not is_free(int(given)):
        raise PortTaken(f"Port {given} is taken by another program. Choose another PORT.")
    return int(given)


def _neighbour() -> int:
    return next((port for port in range(DEFAULT_PORT + 1, 8100) if is_free(port)), 8001)


def _invite(running: Product) -> None:
    places = running.places
    say()
    say(f"  The officer's queue    {running.base_url}/")
    say(f"  The API's pages        {running.base_url}/api/v1/docs/")
    say(f"  An API key             {shown(places.var / 'demo_key')}")
    say(f"  Logs                   {shown(places.var / 'log')}/")
    say()
    say("  Sign in as")
    for user in running.users:
        say(f"    {user['username']:<20}{user['password']:<20}{user['role'].replace('_', ' ')}")
    say()
    say("  Real small business loans of 2007 and 2008 are replayed beside this: in a minute or two")
    say("  small-business-loan has drift, two models and a report, and a line here says so.")
    say()
    say("  Ctrl-C stops everything; the data is kept.")
