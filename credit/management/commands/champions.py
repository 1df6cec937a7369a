from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from credit.management.console import ProductCommand, moment, product_named
from credit.queries import registry


class Command(ProductCommand):
    help = (
        "List every move of a product's model versions, the newest first, and at whose word it was."
        " With --at say which was champion at a moment, which scored beside it as the canary, and"
        " who signed."
    )
    example = "champions consumer-loan --at 2026-03-03T10:00"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="as in consumer-loan")
        parser.add_argument("--at", type=moment, metavar="MOMENT", help="UTC, as 2026-03-03T10:00")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        slug, at = product_named(options["product"]).slug, options["at"]
        if at is None:
            changes = [asdict(each) for each in registry.history(slug)]
            return {"product": slug, "changes": changes}
        champion, canary = registry.champion_at(slug, at), registry.canary_at(slug, at)
        return {
            "product": slug,
            "at": at,
            "champion": asdict(champion) if champion else None,
            "canary": asdict(canary) if canary else None,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        if "at" in facts:
            self._tell_of_a_moment(facts)
            return
        if not facts["changes"]:
            self.stdout.write(f"No version of {facts['product']} was trained yet.")
        for each in facts["changes"]:
            said = f": {each['note']}" if each["note"] else ""
            self.stdout.write(
                f"{each['at']:%Y-%m-%d %H:%M}  {each['version_name']}  {each['what']},"
                f" {each['by']}{said}"
            )

    def _tell_of_a_moment(self, facts: dict[str, Any]) -> None:
        if facts["champion"] is None:
            self.stdout.write(f"{facts['product']} had no champion then.")
        for stage in ("champion", "canary"):
            held = facts[stage]
            if held is None:
                continue
            until = f"{held['until']:%Y-%m-%d %H:%M}" if held["until"] else "now"
            self.stdout.write(
                f"{held['version_name']} was {stage} from {held['since']:%Y-%m-%d %H:%M} to"
                f" {until} UTC, signed by {held['signed_by'] or 'nobody'}"
                f"{': ' + held['note'] if held['note'] else ''}"
            )
