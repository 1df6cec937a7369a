"""What decides for a product right now: its contract, policy and champion, kept per process.

One query says which versions are in force, and its answer is believed for half a second: so a
promotion or a new policy holds within that in every process, and at once in the one that made it.
What the versions hold never changes and is kept.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection

from credit import store
from credit.models import ContractVersion, ModelVersion, PolicyVersion, Product
from scoring.bundle import BundleRefused, open_bundle
from scoring.contract import Contract, Policy, Promotion
from scoring.engine import Engine, EngineFailed, EngineTimedOut
from scoring.features import FieldProblem, InputRefused
from scoring.scorecard import Scorecard

_ENGINES_KEPT = 8
USUAL_PROMOTION = Promotion()
BELIEVED_FOR = timedelta(seconds=0.5)  # how long another process's promotion may go unnoticed
TIMED_OUT = "timed_out"

# In SQL, since every application asks it: composing it with the ORM took longer than answering it.
_IN_FORCE = """
SELECT contract.id, policy.id, champion.id, previous.id, ARRAY(
    SELECT id FROM credit_modelversion
    WHERE product_id = product.id AND stage = 'shadow' ORDER BY id
), EXISTS (SELECT FROM credit_servicestop WHERE product_id = product.id AND resumed_at IS NULL),
canary.id, contract.hash, policy.in_force_from, policy.hash, champion.bundle_hash,
previous.bundle_hash, canary.bundle_hash
FROM credit_product product
LEFT JOIN credit_modelversion champion
    ON champion.product_id = product.id AND champion.stage = 'champion'
LEFT JOIN credit_modelversion canary
    ON canary.product_id = product.id AND canary.stage = 'canary' AND champion.id IS NOT NULL
JOIN LATERAL (
    SELECT id, hash FROM credit_contractversion
    WHERE product_id = product.id AND (champion.id IS NULL OR id = champion.contract_id)
    ORDER BY number DESC LIMIT 1
) contract ON true
JOIN LATERAL (
    SELECT id, in_force_from, hash FROM credit_policyversion
    WHERE contract_id = contract.id AND in_force_from <= %(at)s AND NOT EXISTS (
        SELECT FROM credit_policywithdrawal WHERE policy_id = credit_policyversion.id
    )
    ORDER BY number DESC LIMIT 1
) policy ON true
LEFT JOIN LATERAL (
    SELECT id, bundle_hash FROM credit_modelversion
    WHERE product_id = product.id AND stage = 'retired' AND promoted_at IS NOT NULL
        AND rolled_back_at IS NULL AND champion.id IS NOT NULL
    ORDER BY promoted_at DESC, id DESC LIMIT 1
) previous ON true
WHERE product.slug = %(slug)s
"""
_NUMBERS = 7  # columns before those that say what is in the rows


class UnknownProduct(InputRefused):
    """No product of this name takes applications."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        message = "is no product that takes applications"
        super().__init__((FieldProblem("/product", "unknown_product", message),))


class ModelUnavailable(Exception):
    """No model can score; `cause` is short and stable, for answers and metrics.

    `told_as` is the cause of its alert: what only follows from another trouble counts that one up.
    `version` is the one that cannot, where whoever asked it has said so.
    """

    def __init__(self, cause: str, message: str, *, told_as: str = "") -> None:
        self.cause, self.told_as = cause, told_as or cause
        self.version: ModelVersion | None = None
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an application for a product is decided by."""

    product: Product
    contract_version: ContractVersion
    policy_version: PolicyVersion
    version: ModelVersion | None  # the champion, if there is one
    previous: ModelVersion | None = None  # the champion before this one
    canary: ModelVersion | None = None  # scores a share of the applications in the champion's place
    shadows: tuple[ModelVersion, ...] = ()  # score beside the champion, and answer nobody
    is_stopped: bool = False  # by a person: no model scores
    # The champion's contract; the newest one where no model was promoted yet. Read once, as each
    # decision asks for both some ten times.
    contract: Contract = field(init=False, compare=False, repr=False)
    policy: Policy = field(init=False, compare=False, repr=False)  # in force

    def __post_init__(self) -> None:
        """Read the contract, and the policy's own."""
        object.__setattr__(self, "contract", self.contract_version.read())
        object.__setattr__(self, "policy", self.policy_version.read().policy)

    @property
    def promotion(self) -> Promotion:
        """The way into service, with its usual terms where the policy asks for no steps."""
        return self.policy.promotion or USUAL_PROMOTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """A champion that is ready to score."""

    engine: Engine
    version: ModelVersion
    terms: Terms


def terms(slug: str, *, at: datetime) -> Terms:
    """Find what decides for a product at a moment, as it was up to half a second before.

    Raises `UnknownProduct`.
    """
    known = _in_force.get(slug)
    if known is not None and timedelta() <= at - known[0] < BELIEVED_FOR:
        return known[1]
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, {"slug": slug, "at": at})
        row = cursor.fetchone()
    if row is None:
        raise UnknownProduct(slug)
    *deciding, shadows, is_stopped, canary = row[:_NUMBERS]
    found = _terms(*deciding, tuple(shadows), canary, is_stopped=is_stopped, content=row[_NUMBERS:])
    _in_force[slug] = (at, found)
    return found


def forget_what_is_in_force() -> None:
    """Ask anew from the next request of this process on."""
    _in_force.clear()


def champion(slug: str, *, at: datetime) -> Champion:
    """Make the champion of a product ready to score, or say why there is none."""
    return champion_of(terms(slug, at=at))


