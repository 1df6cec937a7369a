import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import ProgrammingError
from django.db.models import Q
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from credit.management.console import database_in_words, user_who_may
from credit.models import ModelVersion, Product, Role, User
from credit.store import FileAltered, FileMissing
from monitoring.fairness import across_products, queries, reports
from monitoring.fairness.tables import fairness_table
from monitoring.models import FairnessReport
from scoring.results.windows import months_after

EXAMPLE = (
    "Examples: manage.py fairness consumer-loan --by carla; manage.py fairness consumer-loan "
    "--by carla --stage final --since 2026-01 --until 2026-03; manage.py fairness --across "
    "--by carla --stage final"
)
Population, Stage = FairnessReport.Population, FairnessReport.Stage
Options = dict[str, Any]


class Command(BaseCommand):
    help = (
        "Compare how the protected groups of a product fared, print what it comes to, and store "
        "it: past loans and recommendations, or with --stage, --since or --until a stage of "
        f"deciding over whole months. Reading the vault is audited. {EXAMPLE}"
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        # Django's own --version gives way: here a version is a model's.
        return super().create_parser(*args, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("product", nargs="?", help="slug of the product, as in consumer-loan")
        parser.add_argument(
            "--version", dest="number", type=int, help="number of a model; default the champion"
        )
        parser.add_argument(
            "--all-versions", action="store_true", help="decisions of whichever model"
        )
        parser.add_argument(
            "--across", action="store_true", help="all products that share an attribute, at once"
        )
        parser.add_argument("--stage", choices=Stage.values, help="default: every stage of it")
        parser.add_argument("--since", type=_month, help="first month of decisions, as in 2026-01")
        parser.add_argument(
            "--until",
            type=_month,
            help="last month, whole, as in 2026-03; default the last one that is over",
        )
        # Reports that nobody asked for are the worker's own, by which a month is done.
        parser.add_argument("--by", required=True, help="username of who asks")
        parser.add_argument("--json", action="store_true", help="print JSON for other programs")

    @database_in_words()
    def handle(self, **options: Any) -> None:
        to, at = "ask for a report on groups", timezone.now()
        by = user_who_may(options["by"], Role.COMPLIANCE, Role.MODEL_VALIDATOR, to=to)
        _check(options, at=at)
        made = _made(options, by=by, at=at)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(each) for each in made], cls=DjangoJSONEncoder))
        elif made:
            self.stdout.write("\n\n\n".join(fairness_table(each) for each in made))
        else:
            self.stdout.write("Nobody's group is known among these decisions.")


def _check(options: Options, *, at: datetime) -> None:
    since, until = options["since"], _until(options, at=at)
    if options["across"] == bool(options["product"]):
        raise CommandError("Name a product, or say --across for all of them.")
    if until > at:
        raise CommandError("The last month is not over yet: --until takes whole months.")
    if since and since >= until:
        before = "--until" if options["until"] else "The last month that is over"
        raise CommandError(f"{before} is before --since.")


def _made(options: Options, *, by: User, at: datetime) -> list[queries.FairnessView]:
    try:
        made = list(_make(options, by=by, at=at))
    except (FileMissing, FileAltered) as error:
        name = f"{options['product']}: " if options["product"] else ""
        raise CommandError(f"{name}{error}") from error
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        raise CommandError(
            "PostgreSQL refuses this login the vault: use the worker's, not the web server's."
        ) from error
    return [queries.view(report) for report in made if report is not None]


def _make(options: Options, *, by: User, at: datetime) -> Iterator[FairnessReport | None]:
    period = {"since": options["since"], "until": _until(options, at=at), "by": by, "at": at}
    if options["across"]:
        for stage in _stages(options):
            yield across_products.make(stage=stage, **period)
        return
    of: dict[str, Any] = _of(options)
    if not any(options[name] for name in ("stage", "since", "until", "all_versions")):
        yield reports.make(**of, population=Population.VALIDATION, by=by, at=at)
        yield reports.make(**of, population=Population.DECISIONS, **period)
        return
    for stage in _stages(options):
        yield reports.make(**of, population=Population.DECISIONS, stage=stage, **period)


def _of(options: Options) -> dict[str, ModelVersion | Product]:
    version = None if options["all_versions"] else _version(options["product"], options["number"])
    return {"version": version} if version else {"product": _product(options["product"])}


def _stages(options: Options) -> list[str]:
    return [options["stage"]] if options["stage"] else list(Stage.values)


def _until(options: Options, *, at: datetime) -> datetime:
    """Give the end of the last month, which is not included.

    Until this very moment would be another period each time, and two of them tell the few between.
    """
    last = options["until"]
    day = months_after(last.date(), 1) if last else at.astimezone(UTC).date().replace(day=1)
    return _begins(day)


def _month(said: str) -> datetime:
    try:
        return _begins(date.fromisoformat(f"{said}-01"))
    except ValueError as wrong:
        raise ArgumentTypeError(f"{said} is no month; write it as 2026-01.") from wrong


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _product(slug: str) -> Product:
    found = Product.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Product.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no product {slug}. There is: {known or 'none yet'}.")
    return found


def _version(slug: str, number: int | None) -> ModelVersion:
    product = _product(slug)
    chosen = Q(stage=ModelVersion.Stage.CHAMPION) if number is None else Q(number=number)
    versions = ModelVersion.objects.select_related("product", "contract", "snapshot")
    found = versions.filter(chosen, product=product).first()
    if found is None:
        raise CommandError(
            f"{slug} has no champion." if number is None else f"There is no {slug}/{number}."
        )
    return found
