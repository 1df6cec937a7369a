from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import policy_proposals
from credit.management.console import ProductCommand, user_named
from credit.models import PolicyProposal


class Command(ProductCommand):
    help = (
        "Approve a change of policy that another person asked for, or refuse it with words. It"
        " holds from its date on, or at once, in every process within half a second."
    )
    example = "approve_policy 12 --by vera"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("proposal", type=int, help="its number, as propose_policy says it")
        parser.add_argument("--by", required=True, help="a validator or compliance, not who asked")
        parser.add_argument("--refuse", metavar="WORDS", help="refuse it, and say why")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        who: dict[str, Any] = {"by": user_named(options["by"]), "at": timezone.now()}
        proposal_id = options["proposal"]
        try:
            if options["refuse"] is not None:
                refused = policy_proposals.refuse(
                    proposal_id=proposal_id, words=options["refuse"], **who
                )
                return {"proposal": refused.pk, "state": str(refused.state), "policy": None}
            policy = policy_proposals.approve(proposal_id=proposal_id, **who)
        except PolicyProposal.DoesNotExist as missing:
            raise CommandError(f"There is no proposal {proposal_id}.") from missing
        return {
            "proposal": proposal_id,
            "state": "approved",
            "policy": f"{policy.product.slug}/{policy.number}",
            "in_force_from": policy.in_force_from,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        if facts["policy"] is None:
            self.stdout.write(f"Proposal {facts['proposal']} is refused.")
        else:
            at = f"{facts['in_force_from']:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(f"Policy {facts['policy']} holds from {at}.")
