"""Access tokens of OAuth clients: good for an hour, kept as a digest."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from oauth2_provider.models import AccessToken

from credit import shown_keys
from credit.actions import audit
from credit.models import ApiKey, AuditEvent, User

GOOD_FOR = timedelta(hours=1)


@transaction.atomic
def grant(
    *, client: ApiKey, token: str, scopes: Collection[str], by: User | None = None, at: datetime
) -> AccessToken:
    """Give a client that has shown its secret a token for some of its scopes."""
    granted = AccessToken.objects.create(
        application_id=client.application_id,
        token="",
        token_checksum=shown_keys.digest(token),
        scope=" ".join(sorted(scopes)),
        expires=at + GOOD_FOR,
    )
    audit.record(
        AuditEvent.Type.TOKEN_GRANTED,
        target=f"key:{client.prefix}",
        by=by,
        partner=client.partner,
        at=at,
        scopes=sorted(scopes),
    )
    return granted


def purge(*, at: datetime) -> int:
    """Forget tokens that have expired; says how many."""
    number, _ = AccessToken.objects.filter(expires__lt=at).delete()
    return int(number)
