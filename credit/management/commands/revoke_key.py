from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import api_keys
from credit.management.console import ProductCommand, key_named, user_named


class Command(ProductCommand):
    help = "Revoke an API key or an OAuth client: it is good for nothing within a second."
    example = "revoke_key ev_3f9a1c0b2d4e"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="as `list_keys` shows it; never the whole key")
        parser.add_argument("--by", help="username of the administrator who revokes it")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        key = api_keys.revoke(
            key_id=key_named(options["name"]).pk,
            by=user_named(options["by"]) if options["by"] else None,
            at=timezone.now(),
        )
        return {"name": key.name, "revoked_at": key.revoked_at}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"{facts['name']} is revoked.")
