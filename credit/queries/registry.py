"""Which version of a product was champion when, at whose word, and whether models score now."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext

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
    """A time in which one version was champion, or the canary."""

    version_id: int
    version_name: str
    since: datetime
    until: datetime | None  # None: it is so now
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


def moves_of(version_id: int) -> list[ChangeRow]:
    """List every move of one version, the oldest first."""
    found = StageChange.objects.filter(version=version_id)
    return [
        _row(each) for each in found.select_related("version__product", "by").order_by("at", "pk")
    ]


def champion_at(product: str, moment: datetime) -> Tenure | None:
    """Say which version was champion at a moment, and who signed; None where none was."""
    return _tenure(product, Stage.CHAMPION, moment)


def canary_at(product: str, moment: datetime) -> Tenure | None:
    """Say which version scored a share in the champion's place, and who signed; None: none did."""
    return _tenure(product, Stage.CANARY, moment)


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
    version = ModelVersion.objects.get(pk=version_id)
    return user.has_role(Role.MODEL_VALIDATOR) and not version.is_work_of(user)


def stop_of(product: str) -> StopRow | None:
    """Say who stopped the models of a product, while they are stopped."""
    stops = ServiceStop.objects.select_related("stopped_by")
    found = stops.filter(product__slug=product, resumed_at=None).first()
    if found is None:
        return None
    return StopRow(by=found.stopped_by.known_as, at=found.stopped_at, why=found.why)


def _tenure(product: str, stage: Stage, moment: datetime) -> Tenure | None:
    """Find the last that came onto a stage; its next move, wherever to, ended that."""
    later = StageChange.objects.filter(version=OuterRef("version"), pk__gt=OuterRef("pk"))
    until = Subquery(later.order_by("at", "pk").values("at")[:1])
    changes = _changes(product).filter(stage=stage, at__lte=moment).annotate(until=until)
    begun = changes.order_by("-at", "-pk").first()
    if begun is None or (begun.until is not None and begun.until <= moment):
        return None
    return Tenure(
        version_id=begun.version_id,
        version_name=begun.version.name,
        since=begun.at,
        until=begun.until,
        signed_by=begun.by.known_as if begun.by else "",
        note=begun.note,
    )


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
        by=change.by.known_as if change.by else gettext("by itself"),
        note=change.note,
    )


def _what(change: StageChange) -> str:
    if change.is_rollback:
        is_back = change.stage == Stage.CHAMPION
        return gettext("Champion again") if is_back else gettext("Taken back")
    if change.by is None:
        return gettext("Halted as canary")
    said = {Stage.CANDIDATE: gettext("Trained"), Stage.SHADOW: gettext("Into shadow")}
    return said.get(Stage(change.stage), change.get_stage_display())
