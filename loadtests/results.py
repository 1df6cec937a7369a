"""A run's figures as they are stored, and beside those of the run before."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from runs import PERCENTILES, Measured, Run, percentile
from verdicts import Check

KEPT = 50  # results of a profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One figure now and in the run before."""

    endpoint: str
    figure: str
    now: float
    before: float

    @property
    def ratio(self) -> float:
        """How many times as much as before."""
        return self.now / self.before


def figures(run: Run, checks: Sequence[Check], *, made_at: str) -> dict[str, Any]:
    """Put everything down that another program, or the next run, may want."""
    return {
        "made_at": made_at,
        "profile": run.profile.name,
        "workload": "open",
        "rate": run.rate,
        "seconds": run.seconds,
        "passed": all(check.passed for check in checks),
        "checks": [asdict(check) for check in checks],
        "endpoints": {name: _figures(each) for name, each in run.measured().items()},
        "stored": {
            name: {"is_right": each.is_right, **asdict(each)} for name, each in run.stored.items()
        },
        "events": [asdict(event) for event in run.events],
        "words": run.tally.words,
    }


def _figures(measured: Measured) -> dict[str, float]:
    counts = {str(outcome): count for outcome, count in sorted(measured.counts.items())}
    times = {
        figure: round(percentile(measured.times_ms, share), 2)
        for figure, share in PERCENTILES.items()
    }
    return {
        "requests": len(measured.times_ms),
        **counts,
        "good_per_second": round(measured.good_per_second, 3),
        **times,
    }


def before(folder: Path, profile: str, *, rate: float) -> dict[str, Any] | None:
    """Find the newest stored result of a profile at the same rate, if there is one."""
    for path in sorted(_history(folder, profile).glob("*.json"), reverse=True):
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue  # a run was ended while it wrote
        if found.get("rate") == rate:
            return found
    return None


def keep(folder: Path, found: Mapping[str, Any]) -> None:
    """Store a result among the earlier ones of its profile; forget the oldest."""
    history = _history(folder, found["profile"])
    history.mkdir(parents=True, exist_ok=True)
    name = found["made_at"].replace(":", "").replace("+0000", "Z")
    (history / f"{name}.json").write_text(json.dumps(found) + "\n", encoding="utf-8")
    for path in sorted(history.glob("*.json"))[:-KEPT]:
        path.unlink()


def compare(now: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> list[Compared]:
    """Put times and good answers a second of every endpoint that both have beside one another."""
    return list(_compared(now, earlier)) if earlier else []


def _compared(now: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[Compared]:
    for endpoint, new in now["endpoints"].items():
        old = earlier["endpoints"].get(endpoint, {})
        for figure in (*PERCENTILES, "good_per_second"):
            if old.get(figure):
                yield Compared(
                    endpoint=endpoint, figure=figure, now=new[figure], before=old[figure]
                )


def ratios(compared: Sequence[Compared]) -> str:
    """Lay ratios out for a terminal, a line an endpoint."""
    lines: dict[str, list[str]] = {}
    for each in compared:
        lines.setdefault(each.endpoint, []).append(
            f"{each.figure.replace('_', ' ')} {each.ratio:.2f}x"
        )
    width = max((len(name) for name in lines), default=0)
    return "\n".join(f"{name.ljust(width)}  {', '.join(parts)}" for name, parts in lines.items())


def _history(folder: Path, profile: str) -> Path:
    return folder / "history" / profile
