from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import gate_waivers
from credit.management.console import ProductCommand, user_named, version_named


class Command(ProductCommand):
    help = (
        "Propose that a failed gate be let pass, with words; or with --sign agree as the second"
        " person, a validator or compliance. Parity and reasons are never waived."
    )
    example = "waive_gate consumer-loan/2 stability --by vera --why 'One fold holds 9 bad loans'"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument("gate", help="name of the gate, as its page says")
        parser.add_argument("--by", required=True, help="username of who signs")
        does = parser.add_mutually_exclusive_group(required=True)
        does.add_argument("--why", help="in a sentence, by who signs first")
        does.add_argument("--sign", action="store_true", help="agree to what another proposed")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        version, by = version_named(options["version"]), user_named(options["by"])
        if options["sign"]:
            proposed = {each.gate: each for each in version.waivers_now()}
            found = proposed.get(options["gate"])
            if found is None:
                raise CommandError(f"Nobody proposed to waive {options['gate']}.")
            waiver = gate_waivers.sign(waiver_id=found.pk, by=by, at=timezone.now())
        else:
            waiver = gate_waivers.propose(
                version_id=version.pk,
                gate=options["gate"],
                why=options["why"],
                by=by,
                at=timezone.now(),
            )
        return {
            "version": version.name,
            "gate": waiver.gate,
            "is_waived": waiver.second_by_id is not None,
        }

    def tell(self, facts: dict[str, Any]) -> None:
        stands = "is waived" if facts["is_waived"] else "waits for a second signature"
        self.stdout.write(f"{facts['version']}: {facts['gate']} {stands}.")
