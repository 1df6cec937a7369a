"""A made-up team that decides for some months: strict and lenient people, and no one biased.

Groups differ within bands, as they do in life: the same for every officer, which is no bias of
any. One officer can be made to treat a group, or the worst risks, otherwise than the others do.
"""

from dataclasses import dataclass, replace

import numpy as np

from scoring.contract import Protected, ProtectedGroup
from scoring.officers.groups import pairs
from scoring.officers.rows import APPROVE, DECLINE, REFER, Decided
from scoring.officers.sequence import RUN, late

ATTRIBUTE = Protected(
    name="age_group",
    label="Age",
    source=None,
    assessable=True,
    groups=(
        ProtectedGroup(value="middle", label="25 to 61"),
        ProtectedGroup(value="young", label="under 25"),
        ProtectedGroup(value="old", label="over 61"),
    ),
    reference="middle",
)
SHARES = {"middle": 0.6, "young": 0.25, "old": 0.15}
DAYS = 30  # a month
BIASED = 3  # the number of the officer who is, where one is


@dataclass(frozen=True, kw_only=True)
class Team:
    """How many people decide how much, and what is planted, in log odds."""

    officers: int = 8
    a_month: int = 60  # decisions of each
    months: int = 12
    working_days: int = DAYS  # of a month
    against_young: float = 0.0  # officer 3, approving them, beside approving others
    worse: float = 0.0  # officer 3, that what was approved against the advice turns out bad
    tired: float = 0.0  # everybody, approving in the last quarter of a long day
    leaning: float = 0.0  # everybody, approving after three approvals


def decided(team: Team, seed: int) -> tuple[Decided, dict[str, list[str]]]:
    """Let the team decide; gives the decisions in the order of time, and everybody's groups."""
    random = np.random.default_rng(seed)
    n = team.officers * team.a_month * team.months
    officer = random.integers(1, team.officers + 1, n)
    group = random.choice(list(SHARES), n, p=list(SHARES.values()))
    is_young = group == "young"
    risk = random.normal(-1.2 + 0.3 * is_young, 0.9)
    pd = _share(risk)
    recommended = np.select([pd <= 0.16, pd >= 0.40], [APPROVE, DECLINE], REFER)
    month = np.sort(random.integers(0, team.months, n))
    asked = Decided(
        officer=officer,
        day=np.sort(month * DAYS + random.integers(0, team.working_days, n)),
        minute=random.integers(8 * 60, 17 * 60, n),
        recommended=recommended,
        band=np.searchsorted([0.1, 0.2, 0.3, 0.45], pd),
        approved=np.zeros(n, dtype=bool),
        pd=pd,
        amount=random.lognormal(8, 0.7, n),
        bad=np.full(n, np.nan),
        seconds=random.exponential(300, n),
    )
    inclined = np.array([3.0, 0.4, -1.6])[recommended] - 2 * (pd - 0.25)
    inclined += random.normal(0, 0.6, team.officers + 1)[officer]
    inclined += is_young * (-0.2 + team.against_young * (officer == BIASED))
    inclined += team.tired * late(asked, asked.approved)
    approved = _approved(asked, inclined, team, random.random(n))
    worse = team.worse * ((officer == BIASED) & (recommended == DECLINE))
    bad = random.random(n) < _share(risk + worse)
    made = replace(asked, approved=approved, bad=np.where(approved, bad.astype(float), np.nan))
    return made, {"age_group": group.tolist()}


def _approved(asked, inclined, team, drawn):
    if not team.leaning:
        return drawn < _share(inclined)
    said, runs = [], {}
    rows = zip(asked.officer.tolist(), asked.day.tolist(), inclined, drawn, strict=True)
    for who, day, leans, chance in rows:
        run = runs.get((who, day), 0)
        approves = chance < _share(leans + team.leaning * (run >= RUN))
        runs[who, day] = run + 1 if approves else 0
        said.append(approves)
    return np.array(said, dtype=bool)


def _share(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def within(made: Decided, groups: dict[str, list[str]], first: int, last: int):
    """Keep the months from `first` until `last`, and set the groups beside their reference."""
    chosen = (made.day >= first * DAYS) & (made.day < last * DAYS)
    kept = {name: np.asarray(each)[chosen].tolist() for name, each in groups.items()}
    return made.only(chosen), pairs([ATTRIBUTE], kept)


def on_one_day(made: Decided) -> Decided:
    """Put all of it into one long day."""
    return replace(made, day=np.zeros_like(made.day))
