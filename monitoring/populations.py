"""The people a fairness report is about: who would be approved, who was bad, and who they are."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from credit import store, vault
from credit.models import Application, Decision, ModelVersion, Outcome, User
from monitoring.models import FairnessReport

Groups = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows by their ids in the vault, and the words that say what they are."""

    rows: tuple[str, ...]
    selected: tuple[bool, ...]
    bad: tuple[bool | None, ...]  # None where the outcome is not known, or not yet mature
    period: str
    approved_means: str


def sample_of(version: ModelVersion, population: str, *, at: datetime) -> Sample:
    """Collect the rows of a population, as known at a moment."""
    if population == FairnessReport.Population.DECISIONS:
        return _decisions(version, at=at)
    return _validation(version)


def groups_of(sample: Sample, *, version: ModelVersion, by: User | None) -> Groups:
    """Look up each row's group of each assessable attribute; every look is audited."""
    found = {}
    for attribute in version.contract.read().assessable:
        known = _known_groups(sample, version=version, attribute=attribute.name, by=by)
        found[attribute.name] = [known.get(row) for row in sample.rows]
    return found


def _validation(version: ModelVersion) -> Sample:
    """Take each loan's PD from the models that were not trained on it."""
    frame = pl.read_parquet(io.BytesIO(store.get(version.validation_sha256, ".parquet")))
    cut_off = version.contract.read().policy.approve_pd_at_most
    return Sample(
        rows=tuple(str(row) for row in frame["row"]),
        selected=tuple(frame["pd"] <= cut_off),
        bad=tuple(bool(bad) for bad in frame["bad"]),
        period=f"predictions made while training on {_day(version.trained_at)}, out of fold",
        approved_means=f"PD of at most {cut_off:g}, the contract's cut-off for approval",
    )


def _decisions(version: ModelVersion, *, at: datetime) -> Sample:
    """Take what was recommended by this version, with the outcomes that have matured."""
    found = list(
        Decision.objects.filter(application__score__model_version=version, decided_at__lte=at)
        .exclude(application__status=Application.Status.SUPERSEDED)
        .order_by("pk")
        .values_list(
            "application_id",
            "recommendation",
            "decided_at",
        )
    )
    outcomes = _outcomes(version, at=at)
    return Sample(
        rows=tuple(f"decision:{row[0]}" for row in found),
        selected=tuple(row[1] == Decision.Recommendation.APPROVE for row in found),
        bad=tuple(outcomes.get(row[0]) for row in found),
        period=_period([row[2] for row in found]),
        approved_means="recommended for approval when it was decided",
    )


def _known_groups(
    sample: Sample, *, version: ModelVersion, attribute: str, by: User | None
) -> dict[str, str]:
    """Ask the vault only for what the rows come from: a file of loans, own decisions, or both."""
    known: dict[str, str] = {}
    if any(row.startswith("ingestion:") for row in sample.rows):
        known |= vault.groups_of_ingested(version.snapshot.ingestion_id, attribute, by=by)
    if any(row.startswith("decision:") for row in sample.rows):
        known |= vault.groups_of_decisions(version.product, attribute, by=by)
    return known


def _outcomes(version: ModelVersion, *, at: datetime) -> dict[str, bool]:
    """Find what is known of this version's decisions: of each the newest report, once matured."""
    of_these = Outcome.objects.filter(decision__application__score__model_version=version)
    matured = of_these.as_of(at).filter(matures_on__lte=at.date())
    return dict(matured.values_list("decision_id", "is_bad"))


def _period(moments: Sequence[datetime]) -> str:
    if not moments:
        return "no decision yet"
    first, last = _day(min(moments)), _day(max(moments))
    return f"decided on {last}" if first == last else f"decided {first} to {last}"


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"
