"""Officer mirrors as pages and the command show them: what is stored, and nothing computed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from credit.models import Product, Role, User
from monitoring.models import OfficerMirror
from scoring.windows import months_after

Figures = dict[str, Any]  # as scoring.mirror.Mirror.to_dict gives them
MONTHS = 12
OUTCOMES = "outcomes"  # the one question of a look that is about no group
# A senior officer answers for the team, and sees no protected attribute; a model validator judges
# models, and sees no names.
SEES_OFFICERS = frozenset({Role.SENIOR_OFFICER, Role.COMPLIANCE, Role.AUDITOR})
SEES_GROUPS = frozenset({Role.COMPLIANCE, Role.MODEL_VALIDATOR, Role.AUDITOR})


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
    """One officer of a team; `name` is empty for who may not see names."""

    name: str
    figures: Figures
    is_worse: bool  # overrides that turn out worse than those of peers


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The mirror of a product's team and of each officer, as others than the officers see it."""

    product: Product
    since: date
    until: date
    figures: Figures
    asked: dict[str, int]  # by question: of how many officers there was enough
    officers: tuple[Row, ...]

    @property
    def asked_by_group(self) -> int:
        """How many comparisons by group were made."""
        return sum(n for name, n in self.asked.items() if name != OUTCOMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the newest look found, with nobody's name in it."""

    n: int  # decisions
    asked: int  # officers of whom there was enough
    differ: int
    until: date  # inclusive


def newest(product: Product, *, at: datetime) -> OfficerMirror | None:
    """Find the newest look at a team that others than the officers may see, if anybody decided."""
    shared = OfficerMirror.objects.shared(at).filter(product=product, officer=None)
    found = shared.order_by("-month").first()
    return found if found is not None and found.figures["n"] else None


def in_outcomes(team: OfficerMirror) -> Found:
    """Count the officers whose overrides turn out worse than those of peers, and not better."""
    rows = OfficerMirror.objects.filter(product=team.product_id, month=team.month)
    each = rows.filter(officer__isnull=False).values_list("figures", flat=True)
    return _found(team, [OUTCOMES], differ=sum(is_worse(figures) for figures in each))


def by_groups(team: OfficerMirror) -> Found:
    """Count the officers who approve some protected group otherwise than their peers do."""
    found = {each["officer"] for each in team.look["differs"] if each["question"] != OUTCOMES}
    asked = [name for name in team.look["asked"] if name != OUTCOMES]
    return _found(team, asked, differ=len(found))


def _found(team: OfficerMirror, questions: Iterable[str], *, differ: int) -> Found:
    asked = max((team.look["asked"].get(name, 0) for name in questions), default=0)
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


def team(product: Product, *, at: datetime, named: bool) -> Team | None:
    """Find a product's newest mirror that may be shared by now.

    Officers without names come in the order of how much they decided.
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
        figures=found.figures,
        asked=found.look["asked"],
        officers=_rows(rows.order_by("officer"), named=named),
    )


def _rows(rows: Iterable[OfficerMirror], *, named: bool) -> tuple[Row, ...]:
    found = [
        Row(
            name=each.officer.known_as if named and each.officer else "",
            figures=each.figures,
            is_worse=is_worse(each.figures),
        )
        for each in rows
    ]
    return tuple(sorted(found, key=lambda row: (row.name, -row.figures["n"])))


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
