from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import training, training_runs
from credit.management.console import (
    ProductCommand,
    add_engine_argument,
    product_named,
    training_bar,
    user_named,
)


class Command(ProductCommand):
    help = "Train a candidate in this process, from the product's newest loans and outcomes."
    example = "train consumer-loan --by dana"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("--by", required=True, help="username of who asks for it")
        add_engine_argument(parser)

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        run = training_runs.request(
            product_id=product_named(options["product"]).pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            enqueue=False,
        )
        with training_bar(silent=options["json"]) as show:
            version = training.run(
                run_id=run.pk,
                at=timezone.now(),
                progress=show,
                clock=timezone.now,
                engine=options["engine"],
            )
        return {"version": version.name, "metrics": version.metrics, "gates": version.gates}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"{facts['version']} is trained and waits for a validator.")
        for gate in facts["gates"]:
            passed = "passed" if gate["passed"] else "NOT passed"
            self.stdout.write(f"  {gate['name']}: {passed}. {gate['detail']}")
