"""Products, their models and their trainings, as the console shows them."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models.functions import Now

from credit import gate_laws, laws, store
from credit.models import (
    Application,
    ModelVersion,
    PolicyVersion,
    Product,
    QueueItem,
    TrainingRun,
    User,
)
from credit.models.model_versions import Stage
from credit.queries.evidence import Evidence, evidence_of
from scoring.bundle import BundleRefused, open_bundle
from scoring.contract import Contract

MOST = 20_000  # applications that are counted: a page's time does not grow with what is stored


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """Whether a version passed one gate."""

    name: str
    passed: bool
    detail: str
    blocking: bool
    law: str = ""  # that fairness was judged by, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One model version and its figures. Figures are means over the held-out folds."""

    id: int
    name: str
    number: int
    product_slug: str
    stage: str
    stage_label: str
    trained_by: str
    trained_at: datetime
    promoted_by: str
    promoted_at: datetime | None
    promotion_note: str
    auc: float | None
    auc_sd: float | None
    gini: float | None
    ks: float | None
    brier: float | None
    ece: float | None
    rows: int
    bads: int
    gates: list[GateRow]
    bundle_hash: str
    model_sha256: str
    label_sources: dict[str, int]
    immature: int
    snapshot_id: int
    ingestion_id: int
    contract_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDetail(VersionRow):
    """A version with what its bundle says. Without its bundle: nothing, and why."""

    contract: Contract
    metrics: dict[str, Any]
    manifest: dict[str, Any]
    evidence: Evidence
    card: str
    bundle_problem: str
    snapshot_sha256: str
    snapshot_taken_at: datetime
    file_name: str
    file_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A lending product and how it stands."""

    id: int
    slug: str
    name: str
    champion_name: str | None
    contract_number: int | None
    policy_number: int | None
    applications: int  # `MOST` where there are more
    has_more: bool
    awaiting: int
    notice_problem: str  # why no notice can be written under its contract


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One training that was asked for."""

    id: int
    state: str
    state_label: str
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    step: str
    share_done: float
    problem: str
    version_name: str


def versions(product: str) -> list[VersionRow]:
    """List a product's versions, newest first."""
    found = _versions().filter(product__slug=product).order_by("-number")
    return [VersionRow(**_fields(version)) for version in found]


def version(version_id: int) -> VersionDetail:
    """Find one version with its bundle's card. Raises `ModelVersion.DoesNotExist`."""
    found = _versions().select_related("snapshot__ingestion").get(pk=version_id)
    manifest, card, problem = _bundle(found)
    return VersionDetail(
        **_fields(found),
        contract=found.contract.read(),
        metrics=found.metrics,
        manifest=manifest,
        evidence=evidence_of(manifest),
        card=card,
        bundle_problem=problem,
        snapshot_sha256=found.snapshot.rows_sha256,
        snapshot_taken_at=found.snapshot.taken_at,
        file_name=found.snapshot.ingestion.file_name,
        file_sha256=found.snapshot.ingestion.file_sha256,
    )


def may_promote(version_id: int, user: User, *, at: datetime) -> str | None:
    """Say why this person may not promote this version now; None if they may."""
    found = ModelVersion.objects.select_related("product").get(pk=version_id)
    return (
        found.why_not_ready()
        or gate_laws.law_problem(found, on=at.date())
        or found.why_not_theirs(user)
    )


def products(*, on: date) -> list[ProductRow]:
    """List the products by name, and how they stand by the law of a day."""
    return [_product(product, on=on) for product in Product.objects.order_by("name", "slug")]


def runs(product: str, limit: int = 10) -> list[RunRow]:
    """List a product's trainings, newest first."""
    found = (
        TrainingRun.objects.filter(product__slug=product)
        .select_related("requested_by", "version__product")
        .order_by("-requested_at", "-pk")
    )
    return [_run(run) for run in found[:limit]]


def _versions() -> Any:
    return ModelVersion.objects.select_related(
        "product", "contract", "snapshot", "trained_by", "promoted_by"
    ).prefetch_related("judgements")


