"""Send real applications to a running product at a constant rate, and hold it to its targets.

Example: EVENHAND_LOAD_KEY=... python loadtests/run_load.py --base-url http://127.0.0.1:8000

Exit code 0: every target was reached. 1: one was missed. 2: it could not be measured.
"""

import argparse
import ipaddress
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import bodies
import slo

HERE = Path(__file__).resolve().parent
PRODUCT = HERE.parent / "contracts" / "consumer-loan"
KEY = "EVENHAND_LOAD_KEY"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the load test and say how it went."""
    options = _parser().parse_args(arguments)
    try:
        targets = slo.Targets.load(options.slo)
        options.rate = options.rate or targets.arrivals.rate
        run = _measure(options)
    except (slo.CannotMeasure, slo.TargetsRefused, bodies.RowsRefused) as error:
        print(f"The load test could not run: {error}", file=sys.stderr)  # noqa: T201
        return 2
    checks = slo.evaluate(targets, run)
    _write(options, run, checks)
    print(f"\n{slo.table(checks)}\n\nAll figures: {options.json}")  # noqa: T201
    return 0 if all(check.passed for check in checks) else 1


def _measure(options: argparse.Namespace) -> slo.Run:
    """Check everything that can be checked first; Locust takes seconds and patches the process."""
    server = _own_server(options)
    key = _key()
    requests = bodies.endless(options.contract, options.loans)
    from measuring import measure  # noqa: PLC0415

    return measure(server, key=key, bodies=requests, rate=options.rate, seconds=options.seconds)


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


def _write(options: argparse.Namespace, run: slo.Run, checks: Sequence[slo.Check]) -> None:
    options.json.parent.mkdir(parents=True, exist_ok=True)
    figures = {
        "made_at": datetime.now(UTC).isoformat(),
        "workload": "open",
        "rate": options.rate,
        "seconds": options.seconds,
        "passed": all(check.passed for check in checks),
        "checks": [asdict(check) for check in checks],
        "endpoints": {name: _figures(each) for name, each in sorted(run.endpoints.items())},
        "lost": list(run.lost),
    }
    options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _figures(measured: slo.Measured) -> dict[str, float]:
    counts = {"requests": len(measured.times_ms), "failures": measured.failures}
    times = {
        figure: slo.percentile(measured.times_ms, share)
        for figure, share in slo.PERCENTILES.items()
    }
    return counts | times


def _parser() -> argparse.ArgumentParser:
    var = Path(os.environ.get("EVENHAND_VAR") or HERE.parent / "var")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base-url", required=True, help="as in http://127.0.0.1:8000")
    parser.add_argument("--seconds", type=_positive, default=30.0)
    parser.add_argument("--rate", type=_positive, help="requests a second; default: the targets'")
    parser.add_argument("--slo", type=Path, default=HERE / "slo.toml", help="the targets")
    parser.add_argument("--json", type=Path, default=var / "load.json", help="where figures go")
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


if __name__ == "__main__":
    sys.exit(main())