def champion_of(found: Terms) -> Champion:
    """Make the champion of these terms ready to score, or say why there is none."""
    if found.version is None:
        raise ModelUnavailable("no_champion", f"{found.product.slug} has no champion yet.")
    return Champion(engine=engine_of(found.version.bundle_hash), version=found.version, terms=found)


def refuse_stopped(found: Terms) -> None:
    """Refuse to score where a person stopped the product's models."""
    if found.is_stopped:
        raise ModelUnavailable("stopped", f"A person stopped the models of {found.product.slug}.")


def scorecard_of(version: ModelVersion) -> Scorecard:
    """Make a version's fallback ready to score, from the row and not from the bundle.

    Raises `ScorecardRefused` where the row holds no scorecard of the version's contract.
    """
    return _scorecard(version.pk, version.bundle_hash, version.contract.read())


def set_aside(bundle_hash: str, *, until: datetime) -> None:
    """Leave a model alone in this process until a moment."""
    _set_aside[bundle_hash] = until


def refuse_set_aside(bundle_hash: str, *, at: datetime, told_as: str = TIMED_OUT) -> None:
    """Refuse a model that was set aside and whose time is not over."""
    until = _set_aside.get(bundle_hash)
    if until is not None and at < until:
        message = f"{bundle_hash} took too long; left alone till {until}"
        raise ModelUnavailable("set_aside", message, told_as=told_as)
    _set_aside.pop(bundle_hash, None)


def engine_of(bundle_hash: str) -> Engine:
    """Load a bundle by its hash; once, for as long as its file stays as it was."""
    path = store.path_of(bundle_hash, ".zip")
    try:
        found = path.stat()
    except OSError as error:
        raise ModelUnavailable("bundle_missing", f"The bundle {path.name} is gone.") from error
    stamp = (str(path), found.st_ino, found.st_size, found.st_mtime_ns)
    kept = _engines.get(stamp) or _load(stamp, bundle_hash)
    if isinstance(kept, ModelUnavailable):
        # Not the one that is kept: raised again and again it would keep every request's frames.
        raise ModelUnavailable(kept.cause, str(kept), told_as=kept.told_as)
    return kept


_in_force: dict[str, tuple[datetime, Terms]] = {}  # by slug: as of when, and what
_set_aside: dict[str, datetime] = {}
_Stamp = tuple[str, int, int, int]
_engines: dict[_Stamp, Engine | ModelUnavailable] = {}
_slow: dict[_Stamp, ModelUnavailable] = {}  # the latest loading of each that took too long
_loading = threading.Lock()


def _load(stamp: _Stamp, bundle_hash: str) -> Engine | ModelUnavailable:
    """Load under a lock: after a promotion all threads want the same new engine at once.

    Those that waited while it took too long have waited enough: they share what came of it.
    """
    before = _slow.get(stamp)
    with _loading:
        latest = _slow.get(stamp)
        if latest is not None and latest is not before:
            return latest
        if stamp not in _engines:
            while len(_engines) >= _ENGINES_KEPT:
                _engines.pop(next(iter(_engines)))
            found = opened(bundle_hash)
            if isinstance(found, ModelUnavailable) and found.cause == TIMED_OUT:
                _slow[stamp] = found  # the machine may have been busy: the next one tries again
                return found
            _slow.pop(stamp, None)
            _engines[stamp] = found
        return _engines[stamp]


def opened(bundle_hash: str) -> Engine | ModelUnavailable:
    """Load a bundle anew, or say why it cannot be."""
    path = store.path_of(bundle_hash, ".zip")
    try:
        return Engine(open_bundle(path, expected_hash=bundle_hash))
    except BundleRefused as refused:
        return ModelUnavailable("bundle_refused", f"The bundle {path.name}: {refused}")
    except EngineTimedOut as slow:
        return ModelUnavailable(TIMED_OUT, f"The bundle {path.name}: {slow}")
    except EngineFailed as failed:
        return ModelUnavailable("engine_failed", f"The bundle {path.name}: {failed}")


@lru_cache(maxsize=64)
def _scorecard(version_id: int, bundle_hash: str, contract: Contract) -> Scorecard:
    card = ModelVersion.objects.values_list("scorecard", flat=True).get(pk=version_id)
    return Scorecard(card or {}, contract=contract, bundle_hash=bundle_hash)


def _version(version_id: int | None) -> ModelVersion | None:
    if version_id is None:
        return None
    return ModelVersion.objects.select_related("product", "contract__product").get(pk=version_id)


@lru_cache(maxsize=256)
def _terms(
    contract: int,
    policy: int,
    version: int | None,
    previous: int | None,
    shadows: tuple[int, ...],
    canary: int | None,
    *,
    is_stopped: bool,
    content: tuple[Any, ...],  # noqa: ARG001 - only tells apart what is kept: see below
) -> Terms:
    """Read rows that never change; of a version only what never changes may be used.

    The numbers alone would not do: in a database that was restored to an earlier moment they are
    given again, to other rows.
    """
    contract_version = ContractVersion.objects.select_related("product").get(pk=contract)
    return Terms(
        product=contract_version.product,
        contract_version=contract_version,
        policy_version=PolicyVersion.objects.select_related("contract").get(pk=policy),
        version=_version(version),
        previous=_version(previous),
        canary=_version(canary),
        shadows=tuple(found for each in shadows if (found := _version(each))),
        is_stopped=is_stopped,
    )