def _fields(found: ModelVersion) -> dict[str, Any]:
    figures = found.metrics
    return {
        "id": found.pk,
        "name": found.name,
        "number": found.number,
        "product_slug": found.product.slug,
        "stage": found.stage,
        "stage_label": found.get_stage_display(),
        "trained_by": _name(found.trained_by),
        "trained_at": found.trained_at,
        "promoted_by": _name(found.promoted_by),
        "promoted_at": found.promoted_at,
        "promotion_note": found.promotion_note,
        **{name: _mean(figures, name) for name in ("auc", "gini", "ks", "brier", "ece")},
        "auc_sd": figures.get("auc", {}).get("sd"),
        "rows": found.snapshot.rows,
        "bads": found.snapshot.bads,
        "gates": [_gate(gate) for gate in found.gates_now],
        "bundle_hash": found.bundle_hash,
        "model_sha256": found.model_sha256,
        "label_sources": found.snapshot.label_sources,
        "immature": found.snapshot.immature,
        "snapshot_id": found.snapshot_id,
        "ingestion_id": found.snapshot.ingestion_id,
        "contract_number": found.contract.number,
    }


def _gate(gate: dict[str, Any]) -> GateRow:
    law = gate.get("law")
    return GateRow(**{**gate, "law": gate_laws.in_words(law) if law else ""})


def _mean(metrics: dict[str, Any], name: str) -> float | None:
    figure = metrics.get(name)
    return figure.get("mean") if isinstance(figure, dict) else figure


def _bundle(found: ModelVersion) -> tuple[dict[str, Any], str, str]:
    try:
        return *_read(found.bundle_hash, _mark_of(found.bundle_hash)), ""
    except BundleRefused as refused:
        return {}, "", str(refused)


def _mark_of(bundle_hash: str) -> tuple[int, int, int] | None:
    """Tell a file from another in its place without reading it; None where there is none."""
    try:
        found = store.path_of(bundle_hash, ".zip").stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=16)  # to read it is to check its graphs; a file that changed has another mark
def _read(bundle_hash: str, _mark: tuple[int, int, int] | None) -> tuple[dict[str, Any], str]:
    path = store.path_of(bundle_hash, ".zip")
    bundle = open_bundle(path, expected_hash=bundle_hash)
    return bundle.manifest, bundle.card


def _product(product: Product, *, on: date) -> ProductRow:
    applications = Application.objects.filter(product=product).order_by()[: MOST + 1].count()
    champion = (
        product.versions.filter(stage=Stage.CHAMPION).select_related("product", "contract").first()
    )
    contract = champion.contract if champion else product.contracts.order_by("-number").first()
    policy = PolicyVersion.objects.at(Now(), contract=contract)
    return ProductRow(
        id=product.pk,
        slug=product.slug,
        name=product.name,
        champion_name=champion.name if champion else None,
        contract_number=contract.number if contract else None,
        policy_number=policy.number if policy else None,
        applications=min(applications, MOST),
        has_more=applications > MOST,
        awaiting=_awaiting(product),
        notice_problem=laws.notice_problem(contract.read(), on=on) if contract else "",
    )


def _awaiting(product: Product) -> int:
    """Count what waits for officers: in the queue, and what nobody has put into it yet."""
    waiting = Application.Status.AWAITING_OFFICER
    newcomers = Application.objects.filter(product=product, status=waiting, queued=False)
    return QueueItem.objects.filter(product=product, status=waiting).count() + newcomers.count()


def _run(run: TrainingRun) -> RunRow:
    return RunRow(
        id=run.pk,
        state=run.state,
        state_label=run.get_state_display(),
        requested_by=_name(run.requested_by),
        requested_at=run.requested_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        step=run.step,
        share_done=run.share_done,
        problem=run.problem,
        version_name=run.version.name if run.version else "",
    )


def _name(user: User | None) -> str:
    return user.known_as if user is not None else ""
