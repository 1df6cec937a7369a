"""Commands with which one person says something, in words, to a request for promotion."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.management.base import CommandParser
from django.utils import timezone

from credit.management.console import ProductCommand, request_for, user_named
from credit.models import PromotionRequest


class PromotionAnswer(ProductCommand):
    """The latest request for a version, who says it, and why."""

    act: ClassVar[Callable[..., PromotionRequest]]
    who = "username of the validator"
    said: ClassVar[str]  # {version}

    def add_arguments(self, parser: CommandParser) -> None:
        """Take version, person and words."""
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument("--by", required=True, help=self.who)
        parser.add_argument("--words", required=True, help="why")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        """Say it to the latest request for the version."""
        found = type(self).act(
            request_id=request_for(options["version"]).pk,
            by=user_named(options["by"]),
            at=timezone.now(),
            words=options["words"],
        )
        return {"version": options["version"], "request": found.pk, "state": str(found.state)}

    def tell(self, facts: dict[str, Any]) -> None:
        """Tell a person what came of it."""
        self.stdout.write(self.said.format(version=facts["version"]))
