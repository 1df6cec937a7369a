"""Compute a decision again from its record and its bundle: no database, no server, no Django.

`python -m scoring.verify RECORD.json BUNDLE` compares PD, points, reasons, sureness and
recommendation to the bit. Exit code 0: all came out as stored; 1: something differs, and is named;
2: a file cannot be used. A notice's record is verified the same way: every reason that it states is
scored again.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scoring.bundle import BundleRefused
from scoring.contract import ContractRefused
from scoring.engine import EngineFailed
from scoring.notices.records import NoticeRecord, is_notice, notice_from_json
from scoring.notices.terms import MODEL
from scoring.plurals import counted
from scoring.records import LARGEST, NONE, Record, RecordRefused, from_json
from scoring.replay import differences
from scoring.scorecard import ScorecardRefused
from scoring.sessions import GraphFailed
from scoring.verify_notices import verify_notice
from scoring.verify_parts import VerifyRefused, again_of, bundle_of, policy_of, stated_by

__all__ = ["VerifyRefused", "main", "verify"]

SAME, DIFFERENT, UNUSABLE = 0, 1, 2


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
    bundle = bundle_of(record, place)
    policy, contract = policy_of(record, bundle, policy_contract)
    read = stated_by(record, contract)
    again = None if bundle is None else again_of(read, bundle, policy)
    return list(differences(read, policy=policy, again=again))


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one record and say what came of it."""
    asked = _parser().parse_args(arguments)
    try:
        name, found, same = _verified(asked)
    except (
        *(RecordRefused, VerifyRefused, BundleRefused, ContractRefused, ScorecardRefused),
        *(EngineFailed, GraphFailed),
    ) as refused:
        sys.stderr.write(f"cannot be verified: {refused}\n")
        return UNUSABLE
    for difference in found:
        sys.stdout.write(f"{name}: {difference}\n")
    if found:
        return DIFFERENT
    sys.stdout.write(same)
    return SAME


def _verified(asked: argparse.Namespace) -> tuple[str, list[str], str]:
    """Verify a decision or a notice: name, what differs, the sentence where nothing does."""
    content = _content(asked.record)
    try:
        if is_notice(content):
            notice, found = notice_from_json(content)
            found += verify_notice(
                notice,
                place=asked.bundle,
                policy_contract=asked.policy_contract,
                documents=_documents(asked.document),
            )
            return f"{notice.decision.decision} {notice.facts.kind}", found, _proved(notice)
        record = from_json(content)
    except RecordRefused as refused:
        raise RecordRefused(f"{asked.record.name}: {refused}") from refused
    if asked.document:
        raise VerifyRefused(
            f"{asked.record.name} is of a decision, which names no document: "
            "--document goes with a notice's record"
        )
    found = verify(record, place=asked.bundle, policy_contract=asked.policy_contract)
    return record.decision, found, _same(record)


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise VerifyRefused(f"{file}: {error.strerror}") from error


def _documents(files: Sequence[Path]) -> dict[str, bytes]:
    """Read what is said to have left, by its place: two letters may have one name."""
    return {str(file): _content(file) for file in files}


def _proved(notice: NoticeRecord) -> str:
    proved = [each for each in notice.statement["reasons"] if each["from"] == MODEL]
    reasons = counted(len(notice.statement["reasons"]), "reason")
    return (
        f"{notice.decision.decision} {notice.facts.kind}: proved. The decision, "
        f"{reasons}, of them {len(proved)} by scoring again, "
        "and the law's figures came out to the bit.\n"
    )


def _same(record: Record) -> str:
    if record.route == NONE:
        return f"{record.decision}: identical. No model scored it; its inputs hold.\n"
    features = counted(len(record.figures.contributions), "feature")
    return (
        f"{record.decision}: identical. Inputs, PD {record.figures.pd!r}, score "
        f"{record.figures.score}, the points of {features} and the recommendation "
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
        "--document",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a PDF or HTML file, held against those that left with a notice; may be repeated",
    )
    parser.add_argument(
        "--policy-contract",
        type=Path,
        metavar="FILE",
        help="contract whose policy was in force, where it is not the bundle's",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
