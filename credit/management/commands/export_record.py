from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import records
from credit.actions.records import Exported
from credit.management.console import ProductCommand, user_named
from credit.models import Decision

PRIVATE = 0o600  # it holds what the applicant stated


class Command(ProductCommand):
    help = (
        "Write a decision's record and its bundle as files, for somebody who has neither our "
        "database nor Django to compute it again. The record is as confidential as the application."
    )
    example = "export_record 01JD8Y6V0Q5W1Z3T9R7N4M2K6B --by ada --out proof"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("decision", help="id of the decision")
        parser.add_argument("--by", required=True, help="auditor, compliance or model validator")
        parser.add_argument("--out", type=Path, default=Path(), help="folder; default: this one")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        decision_id, folder = options["decision"], options["out"]
        by = user_named(options["by"])
        try:
            exported = records.export(decision_id=decision_id, by=by, at=timezone.now())
        except Decision.DoesNotExist as missing:
            raise CommandError(f"There is no decision {decision_id}.") from missing
        folder.mkdir(parents=True, exist_ok=True)
        written = _write(folder, decision_id, exported)
        return {"files": written, "verify": _verify_by(written)}

    def tell(self, facts: dict[str, Any]) -> None:
        for file in facts["files"].values():
            self.stdout.write(f"written: {file}")
        self.stdout.write(f"Verify with: {facts['verify']}")


def _write(folder: Path, decision_id: str, exported: Exported) -> dict[str, str]:
    contents: dict[str, tuple[str, bytes | None]] = {
        "record": (".json", exported.record),
        "bundle": (".bundle.zip", exported.bundle),
        "policy_contract": (
            ".policy.toml",
            None if exported.policy_contract is None else exported.policy_contract.encode(),
        ),
    }
    return write_private(folder, decision_id, contents)


def write_private(
    folder: Path, name: str, contents: Mapping[str, tuple[str, bytes | None]]
) -> dict[str, str]:
    """Write files that only their owner may read, by part: an ending and a content, or None."""
    written = {}
    for part, (suffix, content) in contents.items():
        if content is None:
            continue
        file = folder / f"{name}{suffix}"
        file.touch(mode=PRIVATE)
        file.chmod(PRIVATE)
        file.write_bytes(content)
        written[part] = str(file)
    return written


def _verify_by(written: dict[str, str]) -> str:
    words = ["python -m scoring.verify", written["record"]]
    if "bundle" in written:
        words.append(written["bundle"])
    if "policy_contract" in written:
        words.append(f"--policy-contract {written['policy_contract']}")
    return " ".join(words)
