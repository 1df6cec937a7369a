"""Builders with defaults. What an action makes is made by the action."""

import copy
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import recorded
import toy_release
from django.contrib.auth.models import Group

from credit import store, uploads
from credit.actions import (
    api_keys,
    batches,
    contracts,
    decisions,
    ingestions,
    model_versions,
    policies,
    policy_proposals,
    snapshots,
)
from credit.models import Batch, ModelVersion, Partner, User
from credit.queries import policies as policy_queries
from scoring import bundle
from scoring.contract import Contract
from scoring.contracts.policy_texts import changed
from scoring.features import example

TESTS = Path(__file__).parent
PRODUCT = TESTS.parent / "contracts" / "consumer-loan"


def without_steps(source):
    """Let a contract ask for no steps into service: most tests promote at once."""
    begins = source.index(b"[policy.promotion]")
    return source[:begins] + source[source.index(b"\n\n", begins) + 2 :]


# The shipped contract, with cut-offs that the hand-made model's figures fall on both sides of.
SOURCE = (
    without_steps((PRODUCT / "contract.toml").read_bytes())
    .replace(b"\napprove_pd_at_most = 0.16", b"\napprove_pd_at_most = 0.35")
    .replace(b"\ndecline_pd_at_least = 0.40", b"\ndecline_pd_at_least = 0.60")
    .replace(b"\napprove_pd_at_most = 0.08", b"\napprove_pd_at_most = 0.20")
    .replace(b"\nsign_above_pd = 0.50", b"\nsign_above_pd = 0.90")
)
# The same with a training of every step, each little enough for all of it to take a second.
SMALL = (
    SOURCE.replace(b"rounds = 150", b"rounds = 12")
    .replace(b"repeats = 5", b"repeats = 1\nbootstrap_models = 2")
    .replace(b"folds = 5", b"folds = 2")
)
LOANS = PRODUCT / "loans.csv"
CONTRACT = Contract.parse(SOURCE)
AT = datetime(2026, 11, 22, 10, 15, 2, 114_000, tzinfo=UTC)
BEFORE = AT - timedelta(days=30)

_numbers = count(1)


def toy_bundle(contract: Contract = CONTRACT) -> bytes:
    """Build the hand-made graph of the scoring tests into a bundle."""
    model = toy_release.graph(contract).SerializeToString()
    return bundle.pack(toy_release.members(contract, model=model))


def user(*roles, username=None) -> User:
    made = User.objects.create(username=username or f"{'-'.join(roles)}-{next(_numbers)}")
    groups = Group.objects.filter(name__in=roles) if roles else ()
    User.groups.through.objects.bulk_create(
        [User.groups.through(user=made, group=group) for group in groups]
    )
    return made


def partner(slug="acme-broker") -> Partner:
    found, _ = Partner.objects.get_or_create(
        slug=slug, defaults={"name": "Acme", "created_at": BEFORE}
    )
    return found


def api_key(slug="acme-broker", *scopes):
    return api_keys.issue(
        partner=slug,
        scopes=scopes or ("score", "read", "outcomes"),
        by=None,
        at=BEFORE,
        expires_at=AT + timedelta(days=9_000),  # whatever day it is
    )


def contract_version(*, by=None, source=SOURCE):
    return contracts.register(source=source, by=by or user("model_developer"), at=BEFORE)


def policy(contract, **changes):
    values = {"by": user("model_developer"), "approved_by": user("model_validator"), "at": BEFORE}
    return policies.put_in_force(contract_id=contract.pk, **{**values, **changes})


def proposal(product, settings=None, *, valid_from=None, **changes):
    """Ask for a change of a product's policy; approving it is another person's."""
    begins_from = policy_queries.to_change(product.pk).contract
    asked = settings or {"policy.approve_pd_at_most": "0.3"}
    values = {"by": user("administrator"), "at": BEFORE + timedelta(days=1), "why": "Losses rose."}
    return policy_proposals.propose(
        product_id=product.pk,
        source=changed(begins_from, asked).encode(),
        valid_from=valid_from,
        **{**values, **changes},
    )


