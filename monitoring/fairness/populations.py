"""The people a fairness report is about: who was chosen, who was bad, and who they are."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from credit import store, vault
from credit.models import Application, Decision, ModelVersion, OfficerVerdict, Product, User
from monitoring.fairness.decided import Decided, bounds, decided
from monitoring.models import FairnessReport
from scoring.contract import Contract
from scoring.points import band_of, to_points

Groups = Mapping[str, Sequence[str | None]]
Stage, Population = FairnessReport.Stage, FairnessReport.Population
Status, Recommendation = Application.Status, Decision.Recommendation


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows by their ids in the vault, column by column, and the words that say what they are."""

    rows: tuple[str, ...]
    selected: tuple[bool, ...]
    bad: tuple[bool | None, ...]  # None where the outcome is not known, or not yet mature
    period: str
    approved_means: str
    pd: tuple[float | None, ...] = ()
    score: tuple[float | None, ...] = ()
    band: tuple[str, ...] = ()
    route: tuple[str, ...] = ()  # as in champion; "" of past loans
    version: tuple[int | None, ...] = ()  # primary key of what scored it
    decided_at: tuple[datetime | None, ...] = ()  # None of past loans
    share_offered: tuple[float | None, ...] = ()  # of the amount asked for; where terms are asked
    ids: tuple[str, str] | None = None  # of decisions: from, below


