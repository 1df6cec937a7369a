"""Compute a decision again from its record and its bundle: no database, no server, no Django.

`python -m scoring.verify RECORD.json BUNDLE` compares PD, points, reasons, sureness and
recommendation to the bit. Exit code 0: all came out as stored; 1: something differs, and is named;
2: a file cannot be used.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scoring.bundle import Bundle, BundleRefused, open_bundle
from scoring.contract import Contract, ContractRefused, Policy
from scoring.engine import Engine, EngineFailed
from scoring.records import LARGEST, NONE, SCORECARD, Record, RecordRefused, from_json, normalised
from scoring.replay import Again, by_engine, by_scorecard, differences
from scoring.scorecard import Scorecard, ScorecardRefused
from scoring.sessions import GraphFailed

SAME, DIFFERENT, UNUSABLE = 0, 1, 2


class VerifyRefused(ValueError):
    """A file that is needed is missing, or is not the one that the record names."""


def verify(record: Record, *, place: Path | None, policy_contract: Path | None) -> list[str]:
    """Compute a decision again and name what differs.

    Parameters
    ----------
    record : Record
        The decision.
    place : Path or None
        The bundle; None only where no model scored.
    policy_contract : Path or None
        The contract whose policy was in force, where it is not the bundle's own.

    Raises
    ------
    VerifyRefused
        A file is missing or is another one than the record names.
    BundleRefused
        The bundle is altered.
    """
    bundle = _bundle(record, place)
    policy, contract = _policy(record, bundle, policy_contract)
    read = replace(record, features=normalised(contract, record.features))
    again = None if bundle is None else _again(read, bundle, policy)
    return list(differences(read, policy=policy, again=again))


def _bundle(record: Record, place: Path | None) -> Bundle | None:
    if record.route == NONE:
        return None
    if place is None:
        raise VerifyRefused(f"the bundle {record.bundle} is needed")
    bundle = open_bundle(place, expected_hash=record.bundle)
    if bundle.contract.hash != record.contract:
        raise VerifyRefused(f"the bundle is for contract {bundle.contract.hash}, not the record's")
    return bundle


def _policy(record: Record, bundle: Bundle | None, file: Path | None) -> tuple[Policy, Contract]:
    """Find the policy that was in force, and the contract that the inputs were read by."""
    own = bundle.contract if bundle else None
    if file is None:
        if own is None or own.hash != record.policy_contract:
            raise VerifyRefused(
                f"the policy was that of another contract, {record.policy_contract}: "
                "give its file with --policy-contract"
            )
        return own.policy, own
    given = Contract.load(file)
    if given.hash != record.policy_contract:
        raise VerifyRefused(f"{file.name} is {given.hash}, not {record.policy_contract}")
    return given.policy, own or given


def _again(record: Record, bundle: Bundle, policy: Policy) -> Again:
    if record.route != SCORECARD:
        return by_engine(Engine(bundle), record, policy)
    if bundle.scorecard is None:
        raise VerifyRefused("the bundle has no fallback scorecard")
    card = Scorecard(bundle.scorecard, contract=bundle.contract, bundle_hash=bundle.hash)
    return by_scorecard(card, record)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one record and say what came of it."""
    asked = _parser().parse_args(arguments)
    try:
        record = _record(asked.record)
        found = verify(record, place=asked.bundle, policy_contract=asked.policy_contract)
    except (
        *(RecordRefused, VerifyRefused, BundleRefused, ContractRefused, ScorecardRefused),
        *(EngineFailed, GraphFailed),
    ) as refused:
        sys.stderr.write(f"cannot be verified: {refused}\n")
        return UNUSABLE
    for difference in found:
        sys.stdout.write(f"{record.decision}: {difference}\n")
    if found:
        return DIFFERENT
    sys.stdout.write(_same(record))
    return SAME


def _record(file: Path) -> Record:
    try:
        with file.open("rb") as opened:
            return from_json(opened.read(LARGEST + 1))
    except OSError as error:
        raise VerifyRefused(f"{file}: {error.strerror}") from error
    except RecordRefused as refused:
        raise RecordRefused(f"{file.name}: {refused}") from refused


def _same(record: Record) -> str:
    if record.route == NONE:
        return f"{record.decision}: identical. No model scored it; its inputs hold.\n"
    points = len(record.figures.contributions)
    return (
        f"{record.decision}: identical. Inputs, PD {record.figures.pd!r}, score "
        f"{record.figures.score}, the points of {points} features and the recommendation "
        f"({record.recommendation}) came out to the bit.\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scoring.verify",
        description="Compute a decision again from its record and its bundle, and compare to the "
        "bit. `manage.py export_record` writes both.",
    )
    parser.add_argument("record", type=Path, metavar="RECORD.json")
    parser.add_argument("bundle", type=Path, nargs="?", metavar="BUNDLE", help="file or folder")
    parser.add_argument(
        "--policy-contract",
        type=Path,
        metavar="FILE",
        help="contract whose policy was in force, where it is not the bundle's",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
