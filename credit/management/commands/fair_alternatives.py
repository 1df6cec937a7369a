from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import ProgrammingError
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from credit.actions import fair_searching
from credit.management.console import ProductCommand, product_named, training_bar, user_named
from credit.models import FairSearch, ModelVersion
from scoring.plurals import counted


class Command(ProductCommand):
    help = (
        "Search for less discriminatory alternatives to a model, and store what was found. The"
        " same seed and number of tries find the same. Reading the vault is audited."
    )
    example = "fair_alternatives consumer-loan --version 2 --tries 24 --by carla"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument(
            "--version", dest="number", type=int, help="number of a model; default the newest"
        )
        parser.add_argument(
            "--tries", type=int, help="default the contract's; 0 measures its own recipe alone"
        )
        parser.add_argument("--seconds", type=int, help="after which no other is begun; at least 1")
        parser.add_argument("--seed", type=int, help="default that of the contract's training")
        # Without a name it would be the worker's own search, which is made once a version.
        parser.add_argument("--by", required=True, help="username of who asks")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        version = _version(options["product"], options["number"])
        by = user_named(options["by"])
        with training_bar(silent=options["json"]) as show:
            try:
                made = fair_searching.make(
                    version_id=version.pk,
                    at=timezone.now(),
                    clock=timezone.now,
                    tries=options["tries"],
                    seconds=options["seconds"],
                    seed=options["seed"],
                    by=by,
                    progress=show,
                )
            except ProgrammingError as error:
                if not isinstance(error.__cause__, InsufficientPrivilege):
                    raise
                raise CommandError(
                    "PostgreSQL refuses this login the vault: use the worker's, not the web"
                    " server's."
                ) from error
        if made is None:
            raise CommandError(f"Another worker searches beside {version.name} now.")
        return _facts(made, version)

    def tell(self, facts: dict[str, Any]) -> None:
        found = facts["found"]
        if found is None:
            return
        unseen = counted(found["people"]["untouched"], "loan")
        self.stdout.write(
            f"{facts['version']}: tried {found['tried']} of {found['asked']}"
            f"{', stopped by the clock' if found['is_stopped'] else ''}; measured"
            f" {len(found['alternatives'])} on {unseen} that the search"
            f" has not seen (search {facts['search']})."
        )
        for name, each in [
            ("this version's recipe", found["base"]),
            *((each["key"], each) for each in found["alternatives"]),
        ]:
            self.stdout.write(f"  {name:<22} {_line(each['figures'])}")

    def conclude(self, facts: dict[str, Any]) -> None:
        if facts["problem"]:
            raise CommandError(facts["problem"])


def _version(slug: str, number: int | None) -> ModelVersion:
    versions = product_named(slug).versions.select_related("product")
    if number is not None:
        versions = versions.filter(number=number)
    found = versions.order_by("-number").first()
    if found is None:
        raise CommandError(
            f"{slug} has no model." if number is None else f"There is no {slug}/{number}."
        )
    return found


def _facts(made: FairSearch, version: ModelVersion) -> dict[str, Any]:
    return {
        "search": made.pk,
        "version": version.name,
        "seed": made.seed,
        "tries": made.tries,
        "seconds": made.seconds,
        "problem": made.problem,
        "found": made.found,
    }


def _line(figures: dict[str, Any]) -> str:
    lowest, profit, auc = figures["lowest"], figures["profit"], figures["auc"]
    air = "AIR insufficient evidence"
    if lowest:
        air = (
            f"AIR {lowest['air']:.2f} [{lowest['low']:.2f}, {lowest['high']:.2f}] {lowest['label']}"
        )
    return (
        f"{air}; profit {profit['value']:+.2%} [{profit['low']:+.2%}, {profit['high']:+.2%}];"
        f" AUC {auc['value']:.3f} [{auc['low']:.3f}, {auc['high']:.3f}]"
    )
