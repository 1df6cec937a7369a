"""Made-up applicants in counts: days of them, quick to draw."""

from pathlib import Path

import numpy as np

from scoring.contract import Contract
from scoring.populations import drift_cells, drift_tests
from scoring.populations.drift_cells import Counted
from scoring.populations.drift_found import EVERYTHING, Segment, found
from scoring.populations.drift_look import look

CONTRACT = Contract.load(
    Path(__file__).parents[2] / "contracts" / "consumer-loan" / "contract.toml"
)
NUMBERS = ("amount", "duration_months")
LISTS = ("housing", "purpose", "has_telephone")
VERSION = "1"


def _shares(name):
    """Give the cells of a feature and how many of a thousand are in each."""
    if name == "amount":
        return drift_cells.number_cells(np.exp(np.linspace(5.7, 9.8, 1_000)))
    if name == "duration_months":
        return {str(cell): n for cell, n in zip((407, 413, 417, 419, 423, 427), _SIX, strict=True)}
    if name == "score":
        return drift_cells.pd_cells(1 / (1 + np.exp(-np.linspace(-3, 1, 1_000))))
    return {
        "housing": {"own": 700, "rent": 180, "free": 120},
        "purpose": {"new_car": 500, "furniture": 300, "repairs": 196, "vacation": 4},
        "has_telephone": {"true": 404, "false": 590, "": 6},
    }[name]


_SIX = (60, 180, 240, 200, 190, 130)
SHARES = {name: _shares(name) for name in (*NUMBERS, *LISTS, "score")}


def drawn(rng, n, *, days, changed=None):
    """Draw days of `n` applicants; `changed` puts other shares in place of a feature's own."""
    shares = SHARES | (changed or {})
    by_name = {name: _days(rng, n, of_it, days) for name, of_it in shares.items()}
    return [
        Counted(
            n=n,
            features={name: by_name[name][day] for name in (*NUMBERS, *LISTS)},
            scores={VERSION: by_name["score"][day]},
        )
        for day in range(days)
    ]


def _days(rng, n, shares, days):
    cells, weights = list(shares), np.array(list(shares.values()), dtype=float)
    counts = rng.multinomial(n, weights / weights.sum(), size=days)
    return [
        {cell: int(rows) for cell, rows in zip(cells, row, strict=True) if rows} for row in counts
    ]


def checked(then, segments):
    """Look at segments, each as (recent, lately, own past or None), and say what was found."""
    error = drift_tests.error_of(features=len(then.features), segments=len(segments))

    def at(now, beside=then):
        return look(CONTRACT, beside, now, version=VERSION, error=error)

    everything = segments[EVERYTHING][1]
    return found(
        {
            name: Segment(
                recent=at(recent),
                lately=at(lately),
                before=at(lately, past) if past else None,
                recent_before=at(recent, past) if past else None,
                rest=at(everything.without(lately)) if name else None,
                is_everything=not name,
            )
            for name, (recent, lately, past) in segments.items()
        }
    )


def bad(told):
    return [(each.cause, each.segment) for each in told if each.is_bad]
