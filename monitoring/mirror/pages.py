"""Officer mirrors as pages and the command show them: what is stored, and nothing computed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q

from credit.models import Product, Role, User
from monitoring.models import OfficerMirror
from scoring.results.windows import months_after

Figures = dict[str, Any]  # as scoring.officers.mirror.Mirror.to_dict gives them
MONTHS = 12
# A senior officer answers for the team, and sees no protected attribute; a model validator judges
# models, and sees no names.
SEES_OFFICERS = frozenset({Role.SENIOR_OFFICER, Role.COMPLIANCE, Role.AUDITOR})
SEES_GROUPS = frozenset({Role.COMPLIANCE, Role.MODEL_VALIDATOR, Role.AUDITOR})
OFFICERS, GROUPS = "officers", "groups"  # what a page tells
OUTCOMES = "outcomes"  # the question, as `scoring.officers.pooling` names it
_OF_TEAM = {
    OFFICERS: frozenset(
        {"low_side", "high_side", "followed", "reliance", "unaided", "consistency", "moments"}
    ),
    GROUPS: frozenset({"groups"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """An officer's own mirror of a product, beside the team's."""

    product: str
    since: date
    until: date  # inclusive
    figures: Figures
    team: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One officer of a team, as far as it is told; `name` is empty for who may not see names."""

    name: str
    figures: Figures
    is_worse: bool | None  # overrides that turn out worse than those of peers; None: not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The mirror of a product's team and of each officer, as others than the officers see it."""

    product: Product
    since: date
    until: date
    figures: Figures
    asked: dict[str, int]  # by question: of how many officers there was enough
    officers: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the newest look found, with nobody's name in it."""

    n: int  # decisions
    asked: int  # officers of whom there was enough
    differ: int
    until: date  # inclusive


def newest(product: Product, *, at: datetime) -> OfficerMirror | None:
    """Find the newest look at a team that others than the officers may see, if anybody decided."""
    found = newest_or_held(product, at=at)
    if found is None or found.shared_from > at:
        return None
    return found if found.figures["n"] else None


def newest_or_held(product: Product, *, at: datetime) -> OfficerMirror | None:
    """Find the newest look that others may see, else the one that they will see first."""
    found = OfficerMirror.objects.filter(product=product, officer=None)
    is_held = ExpressionWrapper(Q(shared_from__gt=at), output_field=BooleanField())
    return found.order_by(is_held, "-month").first()


def held_until(product: Product, *, at: datetime) -> datetime | None:
    """Say from when others see the first look at a team, where so far only its officers do."""
    found = newest_or_held(product, at=at)
    return found.shared_from if found is not None and found.shared_from > at else None


def in_outcomes(team: OfficerMirror) -> Found:
    """Count the officers whose overrides turn out worse than those of peers, and not better."""
    rows = OfficerMirror.objects.filter(product=team.product_id, month=team.month)
    each = rows.filter(officer__isnull=False).values_list("figures", flat=True)
    return _found(team, OUTCOMES, [OUTCOMES], differ=sum(is_worse(figures) for figures in each))


def by_groups(team: OfficerMirror) -> Found:
    """Count the officers who approve some protected group otherwise than their peers do."""
    found = {each["officer"] for each in team.look["differs"] if each["question"] != OUTCOMES}
    asked = [name for name in team.look["asked"] if name != OUTCOMES]
    return _found(team, GROUPS, asked, differ=len(found))


def _found(team: OfficerMirror, segment: str, questions: Iterable[str], *, differ: int) -> Found:
    """Count whom there was enough of for any of the questions; older looks kept each by itself."""
    fewest = max((team.look["asked"].get(name, 0) for name in questions), default=0)
    asked = int(team.look.get("officers", {}).get(segment, fewest))
    _since, until = _period(team.month)
    return Found(n=team.figures["n"], asked=asked, differ=differ, until=until)


def own(viewer: User) -> list[Own]:
    """Find a person's newest mirror of each product, with nobody else's in it but the team's."""
    found = (
        OfficerMirror.objects.filter(officer=viewer)
        .order_by("product__name", "product", "-month")
        .distinct("product__name", "product")
        .select_related("product")
    )
    return [_own(each) for each in found]


def team(product: Product, *, at: datetime, named: bool, parts: Collection[str]) -> Team | None:
    """Find a product's newest mirror that may be shared by now, with the parts that are asked for.

    `OFFICERS` is overrides, outcomes, moments and practice; `GROUPS` is approvals by group. Pages
    and the command tell nothing of anybody that is not in one of these. Officers without names
    come in the order of how much they decided.
    """
    found = newest(product, at=at)
    if found is None:
        return None
    shared = OfficerMirror.objects.shared(at).filter(product=product, month=found.month)
    rows = shared.filter(officer__isnull=False).select_related("officer")
    since, until = _period(found.month)
    return Team(
        product=product,
        since=since,
        until=until,
        figures=_only(found.figures, {"n", "officers"}.union(*(_OF_TEAM[each] for each in parts))),
        asked={
            name: n
            for name, n in found.look["asked"].items()
            if (OFFICERS if name == OUTCOMES else GROUPS) in parts
        },
        officers=_rows(rows.order_by("officer"), named=named, parts=parts),
    )


def told_to(viewer: User, product: Product, *, at: datetime) -> Team | None:
    """Find a product's newest mirror with all that a person may see of it on any page."""
    named = viewer.has_role(*SEES_OFFICERS)
    parts = {
        part
        for part, roles in ((OFFICERS, SEES_OFFICERS), (GROUPS, SEES_GROUPS))
        if viewer.has_role(*roles)
    }
    return team(product, at=at, named=named, parts=parts)


def _rows(rows: Iterable[OfficerMirror], *, named: bool, parts: Collection[str]) -> tuple[Row, ...]:
    ordered = sorted(rows, key=lambda each: (_name(each, named=named), -each.figures["n"]))
    return tuple(
        Row(
            name=_name(each, named=named),
            figures=_of_officer(each.figures, parts),
            is_worse=is_worse(each.figures) if OFFICERS in parts else None,
        )
        for each in ordered
    )


def _name(found: OfficerMirror, *, named: bool) -> str:
    return found.officer.known_as if named and found.officer else ""


def _of_officer(figures: Figures, parts: Collection[str]) -> Figures:
    overrides, outcomes = figures["overrides"], figures["low_side"]["measure"]
    told: Figures = {}
    if OFFICERS in parts:
        told |= {
            "n": figures["n"],
            "overrides": _only(overrides, {"own", "ratio"}),
            "low_side": {"measure": _only(outcomes, {"own", "verdict"})},
        }
    if GROUPS in parts:
        told |= {"groups": figures["groups"]}
    return told


def _only(figures: Figures, kept: Collection[str]) -> Figures:
    return {name: each for name, each in figures.items() if name in kept}


def is_worse(figures: Figures) -> bool:
    """Say whether an officer's low-side overrides turn out worse than those of peers."""
    low = figures["low_side"]
    odds: float = (low["peers"] or {}).get("value", 0)
    return low["measure"]["verdict"] == "differs" and odds > 1


def _own(found: OfficerMirror) -> Own:
    since, until = _period(found.month)
    team = OfficerMirror.objects.get(product=found.product_id, month=found.month, officer=None)
    return Own(
        product=found.product.name,
        since=since,
        until=until,
        figures=found.figures,
        team=team.figures,
    )


def _period(month: date) -> tuple[date, date]:
    return months_after(month, 1 - MONTHS), months_after(month, 1) - timedelta(days=1)
