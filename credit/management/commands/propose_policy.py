from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import policy_proposals
from credit.management.console import ProductCommand, moment, product_named, user_named
from credit.queries import policies
from scoring.contracts.policy_texts import TextNotRewritable, changed


class Command(ProductCommand):
    help = (
        "Ask for a change of a product's policy. Nothing holds before another person approves it:"
        " see approve_policy. --set names a setting by its path, as `manage.py policies PRODUCT"
        " --in-full` lists them; an empty value takes it away, policy.rules.NAME= a rule, and"
        " policy.promotion= all steps into service."
    )
    example = (
        "propose_policy consumer-loan --set policy.approve_pd_at_most=0.14"
        " --set policy.rules.max_amount.at_most=9000 --from 2026-12-01T00:00"
        " --by ada --why 'Losses of the last quarter'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--set", action="append", metavar="PATH=VALUE", help="may be repeated")
        what.add_argument("--file", type=Path, help="the contract with the changed policy in it")
        parser.add_argument(
            "--from",
            dest="valid_from",
            type=moment,
            help="from when it holds, UTC; without, from its approval",
        )
        parser.add_argument("--by", required=True, help="username of who asks")
        parser.add_argument("--why", required=True, help="why the policy should change")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        product, now = product_named(options["product"]), timezone.now()
        made = policy_proposals.propose(
            product_id=product.pk,
            source=options["file"].read_bytes()
            if options["file"]
            else _changed(product.pk, options["set"]),
            valid_from=options["valid_from"],
            why=options["why"],
            by=user_named(options["by"]),
            at=now,
        )
        found = policies.proposal(made.pk, at=now)
        return {
            "proposal": made.pk,
            "product": product.slug,
            "instead_of": found.row.base_number,
            "valid_from": made.valid_from,
            "hash": made.hash,
            "changes": [
                {"setting": each.path, "before": each.before, "after": each.after}
                for each in found.changes
            ],
        }

    def tell(self, facts: dict[str, Any]) -> None:
        for each in facts["changes"]:
            before, after = each["before"] or "nothing", each["after"] or "nothing"
            self.stdout.write(f"{each['setting']}: {before} → {after}")
        self.stdout.write(
            f"Proposal {facts['proposal']} waits for another person:"
            f" manage.py approve_policy {facts['proposal']} --by USER"
        )


def _changed(product_id: int, pairs: list[str]) -> bytes:
    begins_from = policies.to_change(product_id)
    if begins_from is None:
        raise CommandError("No policy was put in force for this product yet.")
    wrong = next((pair for pair in pairs if "=" not in pair), None)
    if wrong is not None:
        raise CommandError(f"--set {wrong}: write PATH=VALUE.")
    try:
        return changed(begins_from.contract, dict(pair.split("=", 1) for pair in pairs)).encode()
    except TextNotRewritable as refused:
        raise CommandError(str(refused)) from refused
