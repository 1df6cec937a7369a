"""All that a dossier is set from: rows, the bundle's manifest, and what the worker measured."""

from dataclasses import dataclass

from credit.queries import dossiers, fair_alternatives, gate_waivers, models, registry
from monitoring.fairness.queries import FairnessView, latest_fairness


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What is stored of a version, as far as the reader may see it."""

    version: models.VersionDetail
    figures: dossiers.Figures
    comments: list[registry.CommentRow]
    changes: list[registry.ChangeRow]
    waivers: dict[str, gate_waivers.SignedWaiver]  # by gate
    sees_groups: bool  # protected groups, as aggregates
    fairness: FairnessView | None
    search: fair_alternatives.SearchView | None


def gather(version_id: int, *, sees_groups: bool) -> Material:
    """Gather it. Raises `ModelVersion.DoesNotExist`."""
    version = models.version(version_id)
    return Material(
        version=version,
        figures=dossiers.figures_of(version.name),
        comments=registry.comments_on(version_id),
        changes=registry.moves_of(version_id),
        waivers=gate_waivers.signed_of(version_id),
        sees_groups=sees_groups,
        fairness=latest_fairness(version_id) if sees_groups else None,
        search=fair_alternatives.newest(version_id) if sees_groups else None,
    )
