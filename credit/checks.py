"""What Django's `check` says about the servers behind the product."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Error as CheckError
from django.core.checks import Warning as CheckWarning
from django.db import connections

from scoring import cluster

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


@register(Tags.compatibility)
def engine_can_be_used(**_more: Any) -> list[CheckMessage]:
    """Refuse an engine whose library is missing: else the first training would say so."""
    if settings.EVENHAND_ENGINE != "dask" or cluster.is_installed():
        return []
    return [
        CheckError(
            "EVENHAND_ENGINE is dask, and Dask is not installed.",
            hint="It is an extra: requirements-dask.txt.",
            id="credit.E001",
        )
    ]


@register(Tags.security, deploy=True)
def proxies_are_named(**_more: Any) -> list[CheckMessage]:
    """Warn where everybody would come from the proxy's address: a lock-out would be everybody's."""
    if not settings.HTTPS or settings.EVENHAND_PROXIES:
        return []
    return [
        CheckWarning(
            "EVENHAND_PROXIES names no proxy, and TLS ends at one.",
            hint="Name its networks; else five wrong passwords lock an account for everybody.",
            id="credit.W003",
        )
    ]


@register(Tags.security, deploy=True)
def cluster_is_spoken_to_in_secret(**_more: Any) -> list[CheckMessage]:
    """Warn of training rows that would go over a network as they are."""
    address = settings.EVENHAND_DASK_SCHEDULER
    if settings.EVENHAND_ENGINE != "dask" or not address or address.startswith("tls://"):
        return []
    return [
        CheckWarning(
            "Rows of applicants go to the Dask scheduler unencrypted.",
            hint="Give the cluster certificates, and EVENHAND_DASK_SCHEDULER a tls:// address.",
            id="credit.W002",
        )
    ]
