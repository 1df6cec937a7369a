from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import api_keys
from credit.management.console import ProductCommand, key_named, user_named


class Command(ProductCommand):
    help = (
        "Replace an API key or an OAuth client. The new one is shown once, the old one ends later."
    )
    example = "rotate_key ev_3f9a1c0b2d4e --overlap-hours 48"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="as `list_keys` shows it; never the whole key")
        parser.add_argument(
            "--overlap-hours",
            type=int,
            default=24 * 7,
            help="how long the old one stays good (168)",
        )
        parser.add_argument("--by", help="username of the administrator who replaces it")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        old = key_named(options["name"])
        issued = api_keys.rotate(
            key_id=old.pk,
            overlap=timedelta(hours=options["overlap_hours"]),
            by=user_named(options["by"]) if options["by"] else None,
            at=timezone.now(),
        )
        old.refresh_from_db()
        return {
            "name": issued.api_key.name,
            "key": issued.key,
            "expires_at": issued.api_key.expires_at,
            "replaces": old.name,
            "old_expires_at": old.expires_at,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(facts["key"])
        self.stderr.write(
            f"{facts['name']} is good until {facts['expires_at']:%Y-%m-%d} and will not be shown "
            f"again. {facts['replaces']} stays good until {facts['old_expires_at']:%Y-%m-%d %H:%M}."
        )