def ingestion(contract=None, *, path=LOANS, at=BEFORE, by=None):
    contract, by = contract or contract_version(), by or user("model_developer")
    return ingestions.ingest(contract_id=contract.pk, path=path, by=by, at=at)


def model_version(content=None, *, contract=None, trained_by=None, gates=(), **changes):
    """Register a candidate on the shipped loans; without content its bundle is nowhere."""
    contract = contract or contract_version()
    if not contract.ingestion_set.exists():
        ingestion(contract)
    if content is not None:
        store.put(content, ".zip")
    values = {
        "snapshot": snapshots.take(product_id=contract.product_id, at=BEFORE),
        "bundle_hash": bundle.hash_of(content) if content else "sha256:" + "0" * 64,
        "model_sha256": "2" * 64,
        "validation_sha256": "3" * 64,
        "metrics": {"auc": {"mean": 0.787, "sd": 0.03}, "brier": {"mean": 0.164}},
        "gates": list(gates),
        "scorecard": _scorecard(content),
        "trained_by": trained_by or user("model_developer"),
        "at": BEFORE,
    }
    return model_versions.register(**{**values, **changes})


def _scorecard(content):
    if content is None:
        return None
    try:
        return json.loads(bundle.unpack(content)["scorecard.json"])
    except bundle.BundleRefused:
        return None


@recorded.once
def live_product(content: bytes) -> ModelVersion:
    """Register, put a policy in force, promote: a product that takes applications.

    Two people do it, the least that may.
    """
    developer, validator = user("model_developer"), user("model_validator")
    contract = contract_version(by=developer)
    policy(contract, by=developer, approved_by=validator)
    ingestion(contract, by=developer)
    candidate = model_version(content, contract=contract, trained_by=developer)
    return promoted(candidate, by=validator)


def promoted(candidate: ModelVersion, *, by=None) -> ModelVersion:
    return model_versions.promote(
        version_id=candidate.pk, by=by or user("model_validator"), at=BEFORE, note="It fits."
    )


REMOVED = object()


def body(**changes):
    """Build a good decision request. `features__housing="own"` reaches inside; REMOVED removes."""
    features = example(CONTRACT)
    made = {
        "product": "consumer-loan",
        "reference": "A-2291",
        "requested": {
            "amount": f"{features['amount']}.00",
            "term_months": features["duration_months"],
        },
        "features": features,
    }
    made = copy.deepcopy(made)
    for path, value in changes.items():
        *outer, last = path.split("__")
        inner = made
        for name in outer:
            inner = inner[name]
        if value is REMOVED:
            del inner[last]
        else:
            inner[last] = value
    return made


# With the toy bundle: what refers, approves, approves without a person, and declines.
AMOUNT = {"requested__amount": "4200.00", "features__amount": 4200}


def term(months):
    return {"requested__term_months": months, "features__duration_months": months}


REFERRED = AMOUNT | term(12) | {"features__checking_status": "0_to_200"}
APPROVED = AMOUNT | term(24) | {"features__checking_status": "200_or_more"}
AUTOMATIC = AMOUNT | term(4) | {"features__checking_status": "200_or_more"}
DECLINED = AMOUNT | term(48) | {"features__checking_status": "below_0"}


def decide(*, at=AT, partner=None, idempotency=None, slug="consumer-loan", **changes):
    return decisions.decide(
        product=slug,
        partner=partner,
        body=body(**changes),
        idempotency=idempotency,
        at=at,
    )


def ndjson(*bodies) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in bodies)


def batch(content=None, *, kind="ndjson", slug="acme-broker", at=AT, once=None):
    """Receive a file; the worker is told nothing before a test tells it."""
    sent = ndjson(body()) if content is None else content
    with uploads.received([sent]) as upload:
        received = batches.receive(
            product="consumer-loan",
            key=api_key(slug, "batch").api_key,
            upload=upload,
            kind=kind,
            once=once or idempotency(f"batch-{next(_numbers)}"),
            at=at,
        )
    return Batch.objects.get(pk=received.answer["id"])


def idempotency(key="k-1", content=None):
    text = json.dumps(content or body(), sort_keys=True)
    return decisions.Idempotency(key=key, body_sha256=bundle.hash_of(text.encode())[7:])
