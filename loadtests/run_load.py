"""Put load on a running product, as partners and people do, and hold it to its targets.

Example: ./run load steady --seconds 60 --rate 100

Exit code 0: every target was reached. 1: one was missed. 2: it could not be measured.
"""

import argparse
import ipaddress
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import bodies
import page
import results
import slo
from profiles import PROFILES, ROLES
from runs import Run
from verdicts import Check, evaluate, table

HERE = Path(__file__).resolve().parent
PRODUCT = HERE.parent / "contracts" / "consumer-loan"
KEY = "EVENHAND_LOAD_KEY"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the load test and say how it went."""
    options = _parser().parse_args(arguments)
    try:
        targets = slo.Targets.load(options.slo, options.profile).loosened(options.slack)
        options.rate = options.rate or targets.run.rate
        options.seconds = options.seconds or targets.run.seconds
        run = _measure(options)
    except (slo.CannotMeasure, slo.TargetsRefused, bodies.RowsRefused) as error:
        print(f"The load test could not run: {error}", file=sys.stderr)  # noqa: T201
        return 2
    checks = evaluate(targets, run)
    _report(options, run, checks)
    return 0 if all(check.passed for check in checks) else 1


def _measure(options: argparse.Namespace) -> Run:
    """Check everything that can be checked first; Locust takes seconds and patches the process."""
    server = _own_server(options)
    key = _key()
    requests = bodies.endless(options.contract, options.loans)
    from measuring import measure  # noqa: PLC0415
    from stack import Stack  # noqa: PLC0415

    return measure(
        PROFILES[options.profile],
        server,
        key=key,
        bodies=requests,
        rate=options.rate,
        seconds=options.seconds,
        roles=options.roles,
        stack=Stack.from_environment(),
        faults=options.faults,
    )


def _own_server(options: argparse.Namespace) -> SplitResult:
    """Refuse to put load on a machine that is not this one, unless told whose it is."""
    server = urlsplit(options.base_url)
    if server.scheme != "http" or not server.hostname:
        raise slo.CannotMeasure(f"{options.base_url} is no address like http://127.0.0.1:8000")
    if not (_is_loopback(server.hostname) or options.i_own_this_host):
        raise slo.CannotMeasure(
            f"{server.hostname} is another machine. If it is yours, say --i-own-this-host."
        )
    return server


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _key() -> str:
    key = os.environ.get(KEY, "")
    if not key:
        raise slo.CannotMeasure(f"{KEY} holds no API key (manage.py issue_key makes one)")
    return key


def _report(options: argparse.Namespace, run: Run, checks: Sequence[Check]) -> None:
    """Store the figures, write the page, and print the targets beside what was reached."""
    found = results.figures(run, checks, made_at=datetime.now(UTC).isoformat(timespec="seconds"))
    compared = results.compare(
        found, results.before(options.results, options.profile, rate=options.rate)
    )
    results.keep(options.results, found)
    place = options.results / options.profile
    place.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    place.with_suffix(".html").write_text(page.page(run, checks, found, compared), encoding="utf-8")
    for event in run.events:
        print(f"at {event.at:6.1f} s: {event.name}")  # noqa: T201
    for name, words in sorted(run.tally.words.items()):
        print(f"{name}, the first: {words}", file=sys.stderr)  # noqa: T201
    print(f"\n{table(checks)}")  # noqa: T201
    if compared:
        print(f"\nBeside the run before:\n{results.ratios(compared)}")  # noqa: T201
    print(f"\nThe report: {place}.html, all figures: {place}.json")  # noqa: T201


def _parser() -> argparse.ArgumentParser:
    var = Path(os.environ.get("EVENHAND_VAR") or HERE.parent / "var")
    parser = argparse.ArgumentParser(
        prog="./run load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    abouts = "; ".join(f"{each.name}: {each.about}" for each in PROFILES.values())
    parser.add_argument(
        "profile", nargs="?", default="steady", choices=PROFILES, help=f"{abouts}; default steady"
    )
    parser.add_argument("--base-url", required=True, help="./run load gives its own")
    parser.add_argument("--seconds", type=_positive, help="default: the profile's")
    parser.add_argument("--rate", type=_positive, help="applications a second; the profile's")
    parser.add_argument("--roles", type=_several(ROLES), default=ROLES, help="default: all")
    parser.add_argument("--faults", type=_several(None), default=(), help="of brownout: some only")
    parser.add_argument(
        "--slack", type=_positive, default=1.0, help="times may be so many times as long; 1"
    )
    parser.add_argument("--slo", type=Path, default=HERE / "slo.toml", help="the targets")
    parser.add_argument("--results", type=Path, default=var / "load", help="where reports go")
    parser.add_argument("--contract", type=Path, default=PRODUCT / "contract.toml")
    parser.add_argument("--loans", type=Path, default=PRODUCT / "loans.csv")
    parser.add_argument(
        "--i-own-this-host", action="store_true", help="allow an address that is not loopback"
    )
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1_000_000:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def _several(known: Sequence[str] | None) -> Any:
    def several(text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        wrong = [name for name in names if known is not None and name not in known]
        if wrong:
            raise argparse.ArgumentTypeError(f"{wrong[0]} is none of {', '.join(known or ())}")
        return names

    return several


if __name__ == "__main__":
    sys.exit(main())
