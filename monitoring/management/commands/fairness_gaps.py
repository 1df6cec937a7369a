import json
from argparse import BooleanOptionalAction
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import ProgrammingError
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from credit.management.console import database_in_words, user_who_may
from credit.models import ModelVersion, Product, Role, User
from credit.serving import ModelUnavailable
from credit.store import FileAltered, FileMissing
from monitoring.gaps import due as gaps_due
from monitoring.gaps import making as gaps_making
from monitoring.gaps import queries as gaps
from monitoring.gaps.queries import GapView
from monitoring.gaps.tables import gaps_table
from scoring.engine import EngineFailed

EXAMPLE = "Example: manage.py fairness_gaps consumer-loan --by carla"


class Command(BaseCommand):
    help = (
        "Say where the gaps of score between the protected groups of a product come from, by the "
        "model's exact reasons, and how well its features tell the group. What is missing is "
        "computed and stored: of a version once, of each month of live decisions once. Reading "
        f"the vault is audited. {EXAMPLE}"
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        # Django's own --version gives way: here a version is a model's.
        return super().create_parser(*args, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("product", help="slug of the product, as in consumer-loan")
        parser.add_argument(
            "--version", dest="number", type=int, help="number of a model; default the champion"
        )
        parser.add_argument(
            "--live", action=BooleanOptionalAction, default=True, help="live decisions too"
        )
        # What is made is kept, and reads the vault: both name who asked.
        parser.add_argument("--by", required=True, help="username of who asks")
        parser.add_argument("--json", action="store_true", help="print JSON for other programs")

    @database_in_words()
    def handle(self, **options: Any) -> None:
        to = "ask for a report on groups"
        by = user_who_may(options["by"], Role.COMPLIANCE, Role.MODEL_VALIDATOR, to=to)
        product = _product(options["product"])
        version = _version(product, options["number"])
        _make(product, version, by=by, is_live=options["live"])
        found = [gaps.of_version(product.slug, version.number)]
        if options["live"]:
            found.append(gaps.of_month(product.slug))
        views = [view for view in found if view is not None]
        self.stdout.write(_json(views) if options["json"] else _text(views))


def _make(product: Product, version: ModelVersion, *, by: User, is_live: bool) -> None:
    at = timezone.now()
    try:
        gaps_making.make_validation(version=version, by=by, at=at)
        for month in gaps_due.months_due(product, at=at) if is_live else ():
            gaps_making.make_month(product=product, month=month, by=by, at=at)
    except (FileMissing, FileAltered, ModelUnavailable, EngineFailed) as error:
        raise CommandError(f"{version}: {error}") from error
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        raise CommandError(
            "PostgreSQL refuses this login the vault: use the worker's, not the web server's."
        ) from error


def _json(views: list[GapView]) -> str:
    return json.dumps([asdict(view) for view in views], cls=DjangoJSONEncoder)


def _text(views: list[GapView]) -> str:
    return "\n\n\n".join(gaps_table(view) for view in views)


def _product(slug: str) -> Product:
    found = Product.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Product.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no product {slug}. There is: {known or 'none yet'}.")
    return found


def _version(product: Product, number: int | None) -> ModelVersion:
    versions = product.versions.select_related("product", "contract", "snapshot")
    if number is None:
        found = versions.filter(stage=ModelVersion.Stage.CHAMPION).first()
        missing = f"{product.slug} has no champion."
    else:
        found = versions.filter(number=number).first()
        missing = f"There is no {product.slug}/{number}."
    if found is None:
        raise CommandError(missing)
    return found
