from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit import access
from credit.management.console import ProductCommand
from credit.models import ApiKey


class Command(ProductCommand):
    help = "List the API keys and OAuth clients: whose, for what, good until when, last used when."
    example = "list_keys acme-broker"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("partner", nargs="?", help="only this partner's")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        keys = ApiKey.objects.select_related("partner").order_by("partner__slug", "created_at")
        if options["partner"]:
            keys = keys.filter(partner__slug=options["partner"])
        return {"keys": [_told(key) for key in keys]}

    def tell(self, facts: dict[str, Any]) -> None:
        for key in facts["keys"]:
            used = f"{key['last_used_at']:%Y-%m-%d %H:%M}" if key["last_used_at"] else "never"
            self.stdout.write(
                f"{key['name']}  {key['partner']}  {', '.join(key['scopes'])}  {key['state']}"
                f"  until {key['expires_at']:%Y-%m-%d}  last used {used}"
                f"  {key['per_second']}/s, {key['burst']} at once"
            )
        if not facts["keys"]:
            self.stdout.write("There are no keys. `manage.py issue_key` makes one.")


def _told(key: ApiKey) -> dict[str, Any]:
    limit = access.limit_of(key)
    return {
        "name": key.name,
        "partner": key.partner.slug,
        "scopes": key.scopes,
        "state": key.state(timezone.now()),
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "per_second": limit.per_second,
        "burst": limit.burst,
    }
