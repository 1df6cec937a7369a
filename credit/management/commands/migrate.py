"""Django's own `migrate`, at the database login that owns the tables unless told otherwise.

And quicker: Django makes the classes of all models that are related in any way anew after each
change of one, which among eighty models that all know a user was nine tenths of the time. Here it
makes anew the changed one and those with a key to it, whose columns follow it. That a database
made so is the same is tested (tests/credit/test_migrations.py).
"""

from typing import Any
from unittest.mock import patch

from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState

Key = tuple[str, str]


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        with patch.object(ProjectState, "_find_reload_model", _itself_and_those_with_a_key_to_it):
            super().handle(*args, **options)


def _itself_and_those_with_a_key_to_it(
    state: ProjectState, app_label: str, model_name: str, *_: bool
) -> set[Key]:
    key = (app_label, model_name.lower())
    return {key, *state.relations[key]}
