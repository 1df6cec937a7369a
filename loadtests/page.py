"""The report of a run: one static page that fetches nothing and runs nothing. Pure."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import charts
from results import Compared
from runs import Run
from verdicts import Check

STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid #8884; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.missed { color: #b3362c; font-weight: 600; }
svg.chart { width: 100%; height: auto; }
"""
DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{DIGEST}'"


def page(
    run: Run, checks: Sequence[Check], found: Mapping[str, Any], compared: Sequence[Compared]
) -> str:
    """Write the whole page."""
    missed = [check for check in checks if not check.passed]
    verdict = f"{len(missed)} targets missed" if missed else "every target reached"
    title = f"Load: {run.profile.name}, {verdict}"
    seconds = max([run.seconds, *(each.done for each in run.tally.attempts)])
    drawn = {"attempts": run.tally.attempts, "events": run.events, "seconds": seconds}
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{escape(_said(run, found))}</p>",
            "<h2>Answers a second</h2>",
            _legend(charts.COLOURS),
            charts.answers(**drawn),
            "<h2>Milliseconds from when a request was due</h2>",
            _legend({name: colour for name, (_, colour) in charts.LINES.items()}),
            charts.times(**drawn),
            _events(run),
            "<h2>Targets</h2>",
            _targets(checks),
            "<h2>Endpoints</h2>",
            _endpoints(found["endpoints"]),
            _compared(compared),
            "</body></html>\n",
        ]
    )


def _said(run: Run, found: Mapping[str, Any]) -> str:
    return (
        f"{run.profile.about}: {run.rate:g} applications a second that come alone, for "
        f"{run.seconds:g} seconds, and beside them files, officers' visits and a validator. An open"
        f" workload: times run from when a request was due. Made at {found['made_at']}."
    )


def _legend(colours: Mapping[Any, str]) -> str:
    parts = (
        f'<svg viewBox="0 0 12 12" width="12" height="12"><title>{escape(str(name))}</title>'
        f'<rect width="12" height="12" fill="{colour}"/></svg> {escape(str(name))} '
        for name, colour in colours.items()
    )
    return f'<p class="legend">{"".join(parts)}</p>'


def _events(run: Run) -> str:
    if not run.events:
        return ""
    lines = "".join(f"<li>{event.at:.1f} s: {escape(event.name)}</li>" for event in run.events)
    return f"<h2>What was done meanwhile</h2><ol>{lines}</ol>"


def _targets(checks: Sequence[Check]) -> str:
    return _table(
        ("", "figure", "target", "reached", "verdict"),
        (
            (
                check.of,
                check.figure,
                check.target,
                check.reached,
                "ok" if check.passed else "MISSED",
            )
            for check in checks
        ),
    )


def _endpoints(found: Mapping[str, Mapping[str, float]]) -> str:
    names = list(dict.fromkeys(figure for each in found.values() for figure in each))
    return _table(
        ("endpoint", *(name.replace("_", " ") for name in names)),
        (
            (endpoint, *(f"{each[name]:,g}" if name in each else "" for name in names))
            for endpoint, each in found.items()
        ),
    )


def _compared(compared: Sequence[Compared]) -> str:
    if not compared:
        return "<p>There is no earlier result of this profile at this rate to compare with.</p>"
    rows = (
        (
            each.endpoint,
            each.figure.replace("_", " "),
            f"{each.before:,g}",
            f"{each.now:,g}",
            f"{each.ratio:.2f}x",
        )
        for each in compared
    )
    return "<h2>Beside the run before</h2>" + _table(
        ("endpoint", "figure", "before", "now", "ratio"), rows
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    first = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{first}</tr></thead><tbody>{lines}</tbody></table>"


def _cell(text: str) -> str:
    kinds = {"MISSED": ' class="missed"'}
    is_number = bool(text) and text.rstrip("x").replace(",", "").replace(".", "").isdigit()
    kind = kinds.get(text, ' class="number"' if is_number else "")
    return f"<td{kind}>{escape(text)}</td>"
