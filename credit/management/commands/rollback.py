from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import model_versions, promotion_steps
from credit.management.console import ProductCommand, product_named, user_named
from credit.models import ModelVersion


class Command(ProductCommand):
    help = (
        "Make the champion before the champion again, at the word of one validator. The version"
        " that goes never serves any more, and a running canary is taken back. With --canary only"
        " the canary is."
    )
    example = "rollback consumer-loan --by vera --note 'Declines far too many'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="as in consumer-loan")
        parser.add_argument("--by", required=True, help="username of the validator who signs")
        parser.add_argument("--canary", action="store_true", help="take back the canary alone")
        parser.add_argument("--note", default="", help="why; it may be said later")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        act = promotion_steps.take_back if options["canary"] else model_versions.roll_back
        moved = act(
            product_id=product_named(options["product"]).pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            note=options["note"],
        )
        return {"version": moved.name, "stage": str(moved.stage)}

    def tell(self, facts: dict[str, Any]) -> None:
        is_back = facts["stage"] == ModelVersion.Stage.CHAMPION
        stands = "is the champion again" if is_back else "is the canary no more"
        self.stdout.write(f"{facts['version']} {stands}.")
