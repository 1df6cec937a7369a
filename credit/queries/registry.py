"""Which version of a product was champion when, at whose word, and whether models score now."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet

from credit.models import (
    InventoryEntry,
    ModelVersion,
    Product,
    Role,
    ServiceStop,
    StageChange,
    User,
    VersionComment,
)
from credit.models.model_versions import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One move of one version."""

    version_id: int
    version_name: str
    stage: str
    what: str
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """A time in which one version was champion."""

    version_id: int
    version_name: str
    since: datetime
    until: datetime | None  # None: it is champion now
    signed_by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryRow:
    """What the inventory says now of a product's model."""

    owner: str
    owner_username: str
    tier: int
    tier_label: str
    intended_use: str
    limits: str
    review_on: date
    is_overdue: bool
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRow:
    """What was said against a version, and how it was resolved."""

    id: int
    words: str
    by: str
    at: datetime
    resolution: str
    resolved_by: str
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRow:
    """A stop that nobody has ended."""

    by: str
    at: datetime
    why: str


def history(product: str) -> list[ChangeRow]:
    """List every move of a product's versions, the newest first."""
    return [_row(change) for change in _changes(product).order_by("-at", "-pk")]


def champion_at(product: str, moment: datetime) -> Tenure | None:
    """Say which version was champion at a moment, and who signed; None where none was."""
    tenures = _changes(product).filter(stage=Stage.CHAMPION, at__lte=moment)
    crowned = tenures.order_by("-at", "-pk").first()
    if crowned is None:
        return None
    ended = (
        _changes(product)
        .filter(version=crowned.version_id, stage=Stage.RETIRED, at__gte=crowned.at)
        .filter(pk__gt=crowned.pk)
        .order_by("at", "pk")
        .first()
    )
    if ended is not None and ended.at <= moment:
        return None
    return Tenure(
        version_id=crowned.version_id,
        version_name=crowned.version.name,
        since=crowned.at,
        until=ended.at if ended else None,
        signed_by=crowned.by.known_as,
        note=crowned.note,
    )


def goes_back_to(product: str) -> ModelVersion | None:
    """Find the version that a rollback would make champion again."""
    found = Product.objects.get(slug=product)
    if not found.versions.filter(stage=Stage.CHAMPION).exists():
        return None
    return ModelVersion.objects.before_the_champion(found).select_related("product").first()


def inventory_of(product: str, *, at: datetime) -> InventoryRow | None:
    """Give what the inventory says now; None where nobody wrote anything yet."""
    entries = InventoryEntry.objects.select_related("owner", "written_by")
    found = entries.filter(product__slug=product).first()
    if found is None:
        return None
    return InventoryRow(
        owner=found.owner.known_as,
        owner_username=found.owner.get_username(),
        tier=found.tier,
        tier_label=found.get_tier_display(),
        intended_use=found.intended_use,
        limits=found.limits,
        review_on=found.review_on,
        is_overdue=found.review_on < at.date(),
        written_by=found.written_by.known_as,
        written_at=found.written_at,
    )


def comments_on(version_id: int) -> list[CommentRow]:
    """List what was said against a version, what is open first."""
    found = VersionComment.objects.filter(version=version_id).select_related("by", "resolved_by")
    ordered = found.order_by(F("resolved_at").desc(nulls_first=True), "-pk")
    return [
        CommentRow(
            id=comment.pk,
            words=comment.words,
            by=comment.by.known_as,
            at=comment.at,
            resolution=comment.resolution,
            resolved_by=comment.resolved_by.known_as if comment.resolved_by else "",
            resolved_at=comment.resolved_at,
        )
        for comment in ordered
    ]


def may_resolve(version_id: int, user: User) -> bool:
    """Say whether a person may say that a comment on a version is resolved."""
    trained_by = ModelVersion.objects.values_list("trained_by_id", flat=True).get(pk=version_id)
    return user.has_role(Role.MODEL_VALIDATOR) and user.pk != trained_by


def stop_of(product: str) -> StopRow | None:
    """Say who stopped the models of a product, while they are stopped."""
    stops = ServiceStop.objects.select_related("stopped_by")
    found = stops.filter(product__slug=product, resumed_at=None).first()
    if found is None:
        return None
    return StopRow(by=found.stopped_by.known_as, at=found.stopped_at, why=found.why)


def _changes(product: str) -> QuerySet[StageChange]:
    return StageChange.objects.filter(product__slug=product).select_related(
        "version__product", "by"
    )


def _row(change: StageChange) -> ChangeRow:
    return ChangeRow(
        version_id=change.version_id,
        version_name=change.version.name,
        stage=change.stage,
        what=_what(change),
        at=change.at,
        by=change.by.known_as,
        note=change.note,
    )


def _what(change: StageChange) -> str:
    if change.is_rollback:
        return "Champion again" if change.stage == Stage.CHAMPION else "Taken back"
    return {Stage.CANDIDATE: "Trained", Stage.SHADOW: "Into shadow"}.get(
        Stage(change.stage), change.get_stage_display()
    )
