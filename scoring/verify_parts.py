"""What verifying needs of a bundle and of a policy: found, held to the record, ready to score."""

from dataclasses import replace
from pathlib import Path

from scoring.bundle import Bundle, open_bundle
from scoring.contract import Contract, Policy
from scoring.engine import Engine
from scoring.features import checked_features
from scoring.notices.proofs import Scorer
from scoring.records import NONE, SCORECARD, Record, normalised
from scoring.replay import Again, by_engine, by_scorecard
from scoring.scorecard import Scorecard


class VerifyRefused(ValueError):
    """A file that is needed is missing, or is not the one that the record names."""


def bundle_of(record: Record, place: Path | None) -> Bundle | None:
    """Open the bundle that a record names; None where no model scored it."""
    if record.route == NONE:
        return None
    if place is None:
        raise VerifyRefused(f"the bundle {record.bundle} is needed")
    bundle = open_bundle(place, expected_hash=record.bundle)
    if bundle.contract.hash != record.contract:
        raise VerifyRefused(f"the bundle is for contract {bundle.contract.hash}, not the record's")
    return bundle


def policy_of(record: Record, bundle: Bundle | None, file: Path | None) -> tuple[Policy, Contract]:
    """Find the policy that was in force, and the contract that the inputs were read by."""
    own = bundle.contract if bundle else None
    if file is None:
        if own is None or own.hash != record.policy_contract:
            raise VerifyRefused(
                f"the policy was that of another contract, {record.policy_contract}: "
                "give its file with --policy-contract"
            )
        return own.policy, own
    given = _contract(file)
    if given.hash != record.policy_contract:
        raise VerifyRefused(f"{file.name} is {given.hash}, not {record.policy_contract}")
    return given.policy, own or given


def _contract(file: Path) -> Contract:
    try:
        return Contract.load(file)
    except OSError as error:
        raise VerifyRefused(f"{file}: {error.strerror}") from error


def stated_by(record: Record, contract: Contract) -> Record:
    """Give a record with its inputs as the contract reads them.

    What was decided once may since be out of the contract's bounds; but no graph and no scorecard
    takes an input that is not there, or that is of another kind.
    """
    lacking = [name for name in contract.feature_names if name not in record.features]
    if lacking:
        raise VerifyRefused(f"the record lacks the features {', '.join(lacking)}")
    _, problems = checked_features(contract, record.features, pointer="features")
    wrong = [f"{each.pointer} {each.message}" for each in problems if each.code == "wrong_type"]
    if wrong:
        raise VerifyRefused(f"the record: {'; '.join(wrong)}")
    return replace(record, features=normalised(contract, record.features))


def again_of(record: Record, bundle: Bundle, policy: Policy) -> Again:
    """Score a record again by what scored it."""
    if record.route != SCORECARD:
        return by_engine(Engine(bundle), record, policy)
    return by_scorecard(card_of(bundle), record)


def scorer_of(record: Record, bundle: Bundle) -> Scorer:
    """Give what scores other rows by what scored a record, each to the bits it would get alone."""
    if record.route != SCORECARD:
        return Engine(bundle).score_each
    card = card_of(bundle)
    return lambda rows: [card.score(row) for row in rows]


def card_of(bundle: Bundle) -> Scorecard:
    """Make a bundle's fallback scorecard ready to score."""
    if bundle.scorecard is None:
        raise VerifyRefused("the bundle has no fallback scorecard")
    return Scorecard(bundle.scorecard, contract=bundle.contract, bundle_hash=bundle.hash)
