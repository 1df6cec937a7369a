"""What our commands have in common: an example in the help, `--json`, sentences for errors."""

import json
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, ProgrammingError
from psycopg.errors import UndefinedTable
from tqdm import tqdm

from credit import contention
from credit.actions.refusals import ActionDenied, require_role
from credit.models import ApiKey, ModelVersion, Partner, Product, PromotionRequest, Role, User
from scoring.contract import ContractRefused
from scoring.files.ingestion import IngestionRefused
from scoring.files.reading import FileRefused


@contextmanager
def database_in_words() -> Iterator[None]:
    """Say what to do about a database without tables, or one where others were at the same rows."""
    try:
        yield
    except OperationalError as error:
        if _is_lost(error):
            raise CommandError(
                f"The database cannot be reached: {str(error).splitlines()[0]}. `./run status` says"
                " what runs; another server is named by DATABASE_URL."
            ) from error
        if not contention.is_contention(error):
            raise
        raise CommandError(
            "Somebody else was changing the same records at this moment, and this command gave way."
            " Run it again."
        ) from error
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable):
            raise
        raise CommandError(
            "This database does not have the product's tables. Make them first: "
            "python manage.py migrate --database owner"
        ) from error


def _is_lost(error: OperationalError) -> bool:
    """Say whether nobody answered: what a server says of a statement has a code."""
    cause = error.__cause__
    return isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None


class ProductCommand(BaseCommand):
    """A command of the product: `work` answers with facts, `tell` puts them into words."""

    example: ClassVar[str] = ""
    # Django's checks are for who changes the product: migrating runs them. They load every page,
    # which was half of what a command took to start.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Put the example under the help."""
        return super().create_parser(
            prog_name,
            subcommand,
            epilog=f"Example:\n  python manage.py {self.example}",
            formatter_class=RawDescriptionHelpFormatter,
            conflict_handler="resolve",  # `promote --version` and Django's own may both be wanted
            **kwargs,
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Every command can answer to a program."""
        parser.add_argument("--json", action="store_true", help="print JSON for other programs")

    @database_in_words()
    def handle(self, **options: Any) -> None:
        """Do the work; a refusal is a sentence and exit code 1, never a stack trace."""
        try:
            facts = self.work(options)
        except (ActionDenied, ContractRefused, FileRefused, IngestionRefused) as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        if options["json"]:
            self.stdout.write(json.dumps(facts, cls=DjangoJSONEncoder))
        else:
            self.tell(facts)
        self.conclude(facts)

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        """Do it, and say what came of it."""
        raise NotImplementedError

    def tell(self, facts: dict[str, Any]) -> None:
        """Say it to a person."""
        raise NotImplementedError

    def conclude(self, facts: dict[str, Any]) -> None:
        """Raise `CommandError` where what was found means exit code 1."""


def add_engine_argument(parser: CommandParser) -> None:
    """Let a command work on a cluster; without a word the settings say where."""
    parser.add_argument(
        "--dask",
        action="store_const",
        const="dask",
        default=settings.EVENHAND_ENGINE,
        dest="engine",
        help="work on a Dask cluster: the one at EVENHAND_DASK_SCHEDULER, or processes of this "
        "machine",
    )


def day(text: str) -> date:
    """Read a day that an option names."""
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise ArgumentTypeError(f"{text} is no day; write it as in 2026-12-01") from wrong


def moment(text: str) -> datetime:
    """Read a moment that an option names; without another word it is one in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise ArgumentTypeError(f"{text} is no moment; write it as in 2026-12-01T08:00") from wrong
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def user_named(username: str) -> User:
    """Find the person an option names."""
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as missing:
        known = ", ".join(User.objects.order_by("username").values_list("username", flat=True)[:20])
        raise CommandError(
            f"There is no user {username}. There is: {known or 'none'}."
        ) from missing


def user_who_may(username: str, *roles: Role, to: str) -> User:
    """Find the person an option names, where one of these roles lets them."""
    found = user_named(username)
    try:
        require_role(found, *roles, to=to)
    except ActionDenied as denied:
        raise CommandError(str(denied)) from denied
    return found


def key_named(name: str) -> ApiKey:
    """Find the key or OAuth client an argument names by its public part."""
    prefix = name.partition("_")[2] or name
    key = ApiKey.objects.filter(prefix=prefix).first()
    if key is None:
        raise CommandError("There is no such key. `manage.py list_keys` shows their names.")
    return key


def product_named(slug: str) -> Product:
    """Find the product an argument names."""
    try:
        return Product.objects.get(slug=slug)
    except Product.DoesNotExist as missing:
        known = ", ".join(Product.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no product {slug}. There is: {known or 'none'}.") from missing


def partner_named(slug: str) -> Partner:
    """Find the partner an argument names."""
    try:
        return Partner.objects.get(slug=slug)
    except Partner.DoesNotExist as missing:
        known = ", ".join(Partner.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no partner {slug}. There is: {known or 'none'}.") from missing


def version_named(name: str) -> ModelVersion:
    """Find the model version an argument names, as in `consumer-loan/2`."""
    slug, _, number = name.rpartition("/")
    found = product_named(slug).versions.filter(number=number if number.isdecimal() else -1).first()
    if found is None:
        raise CommandError(f"There is no model {name}.")
    return found


def request_for(name: str) -> PromotionRequest:
    """Find the latest request that a model version, as in `consumer-loan/2`, be promoted."""
    found = version_named(name).promotions.order_by("-requested_at", "-pk").first()
    if found is None:
        raise CommandError(
            f"Nobody asked for the promotion of {name}. Ask first: request_promotion {name} --help"
        )
    return found


@contextmanager
def training_bar(*, silent: bool) -> Iterator[Callable[[str, float], None]]:
    """Show how far a training is; on stderr, so that stdout stays what other programs read."""
    with tqdm(
        total=100, bar_format="{desc:<44} {percentage:3.0f}%|{bar:30}|", disable=silent
    ) as bar:

        def show(step: str, share: float) -> None:
            bar.set_description(step[:44], refresh=False)
            bar.update(max(0, round(share * 100) - bar.n))
            bar.refresh()

        yield show
