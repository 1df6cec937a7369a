from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import model_versions, promotion_steps
from credit.management.console import ProductCommand, product_named, user_named
from credit.models import ModelVersion, Product


class Command(ProductCommand):
    help = (
        "Make the champion before the champion again, at the word of one validator. The version"
        " that goes never serves any more, and a running canary is taken back. With --canary only"
        " the canary is."
    )
    example = "rollback consumer-loan --instead-of consumer-loan/3 --by vera --note 'Odd scores'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="as in consumer-loan")
        parser.add_argument("--by", required=True, help="username of the validator who signs")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--canary", action="store_true", help="take back the canary alone")
        which.add_argument(
            "--instead-of", help="the champion that is to go, so that nobody else went back already"
        )
        parser.add_argument("--note", default="", help="why; it may be said later")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product, at = product_named(options["product"]), timezone.now()
        by, note = user_named(options["by"]), options["note"]
        if options["canary"]:
            moved = promotion_steps.take_back(product_id=product.pk, by=by, at=at, note=note)
        else:
            goes = options["instead_of"] or _champion_of(product)
            moved = model_versions.roll_back(
                product_id=product.pk, instead_of=goes, by=by, at=at, note=note
            )
        return {"version": moved.name, "stage": str(moved.stage)}

    def tell(self, facts: dict[str, Any]) -> None:
        is_back = facts["stage"] == ModelVersion.Stage.CHAMPION
        stands = "is the champion again" if is_back else "is the canary no more"
        self.stdout.write(f"{facts['version']} {stands}.")


def _champion_of(product: Product) -> str:
    champion = product.versions.filter(stage=ModelVersion.Stage.CHAMPION).first()
    return champion.name if champion else ""
