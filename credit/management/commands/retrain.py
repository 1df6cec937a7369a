import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import retrainings, training_runs
from credit.management.console import ProductCommand, product_named, training_bar, user_named
from credit.models import TrainingRun

_SECONDS_BETWEEN_LOOKS = 0.5


class Command(ProductCommand):
    help = (
        "Ask the learning worker for a new candidate; with --wait, see it through. With --trigger"
        " only where the schedule, new outcomes or drift ask for it."
    )
    example = "retrain consumer-loan --by vera --wait"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("--by", help="username of who asks for it")
        parser.add_argument(
            "--trigger",
            action="store_true",
            help="in the name of nobody, as the worker does by itself",
        )
        parser.add_argument(
            "--plain",
            action="store_true",
            help="by the contract alone, without the recipe that the champion was trained by",
        )
        parser.add_argument("--wait", action="store_true", help="until it succeeded or failed")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        run = _asked(options)
        if run is None:
            return {"run": None, "state": "not due", "version": None, "problem": ""}
        if options["wait"]:
            run = _wait(run, silent=options["json"])
        return {
            "run": run.pk,
            "state": str(run.state),
            "trigger": str(run.trigger),
            "why": run.why,
            "version": run.version.name if run.version else None,
            "problem": run.problem,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        if facts["version"]:
            self.stdout.write(f"{facts['version']} is trained and waits for a validator.")
        elif facts["run"] is None:
            self.stdout.write("Nothing asks for a training, or none may start now.")
        elif not facts["problem"] and facts["state"] != TrainingRun.State.CANCELLED:
            self.stdout.write(f"The training run {facts['run']} is {facts['state']}.")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts["problem"]:
            raise CommandError(facts["problem"])
        if facts["state"] == TrainingRun.State.CANCELLED:
            raise CommandError(f"The training run {facts['run']} was cancelled.")


def _asked(options: dict[str, Any]) -> TrainingRun | None:
    product, now = product_named(options["product"]), timezone.now()
    if options["trigger"]:
        return retrainings.start_due(product_id=product.pk, at=now)
    if not options["by"]:
        raise CommandError("Say --by whom, or --trigger.")
    return training_runs.request(
        product_id=product.pk, by=user_named(options["by"]), at=now, is_plain=options["plain"]
    )


def _wait(run: TrainingRun, *, silent: bool) -> TrainingRun:
    with training_bar(silent=silent) as show:
        while run.state in training_runs.UNFINISHED:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            run = TrainingRun.objects.select_related("version__product").get(pk=run.pk)
            show(run.step or "Waiting for the worker", run.share_done)
    return run
