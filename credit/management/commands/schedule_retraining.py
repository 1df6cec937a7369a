from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import retrainings
from credit.management.console import ProductCommand, moment, product_named, user_named


class Command(ProductCommand):
    help = "Have a product trained again every so many days; with --off, no more."
    example = "schedule_retraining consumer-loan --every-days 30 --next 2027-01-04T02:00 --by vera"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument("--by", required=True, help="username of who says so")
        parser.add_argument("--every-days", type=int, help="1 to 366")
        parser.add_argument("--next", type=moment, help="the next time, UTC")
        parser.add_argument("--off", action="store_true", help="take the schedule away")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product, by = product_named(options["product"]), user_named(options["by"])
        if options["off"]:
            retrainings.unschedule(product_id=product.pk, by=by, at=timezone.now())
            return {"product": product.slug, "every_days": None, "next_at": None}
        if options["every_days"] is None or options["next"] is None:
            raise CommandError("Say --every-days and --next, or --off.")
        kept = retrainings.schedule(
            product_id=product.pk,
            every_days=options["every_days"],
            next_at=options["next"],
            by=by,
            at=timezone.now(),
        )
        return {"product": product.slug, "every_days": kept.every_days, "next_at": kept.next_at}

    def tell(self, facts: dict[str, Any]) -> None:
        if facts["every_days"] is None:
            self.stdout.write(f"{facts['product']} is trained on schedule no more.")
        else:
            days = "day" if facts["every_days"] == 1 else f"{facts['every_days']} days"
            self.stdout.write(
                f"{facts['product']} is trained every {days}, next at "
                f"{facts['next_at']:%Y-%m-%d %H:%M} UTC."
            )
