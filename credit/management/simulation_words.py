"""The time machine's report in words, for a terminal."""

from collections.abc import Iterator
from typing import Any

from scoring.plurals import counted


def told(report: dict[str, Any]) -> Iterator[str]:
    """Tell a report, a line each."""
    asked, took = report["asked"], report["took"]
    yield (
        f"{report['name']}: {asked['start']} to {asked['end']}, replayed in "
        f"{took['seconds']:,.0f} s ({took['cpu_seconds']:,.0f} s of processor, without the "
        "database's)."
    )
    if asked["shift_days"]:
        yield f"Stored as of {report['stored'][0]} to {report['stored'][1]}: all days were moved."
    yield from _decisions(report["decisions"])
    yield from _alarms(report["alarms"], looks=report["looks"])
    yield from _trainings(report["trainings"])
    yield from _refusals(report["refusals"])
    yield from _vintages(report["vintages"], report["window_months"])
    yield from _strategies(report["strategies"], report["currency"])
    yield ""
    yield from report["limits"]


def _decisions(of: dict[str, Any]) -> Iterator[str]:
    yield ""
    recommended = ", ".join(f"{n:,} {what}" for what, n in sorted(of["recommended"].items()))
    stand = ", ".join(f"{n:,} {what}" for what, n in sorted(of["stand"].items()))
    yield f"{counted(of['n'], 'decision')}. Recommended: {recommended}. Now: {stand}."
    yield (
        f"{counted(of['overrides'], 'override')}, {counted(of['signed'], 'second signature')}; "
        f"{counted(of['outcomes'], 'outcome')} became known, "
        f"{of['outcomes_corrected']:,} corrected."
    )


def _alarms(alarms: list[dict[str, Any]], *, looks: int) -> Iterator[str]:
    yield ""
    yield f"Drift: {counted(looks, 'monthly look')}, {counted(len(alarms), 'alarm')}."
    for each in alarms:
        kind, truth = each["kind"].replace("_", " "), each["truth"]
        yield f"  {each['on']} {kind} ({each['champion']}): {each['said']}"
        if truth["n"]:
            yield (
                f"    True of the {truth['n']:,} loans of the half year before: predicted "
                f"{truth['mean_pd']:.1%}, in the end bad {truth['bad_rate']:.1%} "
                f"({truth['low']:.1%} to {truth['high']:.1%})."
            )


def _trainings(trainings: list[dict[str, Any]]) -> Iterator[str]:
    yield ""
    for each in trainings:
        came = "promoted" if each["is_promoted"] else "not promoted"
        rows = f", {counted(each['rows'], 'row')}, {each['bads']:,} bad" if each["version"] else ""
        yield f"  {each['on']} {each['version'] or 'no model'}: {came}{rows}. {each['why']}"
        yield f"    {each['said']}"


def _refusals(refusals: list[dict[str, Any]]) -> Iterator[str]:
    if refusals:
        yield ""
        yield "Refused:"
    for each in refusals:
        yield f"  {each['on']} {each['what']}: {each['said']}"


def _vintages(vintages: list[dict[str, Any]], months: int) -> Iterator[str]:
    yield ""
    yield f"Approved loans: predicted, bad within {months} months, bad as far as the file tells"
    for each in vintages:
        shares = (
            f"{share['bad_rate']:6.1%} ({share['low']:.1%} to {share['high']:.1%})"
            for share in (each["window"], each["ever"])
        )
        yield f"  {each['vintage']:<8}{each['n']:>7,}  {each['mean_pd']:6.1%}  {'  '.join(shares)}"


def _strategies(strategies: list[dict[str, Any]], currency: str) -> Iterator[str]:
    yield ""
    n = strategies[0]["n"]
    yield f"Profit over the same {n:,} loans, in thousands of {currency}, with 95 % intervals:"
    for each in strategies:
        yield (
            f"  {each['name']:<30}{_thousands(each['profit']):>12} "
            f"({_thousands(each['low'])} to {_thousands(each['high'])}); "
            f"approves {each['approved'] / n:.1%}; against the first "
            f"{_thousands(each['difference'])} ({_thousands(each['difference_low'])} to "
            f"{_thousands(each['difference_high'])})"
        )


def _thousands(amount: float) -> str:
    return f"{amount / 1000:,.0f}"
