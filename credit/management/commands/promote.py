from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import model_versions
from credit.management.console import ProductCommand, user_named, version_named
from credit.models import ModelVersion


class Command(ProductCommand):
    help = (
        "Make a model version the champion, at the word of a validator who did not train it; or"
        " with --shadow let it score beside the champion without answering anybody."
    )
    example = "promote consumer-loan/2 --by vera --note 'Better calibrated'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument("--by", required=True, help="username of the validator who signs")
        parser.add_argument("--note", required=True, help="why this version may serve")
        parser.add_argument("--shadow", action="store_true", help="into shadow, not into service")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        version = version_named(options["version"])
        sign = model_versions.shadow if options["shadow"] else model_versions.promote
        signed = sign(
            version_id=version.pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            note=options["note"],
        )
        return {"version": signed.name, "stage": str(signed.stage)}

    def tell(self, facts: dict[str, Any]) -> None:
        is_shadow = facts["stage"] == ModelVersion.Stage.SHADOW
        stands = "in shadow" if is_shadow else "the champion"
        self.stdout.write(f"{facts['version']} is now {stands}.")
