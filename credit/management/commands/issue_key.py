from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import api_keys
from credit.management.console import ProductCommand, user_named
from credit.models.partners import Scope
from credit.rates import Limit


class Command(ProductCommand):
    help = "Issue an API key or an OAuth client to a partner, made known if new. Shown once."
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
        parser.add_argument(
            "--oauth",
            action="store_true",
            help="an OAuth client, whose secret is changed for tokens",
        )
        parser.add_argument(
            "--rate", type=int, metavar="N", help="requests a second; else as its partner may"
        )
        parser.add_argument(
            "--burst", type=int, metavar="N", help="requests at once; twice the rate if not given"
        )
        parser.add_argument("--by", help="username of the administrator who issues it")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        issued = api_keys.issue(
            partner=options["partner"],
            scopes=options["scopes"],
            by=user_named(options["by"]) if options["by"] else None,
            at=now,
            expires_at=now + timedelta(days=options["expires_days"]),
            is_client=options["oauth"],
            limit=_limit(options["rate"], options["burst"]),
        )
        return {
            "partner": options["partner"],
            "name": issued.api_key.name,
            "key": issued.key,
            "scopes": issued.api_key.scopes,
            "expires_at": issued.api_key.expires_at,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(facts["key"])
        self.stderr.write(
            f"{facts['name']} for {facts['partner']}: {', '.join(facts['scopes'])}, until "
            f"{facts['expires_at']:%Y-%m-%d}. It will not be shown again."
        )


def _limit(rate: int | None, burst: int | None) -> Limit | None:
    if rate is None:
        if burst is not None:
            raise CommandError("--burst needs --rate.")
        return None
    return Limit(rate, 2 * rate if burst is None else burst)
