"""A product whose policy asks for steps, a champion, and a candidate that sees less risk."""

import json

import factories
import numpy as np
import recorded
import toy_release
from onnx import numpy_helper

from credit.actions import canary_minutes, model_versions, promotion_steps, promotions
from scoring import bundle
from scoring.candidates.canary import is_chosen
from scoring.contract import Contract

AT, BEFORE = factories.AT, factories.BEFORE
STEPS = b"""
[policy.promotion]
canary_share = 0.25
shadow_hours = 24
shadow_decisions = 2
canary_hours = 24
canary_decisions = 3
"""
SOURCE = factories.SOURCE + STEPS
FAILED = {"name": "stability", "passed": False, "detail": "varies by 0.2", "blocking": True}
PARITY = {"name": "parity", "passed": False, "detail": "0.3 points off", "blocking": True}


def released(contract=factories.CONTRACT, *, less=0.5, card="Sees less risk.") -> bytes:
    """Make a bundle whose model sees `less` logits of risk in everybody."""

    def change(parts):
        for tensor in parts["tensors"]:
            if tensor.name in {"b", "base"}:
                by = -less if tensor.name == "b" else less * contract.scale.factor
                value = numpy_helper.to_array(tensor) + np.float32(by)
                tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))

    model = toy_release.graph(contract, change=change).SerializeToString()
    content = toy_release.members(contract, model=model) | {"card.md": card.encode()}
    said = json.loads(content["manifest.json"])
    said |= bundle.identity(content, contract=contract)
    return bundle.pack(content | {"manifest.json": json.dumps(said).encode()})


@recorded.once
def live(source=SOURCE):
    """Bring a product live whose policy is that of `source`."""
    contract = factories.contract_version(source=source)
    factories.policy(contract)
    content = factories.toy_bundle(Contract.parse(source))
    return factories.promoted(factories.model_version(content, contract=contract))


def candidate_of(champion, **changes):
    """Register a candidate of the champion's contract."""
    contract = champion.contract
    content = changes.pop("content", None) or released(contract.read())
    return factories.model_version(content, contract=contract, **changes)


def asked(version, by=None, at=BEFORE):
    """Ask for its promotion."""
    by = by or factories.user("model_developer")
    return promotions.request(version_id=version.pk, by=by, at=at, why="It is better.")


def approved(version, by=None, at=BEFORE):
    """Have it asked for, and approved by somebody else."""
    request = asked(version, at=at)
    by = by or factories.user("model_validator")
    return promotions.approve(request_id=request.pk, by=by, at=at, words="So it is.")


def step(version, at, by=None):
    """Take the next step."""
    by = by or factories.user("model_validator")
    return promotion_steps.take_step(version_id=version.pk, by=by, at=at, note="Go on.")


def canary_of(champion, at=BEFORE, **changes):
    """Make a candidate the canary of a product without minimums."""
    version = candidate_of(champion, **changes)
    approved(version, at=at)
    step(version, at)
    return step(version, at)


def references(canary, *, own, n, share=0.1):
    """Give references of which the canary scores each, or none."""
    found = (f"R-{i}" for i in range(100_000))
    name = canary.bundle_hash
    chosen = (each for each in found if is_chosen(each, canary=name, share=share) == own)
    return [next(chosen) for _ in range(n)]


def counted(canary, at, *, tried=0, failed=0, timed=0, slow=0):
    """Write down what servers counted of a canary."""
    figures = {"tried": tried, "failed": failed, "timed": timed, "slow": slow}
    canary_minutes.store(counts={(canary.pk, at.replace(second=0, microsecond=0)): figures})


def work_off(offered):
    """Do what the thread would do with what was offered to it."""
    canary_minutes.work(iter(offered))


def promoted_directly(version, by=None, at=AT):
    """Promote without steps."""
    by = by or factories.user("model_validator")
    return model_versions.promote(version_id=version.pk, by=by, at=at, note="At once.")
