"""Practice as an officer sees it: the open case, the truth of the last one, and the grades."""

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from credit.models import PracticeAnswer, PracticeCase, Product, User
from credit.models.model_versions import Stage
from credit.words import value_in_words

if TYPE_CHECKING:
    from scoring.proportions import Interval

EDGES = (0.0, 0.1, 0.2, 0.35, 0.5, 1.0)
ENOUGH = 20  # answers, to grade at all
ENOUGH_IN_A_BIN = 10
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as it is shown: what was stated, and after the answer what is true."""

    answer_id: int
    number: int  # of the cases that this officer was shown
    product_name: str
    word: str  # "probability of default"
    details: list[tuple[str, str]]
    said: float | None
    pd: float | None  # told only after the answer, like the outcome
    is_bad: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A mean with its 95 % interval, by the normal distribution of means."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Answers between two chances, and how many of their cases turned out bad."""

    low: float
    high: float
    n: int
    bads: int
    said: float | None
    interval: "Interval | None"  # None where n is too small to say anything

    @property
    def share(self) -> float | None:
        """The share that turned out bad, where there are enough to say."""
        return self.bads / self.n if self.interval is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """How well an officer's chances fit what happened. Repeats are not graded twice."""

    n: int
    own: Score | None  # Brier score; None where n is too small
    model: Score | None
    difference: Score | None  # own less the model's, case by case
    bins: list[Bin]
    repeats: int
    moved: float | None  # mean distance between a first answer and its repeat


def products() -> list[Product]:
    """List the products that have past cases prepared."""
    ready = PracticeCase.objects.filter(
        version__product=OuterRef("pk"), version__stage=Stage.CHAMPION
    )
    return list(Product.objects.filter(Exists(ready)).order_by("name", "pk"))


def open_case(viewer: User) -> CaseRow | None:
    """Give the case that waits for this officer's answer."""
    found = _answers(viewer).filter(answered_at=None).first()
    return _row(found) if found else None


def answered(answer_id: int, *, viewer: User) -> CaseRow | None:
    """Give an answered case with the truth; nobody else's."""
    found = _answers(viewer).filter(pk=answer_id, answered_at__isnull=False).first()
    return _row(found) if found else None


def grades(viewer: User) -> Grades:
    """Grade the first answers to each case, and compare repeats with them."""
    given = list(
        PracticeAnswer.objects.filter(officer=viewer, answered_at__isnull=False)
        .order_by("shown_at", "pk")
        .values_list("said", "case__pd", "case__is_bad", "repeats__said", "repeats")
    )
    first = [(said or 0.0, pd, is_bad) for said, pd, is_bad, _, again in given if again is None]
    moved = [
        abs((said or 0.0) - (before or 0.0))
        for said, _, _, before, again in given
        if again is not None
    ]
    own = [(said - is_bad) ** 2 for said, _, is_bad in first]
    model = [(pd - is_bad) ** 2 for _, pd, is_bad in first]
    return Grades(
        n=len(first),
        own=_score(own),
        model=_score(model),
        difference=_score([mine - its for mine, its in zip(own, model, strict=True)]),
        bins=[_bin(low, high, first) for low, high in pairwise(EDGES)],
        repeats=len(moved),
        moved=fmean(moved) if moved else None,
    )


def _answers(viewer: User) -> QuerySet[PracticeAnswer]:
    return PracticeAnswer.objects.filter(officer=viewer).select_related(
        "case__version__product", "case__version__contract"
    )


def _row(found: PracticeAnswer) -> CaseRow:
    contract, is_open = found.case.version.contract.read(), found.answered_at is None
    before = PracticeAnswer.objects.filter(officer=found.officer_id, shown_at__lte=found.shown_at)
    return CaseRow(
        answer_id=found.pk,
        number=before.count(),
        product_name=found.case.version.product.name,
        word=contract.outcome.word,
        details=[
            (feature.label, value_in_words(feature, found.case.features[feature.name]))
            for feature in contract.features
        ],
        said=found.said,
        pd=None if is_open else found.case.pd,
        is_bad=None if is_open else found.case.is_bad,
    )


def _score(losses: list[float]) -> Score | None:
    if len(losses) < ENOUGH:
        return None
    mean, half = fmean(losses), _Z * stdev(losses) / sqrt(len(losses))
    return Score(mean=mean, low=mean - half, high=mean + half)


def _bin(low: float, high: float, first: list[tuple[float, float, bool]]) -> Bin:
    inside = [each for each in first if low <= each[0] < high or each[0] == high == 1]
    bads = sum(is_bad for _, _, is_bad in inside)
    return Bin(
        low=low,
        high=high,
        n=len(inside),
        bads=bads,
        said=fmean(said for said, _, _ in inside) if inside else None,
        interval=_interval(bads, len(inside)),
    )


def _interval(bads: int, n: int) -> "Interval | None":
    if n < ENOUGH_IN_A_BIN:
        return None
    # It brings scipy along, which takes a second to load, and only such pages ask.
    from scoring.proportions import Share, exact  # noqa: PLC0415

    return exact(Share(count=bads, n=n))
