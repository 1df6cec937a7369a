from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import policy_proposals
from credit.management.console import ProductCommand, product_named, user_named
from credit.models import PolicyProposal


class Command(ProductCommand):
    help = (
        "Take back a proposed policy by its number, or an approved one before its date by its name."
    )
    example = "withdraw_policy consumer-loan/3 --by vera --why 'The rate was not raised'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("what", help="a proposal as in 12, or a policy as in consumer-loan/3")
        parser.add_argument("--by", required=True, help="username of who takes it back")
        parser.add_argument("--why", default="", help="needed for a policy that was approved")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        by, now, what = user_named(options["by"]), timezone.now(), options["what"]
        if what.isdecimal():
            try:
                policy_proposals.drop(proposal_id=int(what), by=by, at=now, words=options["why"])
            except PolicyProposal.DoesNotExist as missing:
                raise CommandError(f"There is no proposal {what}.") from missing
        else:
            policy_proposals.withdraw(policy_id=_policy(what), by=by, at=now, why=options["why"])
        return {"taken_back": what}

    def tell(self, facts: dict[str, Any]) -> None:
        self.stdout.write(f"{facts['taken_back']} is taken back.")


def _policy(name: str) -> int:
    slug, _, number = name.rpartition("/")
    policies = product_named(slug).policies
    found = policies.filter(number=number if number.isdecimal() else -1).first()
    if found is None:
        raise CommandError(f"There is no policy {name}.")
    return int(found.pk)
