import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import ProgrammingError
from django.db.models import Q
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from credit.models import ModelVersion, Product, User
from credit.store import FileAltered, FileMissing
from monitoring import queries, reports
from monitoring.models import FairnessReport
from monitoring.tables import fairness_table

EXAMPLE = "Example: manage.py fairness consumer-loan --by carla"


class Command(BaseCommand):
    help = (
        "Compare approval rates, TPR and FPR between the protected groups of a product, print "
        f"what they come to, and store it. Reading the vault is audited. {EXAMPLE}"
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        # Django's own --version gives way: here a version is a model's.
        return super().create_parser(*args, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument(
            "--version", dest="number", type=int, help="number of a model; default the champion"
        )
        parser.add_argument("--by", help="username of who asks, for the audit trail")
        parser.add_argument("--json", action="store_true", help="print JSON for other programs")

    def handle(self, **options: Any) -> None:
        version = _version(options["product"], options["number"])
        by = _user(options["by"])
        made = _make(version, by=by)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(each) for each in made], cls=DjangoJSONEncoder))
        else:
            self.stdout.write("\n\n\n".join(fairness_table(each) for each in made))


def _make(version: ModelVersion, *, by: User | None) -> list[queries.FairnessView]:
    at = timezone.now()
    try:
        made = [
            reports.make(version=version, population=population, by=by, at=at)
            for population in FairnessReport.Population.values
        ]
    except (FileMissing, FileAltered) as error:
        raise CommandError(f"{version}: {error}") from error
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        raise CommandError(
            "PostgreSQL refuses this login the vault: use the worker's, not the web server's."
        ) from error
    return [queries.view(report) for report in made if report is not None]


def _version(slug: str, number: int | None) -> ModelVersion:
    if not Product.objects.filter(slug=slug).exists():
        known = ", ".join(Product.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no product {slug}. There is: {known or 'none yet'}.")
    chosen = Q(stage=ModelVersion.Stage.CHAMPION) if number is None else Q(number=number)
    versions = ModelVersion.objects.select_related("product", "contract", "snapshot")
    found = versions.filter(chosen, product__slug=slug).first()
    if found is None:
        raise CommandError(
            f"{slug} has no champion." if number is None else f"There is no {slug}/{number}."
        )
    return found


def _user(username: str | None) -> User | None:
    if username is None:
        return None
    found = User.objects.filter(username=username).first()
    if found is None:
        raise CommandError(f"There is no user {username}.")
    return found
