from typing import Any

from django.utils import timezone

from credit.actions import populations
from credit.management.console import ProductCommand
from scoring.plurals import counted


class Command(ProductCommand):
    help = (
        "Count the applications that other cut-offs are tried on, where something changed. The"
        " worker does it every few minutes; this does it now. It reads the vault as the worker"
        " may."
    )
    example = "count_populations"

    def work(self, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {"months": populations.count_due(at=timezone.now())}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"Counted {counted(facts['months'], 'month')}.")
