from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import records
from credit.management.commands.export_record import write_private
from credit.management.console import ProductCommand, user_named
from credit.models import Notice


class Command(ProductCommand):
    help = (
        "Write a notice that left as files: its certificate, the PDF and HTML, and the bundle, for "
        "somebody who has neither our database nor Django to prove every reason again. They are "
        "as confidential as the notice."
    )
    example = "export_notice 17 --by carl --out proof"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("notice", type=int, help="number of the notice, as its page shows it")
        parser.add_argument("--by", required=True, help="auditor, compliance or model validator")
        parser.add_argument("--out", type=Path, default=Path(), help="folder; default: this one")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        number, folder = options["notice"], options["out"]
        try:
            exported = records.export_notice(
                notice_id=number, by=user_named(options["by"]), at=timezone.now()
            )
        except Notice.DoesNotExist as missing:
            raise CommandError(f"There is no notice {number}.") from missing
        folder.mkdir(parents=True, exist_ok=True)
        policy = exported.policy_contract
        contents = {
            "notice": (".json", exported.notice),
            "pdf": (".pdf", exported.pdf),
            "html": (".html", exported.html),
            "bundle": (".bundle.zip", exported.bundle),
            "policy_contract": (".policy.toml", policy.encode() if policy else None),
        }
        written = write_private(folder, f"notice-{number}", contents)
        return {"files": written, "verify": _verify_by(written)}

    def tell(self, facts: dict[str, Any]) -> None:
        for file in facts["files"].values():
            self.stdout.write(f"written: {file}")
        self.stdout.write(f"Verify with: {facts['verify']}")


def _verify_by(written: dict[str, str]) -> str:
    words = ["python -m scoring.verify", written["notice"]]
    if "bundle" in written:
        words.append(written["bundle"])
    words += [f"--document {written[name]}" for name in ("pdf", "html")]
    if "policy_contract" in written:
        words.append(f"--policy-contract {written['policy_contract']}")
    return " ".join(words)
