from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.actions import api_keys
from credit.management.console import ProductCommand, user_named
from credit.models.partners import Scope


class Command(ProductCommand):
    help = "Issue an API key to a partner, who is made known if new. It is shown once."
    example = "issue_key acme-broker --scope score --scope read --expires-days 90"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("partner", help="small letters, digits and dashes")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            dest="scopes",
            help=f"what it may do, once for each: {', '.join(Scope.values)}",
        )
        parser.add_argument("--expires-days", type=int, default=365, help="default 365")
        parser.add_argument("--by", help="username of the administrator who issues it")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        issued = api_keys.issue(
            partner=options["partner"],
            scopes=options["scopes"],
            by=user_named(options["by"]) if options["by"] else None,
            at=now,
            expires_at=now + timedelta(days=options["expires_days"]),
        )
        return {
            "partner": options["partner"],
            "key": issued.key,
            "scopes": issued.api_key.scopes,
            "expires_at": issued.api_key.expires_at,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(facts["key"])
        self.stderr.write(
            f"For {facts['partner']}: {', '.join(facts['scopes'])}, until "
            f"{facts['expires_at']:%Y-%m-%d}. It will not be shown again."
        )
