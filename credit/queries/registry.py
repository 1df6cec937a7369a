"""Which version of a product was champion when, at whose word, and whether models score now."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from credit.models import ModelVersion, Product, ServiceStop, StageChange, User
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
        signed_by=_name(crowned.by),
        note=crowned.note,
    )


def goes_back_to(product: str) -> ModelVersion | None:
    """Find the version that a rollback would make champion again."""
    found = Product.objects.get(slug=product)
    if not found.versions.filter(stage=Stage.CHAMPION).exists():
        return None
    return ModelVersion.objects.before_the_champion(found).select_related("product").first()


def stop_of(product: str) -> StopRow | None:
    """Say who stopped the models of a product, while they are stopped."""
    stops = ServiceStop.objects.select_related("stopped_by")
    found = stops.filter(product__slug=product, resumed_at=None).first()
    if found is None:
        return None
    return StopRow(by=_name(found.stopped_by), at=found.stopped_at, why=found.why)


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
        by=_name(change.by),
        note=change.note,
    )


def _what(change: StageChange) -> str:
    if change.is_rollback:
        return "Champion again" if change.stage == Stage.CHAMPION else "Taken back"
    return {Stage.CANDIDATE: "Trained", Stage.SHADOW: "Into shadow"}.get(
        Stage(change.stage), change.get_stage_display()
    )


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()
