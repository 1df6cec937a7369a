"""What decides for a product right now: its contract, policy and champion, kept per process.

One query says which versions are in force; what they hold never changes and is kept. So a
promotion or a new policy holds from the next request on, in every process.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection

from credit import store
from credit.models import ContractVersion, ModelVersion, PolicyVersion, Product
from scoring.bundle import BundleRefused, open_bundle
from scoring.contract import Contract, Policy
from scoring.engine import Engine, EngineFailed
from scoring.features import FieldProblem, InputRefused

_ENGINES_KEPT = 8

# In SQL, since every application asks it: composing it with the ORM took longer than answering it.
_IN_FORCE = """
SELECT contract.id, policy.id, champion.id
FROM credit_product product
LEFT JOIN credit_modelversion champion
    ON champion.product_id = product.id AND champion.stage = 'champion'
JOIN LATERAL (
    SELECT id FROM credit_contractversion
    WHERE product_id = product.id AND (champion.id IS NULL OR id = champion.contract_id)
    ORDER BY number DESC LIMIT 1
) contract ON true
JOIN LATERAL (
    SELECT id FROM credit_policyversion
    WHERE contract_id = contract.id AND in_force_from <= %(at)s
    ORDER BY number DESC LIMIT 1
) policy ON true
WHERE product.slug = %(slug)s
"""


class UnknownProduct(InputRefused):
    """No product of this name takes applications."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        message = "is no product that takes applications"
        super().__init__((FieldProblem("/product", "unknown_product", message),))


class ModelUnavailable(Exception):
    """No model can score; `cause` is short and stable, for alerts and metrics."""

    def __init__(self, cause: str, message: str) -> None:
        self.cause = cause
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an application for a product is decided by."""

    product: Product
    contract_version: ContractVersion
    policy_version: PolicyVersion
    version: ModelVersion | None  # the champion, if there is one

    @property
    def contract(self) -> Contract:
        """The champion's contract; the newest one where no model was promoted yet."""
        return self.contract_version.read()

    @property
    def policy(self) -> Policy:
        """The cut-offs, rules and automatic zone in force."""
        return self.policy_version.contract.read().policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """A champion that is ready to score."""

    engine: Engine
    version: ModelVersion
    terms: Terms


def terms(slug: str, *, at: datetime) -> Terms:
    """Find what decides for a product at a moment; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, {"slug": slug, "at": at})
        row = cursor.fetchone()
    if row is None:
        raise UnknownProduct(slug)
    return _terms(*row)


def champion(slug: str, *, at: datetime) -> Champion:
    """Make the champion of a product ready to score, or say why there is none."""
    return champion_of(terms(slug, at=at))


def champion_of(found: Terms) -> Champion:
    """Make the champion of these terms ready to score, or say why there is none."""
    if found.version is None:
        raise ModelUnavailable("no_champion", f"{found.product.slug} has no champion yet.")
    return Champion(engine=engine_of(found.version.bundle_hash), version=found.version, terms=found)


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
        raise kept
    return kept


_Stamp = tuple[str, int, int, int]
_engines: dict[_Stamp, Engine | ModelUnavailable] = {}
_loading = threading.Lock()


def _load(stamp: _Stamp, bundle_hash: str) -> Engine | ModelUnavailable:
    """Load under a lock: after a promotion all threads want the same new engine at once."""
    with _loading:
        if stamp not in _engines:
            while len(_engines) >= _ENGINES_KEPT:
                _engines.pop(next(iter(_engines)))
            _engines[stamp] = _opened(bundle_hash)
        return _engines[stamp]


def _opened(bundle_hash: str) -> Engine | ModelUnavailable:
    path = store.path_of(bundle_hash, ".zip")
    try:
        return Engine(open_bundle(path, expected_hash=bundle_hash))
    except BundleRefused as refused:
        return ModelUnavailable("bundle_refused", f"The bundle {path.name}: {refused}")
    except EngineFailed as failed:
        return ModelUnavailable("engine_failed", f"The bundle {path.name}: {failed}")


@lru_cache(maxsize=256)
def _terms(contract: int, policy: int, version: int | None) -> Terms:
    """Read rows that never change; of a version only what never changes may be used."""
    contract_version = ContractVersion.objects.select_related("product").get(pk=contract)
    return Terms(
        product=contract_version.product,
        contract_version=contract_version,
        policy_version=PolicyVersion.objects.select_related("contract").get(pk=policy),
        version=(
            ModelVersion.objects.select_related("product").get(pk=version) if version else None
        ),
    )
