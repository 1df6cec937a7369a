from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from credit.actions import version_comments
from credit.management.console import ProductCommand, user_named, version_named
from credit.models import ModelVersion
from credit.queries import registry


class Command(ProductCommand):
    help = (
        "Say something against a model version that must be resolved before it serves; with"
        " --resolve, how a comment was resolved: a validator who did not train the version. Without"
        " --words list what was said, with its numbers."
    )
    example = "comment_version consumer-loan/2 --resolve 7 --words 'Checked by segment' --by vera"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("version", help="as in consumer-loan/2")
        parser.add_argument("--words", help="in a sentence")
        parser.add_argument("--by", help="username of who says it")
        parser.add_argument("--resolve", type=int, metavar="NUMBER", help="of the comment")

    def work(self, options: dict[str, Any]) -> dict[str, Any]:
        version, words = version_named(options["version"]), options["words"]
        if words is None and (options["by"] or options["resolve"]):
            raise CommandError("Say it in a sentence, with --words.")
        if words is not None:
            _say(version, options)
        return {
            "version": version.name,
            "comments": [
                {"comment": each.pop("id"), **each}
                for each in map(asdict, registry.comments_on(version.pk))
            ],
        }

    def tell(self, facts: dict[str, Any]) -> None:
        if not facts["comments"]:
            self.stdout.write(f"Nothing was said against {facts['version']}.")
        for each in facts["comments"]:
            stands = f"resolved by {each['resolved_by']}" if each["resolved_at"] else "open"
            self.stdout.write(
                f"{each['comment']:>5}  {stands}  {each['by']}, {each['at']:%Y-%m-%d}:"
                f" {each['words']}"
            )
            if each["resolution"]:
                self.stdout.write(f"       {each['resolution']}")


def _say(version: ModelVersion, options: dict[str, Any]) -> None:
    if not options["by"]:
        raise CommandError("Say with --by who says it.")
    by, words, comment = user_named(options["by"]), options["words"], options["resolve"]
    if comment is None:
        version_comments.add(version_id=version.pk, words=words, by=by, at=timezone.now())
        return
    if not version.comments.filter(pk=comment).exists():
        raise CommandError(f"{version.name} has no comment {comment}.")
    version_comments.resolve(comment_id=comment, resolution=words, by=by, at=timezone.now())
