"""What was measured of a version for its dossier, as the audit trail and the store hold it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from credit import store
from credit.models import AuditEvent, ModelVersion
from credit.models.model_versions import Stage

_TYPES = (AuditEvent.Type.DOSSIER_ASKED, AuditEvent.Type.DOSSIER_MADE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the worker measured, and when; nothing where it could not, and then why."""

    made_at: datetime | None
    sha256: str
    problem: str  # "" where there is none
    measured: dict[str, Any] | None
    swap: dict[str, Any] | None
    against: str  # name of the champion of then; "" where there was no other
    champion: str  # name of the champion of now; "" where there is none
    is_asked_for: bool  # since it was made

    @property
    def is_of_another_champion(self) -> bool:
        """Whether the comparison is with a version that is champion no more."""
        return bool(self.against) and self.against != self.champion


def figures_of(version: str) -> Figures:
    """Find what was measured last of a version, as in `consumer-loan/2`."""
    events = AuditEvent.objects.filter(target=f"model:{version}", type__in=_TYPES)
    newest = list(events.order_by("-pk")[:20])
    made = next((each for each in newest if each.type == AuditEvent.Type.DOSSIER_MADE), None)
    said, problem = _read(made)
    return Figures(
        made_at=made.at if made else None,
        sha256=made.details["sha256"] if made else "",
        problem=problem,
        measured=said.get("measured"),
        swap=said.get("swap"),
        against=made.details["against"] if made else "",
        champion=_champion(version.rpartition("/")[0]),
        is_asked_for=bool(newest) and newest[0].type == AuditEvent.Type.DOSSIER_ASKED,
    )


def _read(made: AuditEvent | None) -> tuple[dict[str, Any], str]:
    if made is None or made.details["problem"]:
        return {}, made.details["problem"] if made else ""
    try:
        return orjson.loads(store.get(made.details["sha256"], ".json")), ""
    except (store.FileMissing, store.FileAltered) as gone:
        return {}, str(gone)


def _champion(product: str) -> str:
    found = ModelVersion.objects.filter(product__slug=product, stage=Stage.CHAMPION)
    champion = found.select_related("product").first()
    return champion.name if champion else ""
