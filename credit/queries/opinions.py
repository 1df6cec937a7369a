"""What officers and partners say of a model and its reasons: for its owner."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from credit.models import PartnerFeedback, ReasonFeedback, RecommendationFeedback
from credit.models.products import ContractVersion

LOOKS_BACK = timedelta(days=365)
MOST_REMARKS = 20
_INITIALS = 2  # characters: what is not longer is no name to find in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """How often a feature's reason was called wrong, unhelpful, its data wrong, or right."""

    label: str
    wrong: int
    unhelpful: int
    data_wrong: int
    right: int
    partners: int  # times that a partner called it wrong and neither corrected nor withdrew it

    @property
    def against(self) -> int:
        """How often somebody said that it is wrong."""
        return self.wrong + self.partners


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbs:
    """How often a recommendation helped the officer who looked at it, and how often not."""

    up: int
    down: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What an officer wrote beside a thumb; whose application it was is not told."""

    on: date
    is_helpful: bool
    words: str


def opinions(product: str, *, at: datetime) -> list[Opinion]:
    """Count what was said in the last year, what is called wrong most first."""
    since = at - LOOKS_BACK
    said = Counter(
        ReasonFeedback.objects.filter(
            given_at__gt=since, given_at__lte=at, decision__application__product__slug=product
        ).values_list("feature", "kind")
    )
    partners = Counter(
        PartnerFeedback.objects.standing(at)
        .filter(
            kind=PartnerFeedback.Kind.REASON_WRONG,
            given_at__gt=since,
            decision__application__product__slug=product,
        )
        .exclude(feature="")
        .values_list("feature", flat=True)
    )
    labels = _labels(product)
    names = {name for name, _kind in said} | set(partners)
    found = [
        Opinion(
            label=labels.get(name, name),
            wrong=said[name, "wrong"],
            unhelpful=said[name, "unhelpful"],
            data_wrong=said[name, "data_wrong"],
            right=said[name, "right"],
            partners=partners[name],
        )
        for name in names
    ]
    return sorted(found, key=lambda each: (-each.against, -each.unhelpful, each.label))


def thumbs(product: str, *, at: datetime) -> Thumbs:
    """Count officers' thumbs of the last year."""
    since = at - LOOKS_BACK
    given = RecommendationFeedback.objects.filter(
        given_at__gt=since, given_at__lte=at, decision__application__product__slug=product
    )
    found = given.aggregate(
        up=Count("pk", filter=Q(is_helpful=True)), down=Count("pk", filter=Q(is_helpful=False))
    )
    return Thumbs(up=found["up"], down=found["down"])


def remarks(product: str, *, at: datetime) -> list[Remark]:
    """List the newest words of the last year, without the names of who applied."""
    given = RecommendationFeedback.objects.filter(
        given_at__gt=at - LOOKS_BACK, given_at__lte=at, decision__application__product__slug=product
    ).exclude(comment="")
    told = given.order_by("-given_at", "-pk").values_list(
        "given_at", "is_helpful", "comment", "decision__application__applicant__name"
    )
    return [
        Remark(on=given_at.date(), is_helpful=is_helpful, words=_unnamed(words, name or ""))
        for given_at, is_helpful, words, name in told[:MOST_REMARKS]
    ]


def _unnamed(words: str, name: str) -> str:
    """Take each word of a name out of what was written; initials and the like stay."""
    parts = [re.escape(part) for part in name.split() if len(part) > _INITIALS]
    if not parts:
        return words
    return re.sub(rf"\b(?:{'|'.join(parts)})\b", "…", words, flags=re.IGNORECASE)


def _labels(product: str) -> dict[str, str]:
    newest = ContractVersion.objects.filter(product__slug=product).order_by("-number").first()
    return {each.name: each.label for each in newest.read().features} if newest else {}
