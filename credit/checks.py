"""What Django's `check --database` and `migrate` say about the server behind the product."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import connections

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_SETTINGS = "SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting <> 'on' ORDER BY name"


@register(Tags.database)
def server_keeps_what_it_acknowledged(
    databases: Sequence[str] | None = None, **_more: Any
) -> list[CheckMessage]:
    """Warn of a server that could lose a decision after the partner was told it is stored."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        with connections[alias].cursor() as cursor:
            cursor.execute(_SETTINGS, [list(DURABLE)])
            weakened = [name for (name,) in cursor.fetchall()]
        if weakened:
            found.append(
                CheckWarning(
                    f"PostgreSQL runs with {', '.join(weakened)} off.",
                    hint="A crash could lose decisions that were acknowledged.",
                    id="credit.W001",
                )
            )
    return found