@dataclass(slots=True)
class Reader:
    """Reads decisions, and whose group is known, once for several reports: on a month's stages."""

    _decided: dict[tuple[Any, ...], list[Decided]] = field(default_factory=dict)
    _groups: dict[tuple[Any, ...], dict[str, str]] = field(default_factory=dict)

    def decided(
        self,
        of: ModelVersion | Product,
        *,
        since: datetime | None,
        until: datetime | None,
        at: datetime,
    ) -> list[Decided]:
        """Read the decisions of a version or of a product, as `decided` does.

        Of a period those of all versions are read, as most are one's, and only the last period's
        are kept: a month may have a million.
        """
        version = of if isinstance(of, ModelVersion) else None
        only = None if since and until else version
        key = (product_of(of), only, since, until, at)
        if key not in self._decided:
            found = decided(product_of(of), version=only, since=since, until=until, at=at)
            self._decided = {key: list(found)}
        kept = self._decided[key]
        return [each for each in kept if version is None or each.version == version.pk]

    def groups(
        self, product: Product, attribute: str, ids: tuple[str, str], *, by: User | None
    ) -> dict[str, str]:
        """Look up groups between two ids, by id; asked again, they are as they were."""
        key = (product, attribute, ids)
        if key not in self._groups:
            self._groups[key] = vault.groups_of_ids(
                product, attribute, low=ids[0], below=ids[1], by=by
            )
        return self._groups[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Whom a stage is about, and who of them is chosen."""

    asks: Callable[[Decided], bool]
    chosen: Callable[[Decided], bool]
    means: str


LENT = (Status.APPROVED, Status.DECLINED)
OFFER = OfficerVerdict.COUNTER_OFFER
STAGES: dict[str, _Rule] = {
    Stage.RECOMMENDATION: _Rule(
        asks=lambda _: True,
        chosen=lambda one: one.recommendation == Recommendation.APPROVE,
        means="recommended for approval when it was decided",
    ),
    Stage.FINAL: _Rule(
        asks=lambda one: one.status in LENT and one.is_final and one.is_settled,
        chosen=lambda one: one.status == Status.APPROVED,
        means=(
            "approved in the end, by policy or by an officer; who still waits, withdrew, or whose"
            " application was incomplete is left out"
        ),
    ),
    Stage.LOW_SIDE: _Rule(
        asks=lambda one: (
            one.recommendation == Recommendation.DECLINE
            and one.verdict is not None
            and one.is_final
        ),
        chosen=lambda one: one.verdict != OfficerVerdict.DECLINE,
        means="lent by an officer, on whatever terms, though declining was recommended",
    ),
    Stage.HIGH_SIDE: _Rule(
        asks=lambda one: (
            one.recommendation == Recommendation.APPROVE
            and one.verdict is not None
            and one.is_final
        ),
        chosen=lambda one: one.verdict == OfficerVerdict.DECLINE,
        means="declined by an officer though approving was recommended",
    ),
    Stage.TERMS: _Rule(
        asks=lambda one: (one.status == Status.APPROVED or one.verdict == OFFER) and one.is_final,
        chosen=lambda one: one.verdict != OFFER,
        means=(
            "granted on the terms asked for, not by a counter-offer of less or of another term;"
            " the product sets no price, so nothing is known of rates or fees"
        ),
    ),
}


def sample_of(
    of: ModelVersion | Product,
    population: str,
    *,
    at: datetime,
    stage: str = Stage.RECOMMENDATION,
    since: datetime | None = None,
    until: datetime | None = None,
    reader: Reader | None = None,
) -> Sample:
    """Collect the rows of a population, as known at a moment.

    `of` is a version, or a product for all versions of it; `since` and `until` (not included) are
    of decisions. Past loans know no stage but the recommendation, and no period.
    """
    if population == Population.DECISIONS:
        found = (reader or Reader()).decided(of, since=since, until=until, at=at)
        return _decisions(found, STAGES[stage], since=since, until=until)
    if not isinstance(of, ModelVersion):
        raise TypeError("past loans are those of one version")
    return _validation(of)


def groups_of(
    sample: Sample,
    *,
    of: ModelVersion | Product,
    by: User | None,
    reader: Reader | None = None,
) -> Groups:
    """Look up each row's group of each assessable attribute; every look is audited."""
    contract, reader = contract_of(of), reader or Reader()
    found = {}
    for attribute in contract.assessable if contract else ():
        known = _known_groups(sample, reader, of=of, attribute=attribute.name, by=by)
        found[attribute.name] = [known.get(row) for row in sample.rows]
    return found


def contract_of(of: ModelVersion | Product) -> Contract | None:
    """Give the contract that names the attributes: a version's own, or a product's of now."""
    if isinstance(of, ModelVersion):
        return of.contract.read()
    deciding = of.deciding_contract()
    return deciding.read() if deciding else None


def product_of(of: ModelVersion | Product) -> Product:
    """Give the product whose decisions or loans they are."""
    return of.product if isinstance(of, ModelVersion) else of


def _validation(version: ModelVersion) -> Sample:
    """Take each loan's PD from the models that were not trained on it."""
    frame = pl.read_parquet(io.BytesIO(store.get(version.validation_sha256, ".parquet")))
    contract = version.contract.read()
    cut_off, pds = contract.policy.approve_pd_at_most, frame["pd"].to_list()
    return Sample(
        rows=tuple(str(row) for row in frame["row"]),
        selected=tuple(pd <= cut_off for pd in pds),
        bad=tuple(bool(bad) for bad in frame["bad"]),
        period=f"predictions made while training on {_day(version.trained_at)}, out of fold",
        approved_means=f"PD of at most {cut_off:g}, the contract's cut-off for approval",
        pd=tuple(pds),
        score=tuple(to_points(pd, scale=contract.scale) for pd in pds),
        band=tuple(band_of(pd, contract.bands) for pd in pds),
        route=("",) * len(pds),
        version=(version.pk,) * len(pds),
        decided_at=(None,) * len(pds),
    )


def _decisions(
    found: Sequence[Decided], rule: _Rule, *, since: datetime | None, until: datetime | None
) -> Sample:
    return _laid_out(
        [one for one in found if rule.asks(one)],
        rule,
        period=_months(since, until) if since and until else None,
        ids=bounds(since, until) if since or until else None,
    )


def _laid_out(
    found: Sequence[Decided], rule: _Rule, *, period: str | None, ids: tuple[str, str] | None
) -> Sample:
    columns = zip(*found, strict=True) if found else [()] * len(Decided._fields)
    by = dict(zip(Decided._fields, columns, strict=True))
    return Sample(
        rows=tuple(f"decision:{row}" for row in by["id"]),
        selected=tuple(rule.chosen(one) for one in found),
        bad=by["is_bad"],
        period=period or period_of(by["decided_at"]),
        approved_means=rule.means,
        pd=by["pd"],
        score=by["score"],
        band=by["band"],
        route=by["route"],
        version=by["version"],
        decided_at=by["decided_at"],
        share_offered=tuple(_share_offered(one) for one in found),
        ids=ids,
    )


def _share_offered(one: Decided) -> float | None:
    return None if one.offered is None or not one.amount else float(one.offered / one.amount)


def _known_groups(
    sample: Sample, reader: Reader, *, of: ModelVersion | Product, attribute: str, by: User | None
) -> dict[str, str]:
    """Ask the vault only for what the rows come from: a file of loans, own decisions, or both."""
    known: dict[str, str] = {}
    if isinstance(of, ModelVersion) and any(row.startswith("ingestion:") for row in sample.rows):
        known |= vault.groups_of_ingested(of.snapshot.ingestion_id, attribute, by=by)
    if any(row.startswith("decision:") for row in sample.rows):
        known |= _of_decisions(sample, reader, of=of, attribute=attribute, by=by)
    return known


def _of_decisions(
    sample: Sample,
    reader: Reader,
    *,
    of: ModelVersion | Product,
    attribute: str,
    by: User | None,
) -> dict[str, str]:
    if sample.ids is None:
        return vault.groups_of_decisions(product_of(of), attribute, by=by)
    found = reader.groups(product_of(of), attribute, sample.ids, by=by)
    return {f"decision:{application}": group for application, group in found.items()}


def period_of(moments: Sequence[datetime | None]) -> str:
    """Say from when to when something was decided."""
    known = [each for each in moments if each is not None]
    if not known:
        return "no decision yet"
    first, last = _day(min(known)), _day(max(known))
    return f"decided on {last}" if first == last else f"decided {first} to {last}"


def _months(since: datetime, until: datetime) -> str:
    return f"decided {_day(since)} to {_day(until - timedelta(days=1))}"


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"
