from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import training_runs
from credit.management.console import ProductCommand, user_named
from credit.models import TrainingRun


class Command(ProductCommand):
    help = "Cancel a training that waits or is on: its worker stops at its next word of progress."
    example = "cancel_training 17 --by vera"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("run", type=int, help="its number, as `retrain` says it")
        parser.add_argument("--by", required=True, help="username of who cancels it")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            run = training_runs.cancel(
                run_id=options["run"], by=user_named(options["by"]), at=timezone.now()
            )
        except TrainingRun.DoesNotExist as missing:
            raise CommandError(f"There is no training run {options['run']}.") from missing
        return {"run": run.pk, "state": str(run.state), "share_done": run.share_done}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"The training run {facts['run']} is cancelled.")
