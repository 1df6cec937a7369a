"""What leaves the house about an alert: what it is and where to look, and nothing more.

Neither its message nor its segment goes out: they may name a partner's data or an officer, and the
page shows them to who signs in.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from credit.actions.refusals import role_word
from credit.alert_kinds import SEVERITY_WORDS, kind_of
from credit.answers import moment
from credit.models import Alert, Role
from credit.words import moment_in_words


def address(alert: Alert) -> str:
    """Give the whole address of an alert's page."""
    return f"{settings.EVENHAND_ADDRESS}/alerts/{alert.pk}/"


def subject(alert: Alert) -> str:
    """Say in a line what it is."""
    kind = kind_of(alert.cause)
    of = f" ({alert.product.slug})" if alert.product else ""
    return f"[Evenhand] {SEVERITY_WORDS[kind.severity]}: {kind.words}{of}"


def text(alert: Alert) -> str:
    """Write the mail."""
    kind = kind_of(alert.cause)
    lines = [
        f"{kind.words}.",
        "",
        gettext("Product: {product}").format(product=alert.product.name if alert.product else "-"),
        gettext("Since: {at} UTC, seen {times} times").format(
            at=moment_in_words(alert.first_at), times=alert.times
        ),
        *([gettext("It stands on {n} cases.").format(n=alert.n)] if alert.n is not None else []),
        "",
        gettext("What was found, what to do and who sees to it: {address}").format(
            address=address(alert)
        ),
        gettext("The runbook is on that page ({file}).").format(
            file=f"docs/runbooks/{kind.runbook}"
        ),
        "",
        gettext("You get this as {role}. On the page of alerts you can turn it off.").format(
            role=role_word(Role(alert.owner))
        ),
    ]
    return "\n".join(lines)


def told(alert: Alert, *, event: str, message_id: str) -> dict[str, Any]:
    """Write the webhook's message."""
    kind = kind_of(alert.cause)
    is_over = alert.resolved_at is not None
    return {
        "id": message_id,
        "type": event,
        "created_at": moment(alert.resolved_at or alert.first_at),
        "data": {
            "alert": alert.pk,
            "cause": alert.cause,
            "severity": kind.severity.value,
            "state": "resolved" if is_over else str(alert.state),
            "product": alert.product.slug if alert.product else None,
            "n": alert.n,
            "times": alert.times,
            "owner": alert.owner,
            "first_at": moment(alert.first_at),
            "last_at": moment(alert.last_at),
            "address": address(alert),
            "runbook": kind.runbook,
        },
    }
