from typing import Any

from django.utils import timezone

from credit.actions import audit
from credit.management.console import ProductCommand
from scoring.plurals import counted


class Command(ProductCommand):
    help = "Seal every event of the audit trail that no seal covers yet."
    example = "seal_audit"

    def work(self, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        sealed, seals = 0, 0
        while made := audit.seal(at=timezone.now(), back=audit.Back.EVERYTHING):
            sealed, seals = sealed + made.events, seals + 1
        return {"events": sealed, "seals": seals}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(
            f"Sealed {counted(facts['events'], 'event')} under {counted(facts['seals'], 'seal')}."
        )
