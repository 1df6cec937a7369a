"""Reasons that prove themselves: each is set to what is usual, alone, and the model asked again.

The points a feature took are its share of the whole difference to the reference population; what
is proved here is what the one change by itself would have done. A reason is stated only where both
say that it counted against the applicant: it took points, and the PD improves by at least so much
when it alone, with the features of its group, is as is usual among the people who get this loan.
Of those the largest improvements are stated, the largest first; equal ones stand in the order of
the points they took (decision record 0019).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.contract import Contract
from scoring.features import Value, checked_features
from scoring.points import Score
from scoring.reasons import Reason, groups_of, principal_reasons

TOO_LITTLE = "too_little"  # the PD improves by less than is asked for
BEYOND_MOST = "beyond_most"  # proved, but others improve it more

Scorer = Callable[[Sequence[Mapping[str, Value]]], Sequence[Score]]


class UsualMissing(LookupError):
    """The release does not say what is usual, or says what its contract does not allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One reason, and what the model says where it alone is as usual."""

    reason: Reason
    features: tuple[str, ...]  # the reason's own, or all of its group
    usual: tuple[Value, ...]  # what each was set to
    pd: float
    improvement: float  # of the PD; below 0 where it would have been worse
    passed_over: str = ""  # why it is not stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Which reasons are stated, and which took points and are not."""

    pd: float
    stated: tuple[Tried, ...]  # the largest improvement first
    passed_over: tuple[Tried, ...]  # in the same order


def usual_values(manifest: Mapping[str, Any], contract: Contract) -> dict[str, Value]:
    """Read what is usual in the reference population of a release.

    Raises
    ------
    UsualMissing
        The release is older than this, or its values are not the contract's.
    """
    found = (manifest.get("reference") or {}).get("usual")
    if not isinstance(found, dict):
        raise UsualMissing("this release does not say what is usual among approved applicants")
    stated = {name: value for name, value in found.items() if value is not None}
    _, problems = checked_features(contract, stated, pointer="")
    wrong = [each.pointer for each in problems if each.code != "missing"]
    if wrong:
        raise UsualMissing(f"what this release calls usual is no value of {wrong[0].lstrip('/')}")
    return {name: found.get(name) for name in contract.feature_names}


def prove(
    score: Scorer,
    contract: Contract,
    *,
    values: Mapping[str, Value],
    usual: Mapping[str, Value],
    least: float,
    most: int,
) -> Proved:
    """Prove the reasons of one application.

    Parameters
    ----------
    score : callable
        Scores rows by the release that scored the application; each row to the same bits that it
        would get alone.
    contract : Contract
        The release's.
    values : mapping of feature to value
        The application, as it was scored.
    usual : mapping of feature to value
        As `usual_values` returns it.
    least : float
        By how much the PD must improve.
    most : int
        At most so many reasons are stated.

    Returns
    -------
    Proved

    Examples
    --------
    >>> from pathlib import Path
    >>> from types import SimpleNamespace
    >>> from scoring.features import example
    >>> contract = Contract.load(Path("contracts/consumer-loan/contract.toml"))
    >>> place = contract.feature_names.index("duration_months")
    >>> def longer_is_riskier(rows):
    ...     for row in rows:
    ...         given = [0.0] * len(contract.features)
    ...         given[place] = 18.0 - row["duration_months"]
    ...         yield SimpleNamespace(pd=row["duration_months"] / 100, contributions=given)
    >>> values = example(contract)
    >>> proved = prove(longer_is_riskier, contract, values=values,
    ...                usual=values | {"duration_months": 18}, least=0.005, most=4)
    >>> [(each.features, round(each.improvement, 2)) for each in proved.stated]
    [(('duration_months',), 0.25)]
    """
    (present,) = score([values])
    candidates = _candidates(contract, values, present)
    rows = [{**values, **{name: usual[name] for name in names}} for _, names in candidates]
    tried = [
        Tried(
            reason=reason,
            features=names,
            usual=tuple(usual[name] for name in names),
            pd=again.pd,
            improvement=present.pd - again.pd,
        )
        for (reason, names), again in zip(candidates, score(rows) if rows else (), strict=True)
    ]
    return _chosen(present.pd, tried, least=least, most=most)


def _candidates(
    contract: Contract, values: Mapping[str, Value], present: Score
) -> list[tuple[Reason, tuple[str, ...]]]:
    """List everything that took points, worst first, with the features that go with it."""
    groups = groups_of(contract) or contract.feature_names
    group_of = dict(zip(contract.feature_names, groups, strict=True))
    found = principal_reasons(contract, values, present.contributions, most=len(contract.features))
    return [
        (
            reason,
            tuple(name for name in group_of if group_of[name] == group_of[reason.feature]),
        )
        for reason in found
    ]


def _chosen(pd: float, tried: list[Tried], *, least: float, most: int) -> Proved:
    order = sorted(tried, key=lambda each: -each.improvement)  # sorting is stable
    proved = [each for each in order if each.improvement >= least and each.improvement > 0]
    over = [(each, BEYOND_MOST) for each in proved[most:]]
    over += [(each, TOO_LITTLE) for each in order if each not in proved]
    return Proved(
        pd=pd, stated=tuple(proved[:most]), passed_over=tuple(_passed(*each) for each in over)
    )


def _passed(each: Tried, why: str) -> Tried:
    return Tried(
        reason=each.reason,
        features=each.features,
        usual=each.usual,
        pd=each.pd,
        improvement=each.improvement,
        passed_over=why,
    )
